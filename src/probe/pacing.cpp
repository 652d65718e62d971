#include <algorithm>
#include <cmath>

#include <straycat/probe/pacing.hpp>

namespace straycat::probe {

namespace {

constexpr double nanos_per_second = 1e9;

double seconds(Nanos length) { return static_cast<double>(length.count()) / nanos_per_second; }

// Slots of a whole stretch; a stretch without an end has no such number.
double slots_of(const Stretch& stretch) { return (stretch.from + stretch.to) / 2 * seconds(stretch.length); }

double slots_after(const Stretch& stretch, double time) {
  if (stretch.length == Nanos{0}) return stretch.to * time;
  return stretch.from * time + (stretch.to - stretch.from) * time * time / (2 * seconds(stretch.length));
}

// The time after the stretch's begin at which `slots` of it have come: the stable form of the quadratic formula, which
// is the plain quotient where the rate is level.
double time_of(const Stretch& stretch, double slots) {
  if (slots <= 0) return 0;
  if (stretch.length == Nanos{0}) return slots / stretch.to;
  const double bend = (stretch.to - stretch.from) / (2 * seconds(stretch.length));
  return 2 * slots / (stretch.from + std::sqrt(std::max(0.0, stretch.from * stretch.from + 4 * bend * slots)));
}

double rate_at(const std::vector<Stretch>& stretches, Nanos elapsed) {
  for (const Stretch& stretch : stretches) {
    if (stretch.length == Nanos{0}) return stretch.to;
    if (elapsed < stretch.length) {
      return stretch.from + (stretch.to - stretch.from) * (seconds(elapsed) / seconds(stretch.length));
    }
    elapsed -= stretch.length;
  }
  return 0;
}

std::uint64_t catch_up_of(const Pace& pace, Nanos elapsed) {
  if (pace.catch_up > 0) return pace.catch_up;
  return std::max<std::uint64_t>(16, static_cast<std::uint64_t>(rate_at(pace.stretches, elapsed) * 0.05));
}

std::uint64_t estimated_slots(const std::vector<Stretch>& stretches, Nanos elapsed) {
  double slots = 0;
  for (const Stretch& stretch : stretches) {
    if (stretch.length == Nanos{0} || elapsed < stretch.length) {
      return static_cast<std::uint64_t>(slots + slots_after(stretch, seconds(elapsed))) + 1;
    }
    slots += slots_of(stretch);
    elapsed -= stretch.length;
  }
  return static_cast<std::uint64_t>(std::ceil(slots));
}

bool is_over(const Pace& pace, Nanos at, std::uint64_t sent) {
  if (pace.max_attempts > 0 && sent >= pace.max_attempts) return true;
  return pace.max_length > Nanos{0} && at >= pace.max_length;
}

}  // namespace

Pace constant_rate(double per_second) {
  Pace pace;
  pace.stretches.push_back({Nanos{0}, per_second, per_second});
  return pace;
}

Pace closed_loop(int loops, Nanos pause) {
  Pace pace;
  pace.loops = loops;
  pace.pause = pause;
  return pace;
}

Nanos due(const std::vector<Stretch>& stretches, std::uint64_t number) {
  auto left = static_cast<double>(number);
  Nanos begin{0};
  for (const Stretch& stretch : stretches) {
    const bool endless = stretch.length == Nanos{0} && stretch.to > 0;
    if (endless || left < slots_of(stretch)) {
      return begin + Nanos{static_cast<std::int64_t>(std::llround(time_of(stretch, left) * nanos_per_second))};
    }
    left -= slots_of(stretch);
    begin += stretch.length;
  }
  return Nanos::max();
}

std::uint64_t slots_due(const std::vector<Stretch>& stretches, Nanos elapsed) {
  std::uint64_t slots = estimated_slots(stretches, elapsed);
  // Rounding may be one off; `due` decides, so that a slot is never due for one of the two only.
  while (due(stretches, slots) <= elapsed) ++slots;
  while (slots > 0 && due(stretches, slots - 1) > elapsed) --slots;
  return slots;
}

Turn next(const Pace& pace, Nanos elapsed, Progress progress) {
  if (is_over(pace, elapsed, progress.sent)) return {Turn::What::stop, elapsed, 0};
  Turn turn;
  const std::uint64_t come = slots_due(pace.stretches, elapsed);
  const std::uint64_t backlog = come > progress.slots ? come - progress.slots : 0;
  const std::uint64_t cap = catch_up_of(pace, elapsed);
  if (backlog > cap) turn.skipped = backlog - cap;
  turn.at = due(pace.stretches, progress.slots + turn.skipped);
  const bool after_the_end = pace.max_length > Nanos{0} && turn.at >= pace.max_length;
  if (turn.at == Nanos::max()) {
    turn.what = Turn::What::stop;
    turn.at = elapsed;
  } else if (after_the_end) {
    turn.at = pace.max_length;
  } else if (turn.at <= elapsed) {
    turn.what = Turn::What::send;
  }
  return turn;
}

Pacer::Pacer(Pace pace) : pace_(std::move(pace)) {
  for (int i = 0; pace_.stretches.empty() && i < pace_.loops; ++i) free_.push(pace_.pause * i / pace_.loops);
}

Turn Pacer::next(Nanos elapsed) {
  if (pace_.stretches.empty()) return next_closed(elapsed);
  const Turn turn = probe::next(pace_, elapsed, progress_);
  progress_.slots += turn.skipped;
  if (turn.what == Turn::What::send) {
    ++progress_.slots;
    ++progress_.sent;
  }
  return turn;
}

Turn Pacer::next_closed(Nanos elapsed) {
  if (is_over(pace_, elapsed, progress_.sent)) return {Turn::What::stop, elapsed, 0};
  Nanos at = free_.empty() ? Nanos::max() : free_.top();
  if (pace_.max_length > Nanos{0}) at = std::min(at, pace_.max_length);
  if (at > elapsed) return {Turn::What::wait, at, 0};
  free_.pop();
  ++progress_.slots;
  ++progress_.sent;
  return {Turn::What::send, at, 0};
}

void Pacer::ended(Nanos elapsed) {
  if (pace_.stretches.empty()) free_.push(elapsed + pace_.pause);
}

}  // namespace straycat::probe
