#include "clocks.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace straycat::history {
namespace {

std::string first_vantage(const std::vector<Event>& events) {
  for (const Event& event : events) {
    if (event.clock != runner_clock && !event.clock.empty()) return event.clock;
  }
  return std::string(runner_clock);
}

std::int64_t add_errors(std::int64_t a, std::int64_t b) { return a >= unbounded || b >= unbounded ? unbounded : a + b; }

}  // namespace

Clocks::Clocks(const std::vector<Event>& events) : reference_(first_vantage(events)) {
  for (const Event& event : events) {
    if (event.kind == ClockBound::kind) read_bound(event);
  }
  guess_from_order(events);
}

void Clocks::read_bound(const Event& event) {
  const auto record = event.body.get<ClockBound>();
  Bound& bound = bounds_[record.vantage];
  bound.lower = std::max(bound.lower, record.lower_ns);
  bound.upper = std::min(bound.upper, record.upper_ns);
}

// A record stamped a stands in the log before a runner's record stamped r, so it had arrived by r: offset >= a - r. The
// largest such value is the best guess where no bound was measured.
void Clocks::guess_from_order(const std::vector<Event>& events) {
  std::optional<std::int64_t> runner;
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (event->clock == runner_clock) {
      runner = event->at.ns;
    } else if (runner) {
      Bound& bound = bounds_[event->clock];
      const auto candidate = event->at.ns - *runner;
      bound.guess = bound.guessed ? std::max(bound.guess, candidate) : candidate;
      bound.guessed = true;
    }
  }
}

Placed Clocks::ahead_of_runner(const std::string& clock) const {
  if (clock == runner_clock) return {0, 0};
  const auto found = bounds_.find(clock);
  if (found == bounds_.end()) return {0, unbounded};
  const Bound& bound = found->second;
  if (bound.lower <= -unbounded || bound.upper >= unbounded) return {bound.guess, unbounded};
  const auto half = (bound.upper - bound.lower) / 2;
  // Bounds that contradict each other (clocks drifted apart) leave at least their distance in doubt.
  return {bound.lower + half, std::abs(half) + 1};
}

Placed Clocks::offset(const std::string& clock) const {
  if (clock == reference_) return {0, 0};
  const Placed reference = ahead_of_runner(reference_);
  const Placed own = ahead_of_runner(clock);
  return {reference.ns - own.ns, add_errors(reference.error_ns, own.error_ns)};
}

Placed Clocks::place(const std::string& clock, std::int64_t ns) const {
  const Placed shift = offset(clock);
  return {ns + shift.ns, shift.error_ns};
}

}  // namespace straycat::history
