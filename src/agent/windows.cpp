#include "agent/windows.hpp"

#include <algorithm>

namespace straycat::agent {

namespace {

void note_first_last(std::int64_t& first, std::int64_t& last, Stamp at) {
  if (first == 0 || at.ns < first) first = at.ns;
  last = std::max(last, at.ns);
}

}  // namespace

Windows::Windows(std::string traffic, WindowSettings settings, Stamp begin)
    : traffic_(std::move(traffic)), settings_(settings) {
  Live first;
  first.record.traffic = traffic_;
  first.record.from_ns = begin.ns;
  live_.emplace(begin.ns, std::move(first));
}

void Windows::started(Stamp intended, Stamp started) {
  tick(started);
  if (open().record.sent == 0 && started >= Stamp{open().record.from_ns} + settings_.length) close_at(started);
  Live& live = open();
  AttemptWindow& record = live.record;
  const std::int64_t before = record.sent == 0 ? record.from_ns : record.last_start_ns;
  record.max_gap_ns = std::max(record.max_gap_ns, started.ns - before);
  note_first_last(record.first_start_ns, record.last_start_ns, started);
  record.lateness.record(started - intended);
  ++record.sent;
  ++live.pending;
}

bool Windows::ended(const probe::Attempt& attempt) {
  auto window = live_.upper_bound(attempt.started.ns);
  if (window == live_.begin()) return false;
  Live& live = (--window)->second;
  if (live.pending == 0) return false;
  const std::uint64_t kept = live.kept;
  count(live, attempt);
  const bool keep = live.kept > kept;
  --live.pending;
  tell_if_done(window);
  return keep;
}

void Windows::count(Live& live, const probe::Attempt& attempt) {
  AttemptWindow& record = live.record;
  if (attempt.ok()) {
    ++record.ok;
    note_first_last(record.first_ok_start_ns, record.last_ok_start_ns, attempt.started);
    record.last_ok_end_ns = std::max(record.last_ok_end_ns, attempt.ended.ns);
    record.latency.record(attempt.ended - attempt.intended);
  } else {
    ++record.failed[std::string(to_string(attempt.failure->kind))];
    note_first_last(record.first_failed_start_ns, record.last_failed_start_ns, attempt.started);
    ++(live.kept < settings_.failures_kept ? live.kept : record.failed_not_kept);
  }
  if (attempt.status != 0) ++record.statuses[std::to_string(attempt.status)];
  if (attempt.body_sha256.empty()) return;
  const bool room = record.bodies.size() < settings_.bodies_kept || record.bodies.contains(attempt.body_sha256);
  ++record.bodies[room ? attempt.body_sha256 : "other"];
}

void Windows::cut(Stamp now) {
  tick(now);
  if (now.ns > open().record.from_ns || open().record.sent > 0) close_at(now);
}

void Windows::tick(Stamp now) {
  while (now >= next_due()) close_at(next_due());
}

Stamp Windows::next_due() const {
  const AttemptWindow& record = live_.rbegin()->second.record;
  return Stamp{record.from_ns} + (record.sent == 0 ? settings_.longest_empty : settings_.length);
}

void Windows::close_at(Stamp at) {
  const auto closing = std::prev(live_.end());
  AttemptWindow& record = closing->second.record;
  // An attempt is found again by its start, so none may start where the next window begins.
  if (record.sent > 0) at.ns = std::max(at.ns, record.last_start_ns + 1);
  record.to_ns = at.ns;
  const std::int64_t before = record.sent == 0 ? record.from_ns : record.last_start_ns;
  record.max_gap_ns = std::max(record.max_gap_ns, at.ns - before);
  closing->second.closed = true;
  Live next;
  next.record.traffic = traffic_;
  next.record.from_ns = at.ns;
  live_.emplace(at.ns, std::move(next));
  tell_if_done(closing);
}

void Windows::tell_if_done(std::map<std::int64_t, Live>::iterator window) {
  if (!window->second.closed || window->second.pending > 0) return;
  done_.push_back(std::move(window->second.record));
  live_.erase(window);
}

void Windows::finish(Stamp now) {
  cut(now);
  live_.erase(std::prev(live_.end()));  // began now: holds nothing
  for (auto& [from, live] : live_) done_.push_back(std::move(live.record));
  live_.clear();
  std::sort(done_.begin(), done_.end(), [](const auto& a, const auto& b) { return a.from_ns < b.from_ns; });
}

std::vector<AttemptWindow> Windows::take() { return std::exchange(done_, {}); }

}  // namespace straycat::agent
