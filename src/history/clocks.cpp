#include "clocks.hpp"

#include <algorithm>
#include <cstdlib>

namespace straycat::history {
namespace {

std::int64_t add_errors(std::int64_t a, std::int64_t b) { return a >= unbounded || b >= unbounded ? unbounded : a + b; }

}  // namespace

void Clocks::note(const LogLine& line) {
  if (line.topic() == ClockBound::kind) read_bound(line);
  const std::int64_t at = in_reach(line.at().ns);
  if (line.clock() == runner_clock) return guess_from_order(at);
  if (reference_ == runner_clock && !line.clock().empty()) reference_ = line.clock();
  auto latest = latest_.find(line.clock());
  if (latest == latest_.end()) latest = latest_.emplace(line.clock(), at).first;
  latest->second = std::max(latest->second, at);
}

void Clocks::read_bound(const LogLine& line) {
  Oddities counted_later;  // the second pass counts them
  const auto record = line.read<ClockBound>(counted_later);
  if (counted_later.wrong_types > 0) return;  // half a bound, read as 0, would be a bound of no length
  Bound& bound = bounds_[record.vantage];
  bound.lower = std::max(bound.lower, in_reach(record.lower_ns));
  bound.upper = std::min(bound.upper, in_reach(record.upper_ns));
}

// A record stamped a stands in the log before a runner's record stamped r, so it had arrived by r: offset >= a - r. The
// largest such value is the best guess where no bound was measured.
void Clocks::guess_from_order(std::int64_t runner) {
  for (const auto& [clock, latest] : latest_) {
    Bound& bound = bounds_[clock];
    bound.guess = bound.guessed ? std::max(bound.guess, latest - runner) : latest - runner;
    bound.guessed = true;
  }
  latest_.clear();
}

Placed Clocks::ahead_of_runner(std::string_view clock) const {
  if (clock == runner_clock) return {0, 0};
  const auto found = bounds_.find(clock);
  if (found == bounds_.end()) return {0, unbounded};
  const Bound& bound = found->second;
  if (bound.lower <= -farthest_ns || bound.upper >= farthest_ns) return {bound.guess, unbounded};
  const auto half = (bound.upper - bound.lower) / 2;
  // Bounds that contradict each other (clocks drifted apart) leave at least their distance in doubt.
  return {bound.lower + half, std::abs(half) + 1};
}

Placed Clocks::offset(std::string_view clock) const {
  if (clock == reference_) return {0, 0};
  const Placed reference = ahead_of_runner(reference_);
  const Placed own = ahead_of_runner(clock);
  return {reference.ns - own.ns, add_errors(reference.error_ns, own.error_ns)};
}

Placed Clocks::place(std::string_view clock, std::int64_t ns) const {
  const Placed shift = offset(clock);
  return {in_reach(ns) + shift.ns, shift.error_ns};
}

}  // namespace straycat::history
