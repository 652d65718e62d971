// Every clock of a log, placed on the reference clock.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <straycat/core/log_reader.hpp>
#include <straycat/history/history.hpp>

namespace straycat::history {

// An instant or a length of a record, no further off than the reader takes stamps: what is said of it is then a number.
[[nodiscard]] inline std::int64_t in_reach(std::int64_t ns) { return std::clamp(ns, -farthest_ns, farthest_ns); }

class Clocks {
 public:
  // Of each line of a whole log, in its order; only then can an instant be placed.
  void note(const LogLine& line);

  [[nodiscard]] const std::string& reference() const { return reference_; }
  [[nodiscard]] Placed place(std::string_view clock, std::int64_t ns) const;
  // reference = clock's own + ns, +- error_ns.
  [[nodiscard]] Placed offset(std::string_view clock) const;

 private:
  // Bounds of (a vantage point's clock - the runner's clock).
  struct Bound {
    std::int64_t lower = -unbounded, upper = unbounded;
    std::int64_t guess = 0;  // from the log's order alone, used when nothing bounds the offset
    bool guessed = false;
  };
  void read_bound(const LogLine& line);
  void guess_from_order(std::int64_t runner);
  [[nodiscard]] Placed ahead_of_runner(std::string_view clock) const;

  std::string reference_{runner_clock};
  std::map<std::string, Bound, std::less<>> bounds_;
  std::map<std::string, std::int64_t, std::less<>> latest_;  // of each clock's records since the runner's last one
};

}  // namespace straycat::history
