// Every clock of a log, placed on the reference clock.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <straycat/core/event.hpp>
#include <straycat/history/history.hpp>

namespace straycat::history {

class Clocks {
 public:
  // Reads the vantage points and the clock.bound records of a whole log.
  explicit Clocks(const std::vector<Event>& events);

  [[nodiscard]] const std::string& reference() const { return reference_; }
  [[nodiscard]] Placed place(const std::string& clock, std::int64_t ns) const;
  // reference = clock's own + ns, +- error_ns.
  [[nodiscard]] Placed offset(const std::string& clock) const;

 private:
  // Bounds of (a vantage point's clock - the runner's clock).
  struct Bound {
    std::int64_t lower = -unbounded, upper = unbounded;
    std::int64_t guess = 0;  // from the log's order alone, used when nothing bounds the offset
    bool guessed = false;
  };
  void read_bound(const Event& event);
  void guess_from_order(const std::vector<Event>& events);
  [[nodiscard]] Placed ahead_of_runner(const std::string& clock) const;

  std::string reference_;
  std::map<std::string, Bound> bounds_;
};

}  // namespace straycat::history
