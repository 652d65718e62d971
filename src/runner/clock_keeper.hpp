// What is known of the difference between a vantage point's clock and the runner's: d = vantage - runner. Pure; private
// to `runner`. The rules stand in src/README.md ("Clock bounds").
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include <straycat/core/records.hpp>
#include <straycat/core/time.hpp>

namespace straycat::runner {

class ClockKeeper {
 public:
  explicit ClockKeeper(std::string vantage) : vantage_(std::move(vantage)) {}

  // A record stamped `stamped` by the vantage point came in at `arrived`: d >= stamped - arrived.
  void arrived(Stamp stamped, Stamp arrived);
  // The vantage point saw, at `seen`, a change that the runner began to write at `began`: d <= seen - began.
  void seen(Stamp began, Stamp seen);
  // The pair, once both sides are known, each time that it became tighter than the one given last.
  [[nodiscard]] std::optional<ClockBound> tightened();

 private:
  std::string vantage_;
  std::int64_t lower_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t upper_ = std::numeric_limits<std::int64_t>::max();
  std::optional<std::pair<std::int64_t, std::int64_t>> told_;
};

// Which write of the beacon led to which resourceVersion, so that a sight of it can be matched. Forgets the oldest of
// 256.
class BeaconBook {
 public:
  void wrote(const std::string& resource_version, Stamp began);
  [[nodiscard]] std::optional<Stamp> began(const std::string& resource_version) const;

 private:
  std::map<std::string, Stamp> writes_;
};

}  // namespace straycat::runner
