// When the next request is to start. Pure: no clock, no timer; the caller says how much time has passed.
#pragma once

#include <cstdint>
#include <queue>
#include <string_view>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>

namespace straycat::probe {

// A stretch of an open loop: the rate goes evenly from `from` to `to` requests a second over `length`. The last stretch
// may have length 0: it then goes on for ever at `to`. A constant rate is one such stretch; steps are several level
// ones.
struct Stretch {
  Nanos length{};
  double from = 0;
  double to = 0;
  bool operator==(const Stretch&) const = default;
};

// How requests are paced. Open loop (`stretches` not empty): slots come at their times whether or not earlier requests
// have ended. Closed loop: `loops` workers, each starts a request `pause` after its last one ended; their first
// requests are spread evenly over one pause.
struct Pace {
  std::vector<Stretch> stretches;
  int loops = 0;
  Nanos pause{};
  Nanos max_length{};              // stop after this; 0 = never
  std::uint64_t max_attempts = 0;  // stop after this many were sent; 0 = never
  // Open loop: at most this many overdue slots are made up for; older ones are skipped and counted. A burst of all that
  // is overdue would starve the event loop and make the prober's own stall look like the target's. 0 = 16, or what 50
  // ms of the present rate hold when that is more.
  std::uint64_t catch_up = 0;
};

[[nodiscard]] Pace constant_rate(double per_second);
[[nodiscard]] Pace closed_loop(int loops, Nanos pause);
// "100/s", "0.5/s", "30/m", "12/h": a second. Errors (bad_input).
[[nodiscard]] Result<double> parse_rate(std::string_view text);
// An open loop in words: "100/s", "30/m"; a ramp "10/s..1000/s:30s"; steps and ramps one after the other, all but the
// last with their length: "100/s:10s,1000/s:10s,10/s". The pace ends with a last stretch that has a length.
[[nodiscard]] Result<Pace> parse_pace(std::string_view text);

// When slot `number` (from 0) is due after the start, or Nanos::max() when the stretches end before it.
[[nodiscard]] Nanos due(const std::vector<Stretch>& stretches, std::uint64_t number);
// How many slots are due at `elapsed` or before.
[[nodiscard]] std::uint64_t slots_due(const std::vector<Stretch>& stretches, Nanos elapsed);

// What to do now.
struct Turn {
  enum class What { wait, send, stop };
  What what = What::wait;
  Nanos at{};                 // wait: look again then (Nanos::max() = not before some request has ended);
                              // send: the intended start
  std::uint64_t skipped = 0;  // slots given up before this one
  bool operator==(const Turn&) const = default;
};

// How far an open loop has come: slots passed (sent or skipped), and requests sent.
struct Progress {
  std::uint64_t slots = 0;
  std::uint64_t sent = 0;
};

// The open loop's whole rule. A `send` stands for slot `progress.slots + turn.skipped`.
[[nodiscard]] Turn next(const Pace& pace, Nanos elapsed, Progress progress);

// Keeps the counts for either loop. Times are since the start and never go back.
class Pacer {
 public:
  explicit Pacer(Pace pace);

  // A turn that says `send` has been counted as sent.
  Turn next(Nanos elapsed);
  // A request has ended. Matters to a closed loop only.
  void ended(Nanos elapsed);

  [[nodiscard]] std::uint64_t sent() const { return progress_.sent; }
  [[nodiscard]] std::uint64_t skipped() const { return progress_.slots - progress_.sent; }

 private:
  Turn next_closed(Nanos elapsed);

  Pace pace_;
  Progress progress_;
  std::priority_queue<Nanos, std::vector<Nanos>, std::greater<>> free_;  // closed loop: when each idle worker is due
};

}  // namespace straycat::probe
