// Questions to one traffic's windows and failures.
#include <algorithm>

#include <straycat/history/history.hpp>

namespace straycat::history {
namespace {

void keep_max(std::int64_t& best, std::int64_t candidate) {
  if (candidate != 0 && (best == 0 || candidate > best)) best = candidate;
}
void keep_min(std::int64_t& best, std::int64_t candidate) {
  if (candidate != 0 && (best == 0 || candidate < best)) best = candidate;
}

// Sorts the instants that a window knows exactly into before and after.
void sort_in(std::int64_t instant, std::int64_t ns, std::int64_t& before, std::int64_t& after) {
  if (instant == 0) return;
  if (instant < ns) {
    keep_max(before, instant);
  } else {
    keep_min(after, instant);
  }
}

// The first window that may reach to `ns` or past it.
std::size_t first_window(const Traffic& traffic, std::int64_t ns) {
  const auto found = std::lower_bound(traffic.windows.begin(), traffic.windows.end(), ns,
                                      [](const AttemptWindow& window, std::int64_t at) { return window.to_ns < at; });
  return static_cast<std::size_t>(found - traffic.windows.begin());
}

// Whether no window from here on can be nearer than what is known; they stand in the order of their starts.
bool complete_after(const Around& result, const AttemptWindow& window) {
  return result.first_ok_after_ns != 0 && result.first_failed_after_ns != 0 &&
         window.from_ns > std::max(result.first_ok_after_ns, result.first_failed_after_ns);
}
bool complete_before(const Around& result, const AttemptWindow& window) {
  return result.last_ok_before_ns != 0 && result.last_failed_before_ns != 0 &&
         window.to_ns <= std::min(result.last_ok_before_ns, result.last_failed_before_ns);
}

void failures_around(const Traffic& traffic, std::int64_t ns, Around& result) {
  const auto next =
      std::lower_bound(traffic.failures.begin(), traffic.failures.end(), ns,
                       [](const AttemptFailed& failed, std::int64_t at) { return failed.started_ns < at; });
  if (next != traffic.failures.end()) keep_min(result.first_failed_after_ns, next->started_ns);
  if (next != traffic.failures.begin()) keep_max(result.last_failed_before_ns, std::prev(next)->started_ns);
}

void window_around(const AttemptWindow& window, std::int64_t ns, Around& result) {
  sort_in(window.first_ok_start_ns, ns, result.last_ok_before_ns, result.first_ok_after_ns);
  sort_in(window.last_ok_start_ns, ns, result.last_ok_before_ns, result.first_ok_after_ns);
  sort_in(window.first_failed_start_ns, ns, result.last_failed_before_ns, result.first_failed_after_ns);
  sort_in(window.last_failed_start_ns, ns, result.last_failed_before_ns, result.first_failed_after_ns);
}

}  // namespace

void Totals::add(const AttemptWindow& window) {
  attempts += window.sent;
  ok += window.ok;
  failed_not_kept += window.failed_not_kept;
  std::uint64_t came_to_an_end = window.ok;
  for (const auto& [kind, count] : window.failed) {
    came_to_an_end += count;
    failed += count;
    kinds[kind] += count;
    if (kind == to_string(FailureKind::local_exhaustion)) local += count;
  }
  unfinished += window.sent - std::min(window.sent, came_to_an_end);
}

Around around(const Traffic& traffic, std::int64_t ns) {
  Around result;
  failures_around(traffic, ns, result);
  const auto start = first_window(traffic, ns);
  for (auto i = start; i < traffic.windows.size() && !complete_after(result, traffic.windows[i]); ++i) {
    window_around(traffic.windows[i], ns, result);
  }
  for (auto i = start; i-- > 0 && !complete_before(result, traffic.windows[i]);) {
    window_around(traffic.windows[i], ns, result);
  }
  return result;
}

namespace {

// The failures that were kept one by one and started in the span, without their window.
void add_kept(const Traffic& traffic, Span span, Totals& totals) {
  auto one = std::lower_bound(traffic.failures.begin(), traffic.failures.end(), span.from,
                              [](const AttemptFailed& failed, std::int64_t at) { return failed.started_ns < at; });
  for (; one != traffic.failures.end() && one->started_ns < span.to; ++one) {
    ++totals.attempts, ++totals.failed;
    ++totals.kinds[std::string(to_string(one->failure.kind))];
    if (one->failure.kind == FailureKind::local_exhaustion) ++totals.local;
  }
}

// A window that an edge of the span cuts: of its failures each that was kept stands where it started, and the rest of
// the window where the window starts. Given away whole, one demo of nineteen blamed the phase before the fault.
void add_cut(const Traffic& traffic, const AttemptWindow& window, Span span, Totals& totals) {
  Totals kept;
  add_kept(traffic, {window.from_ns, window.to_ns}, kept);
  AttemptWindow rest = window;
  rest.sent -= std::min(rest.sent, kept.failed);
  for (const auto& [kind, count] : kept.kinds) rest.failed[kind] -= std::min(rest.failed[kind], count);
  std::erase_if(rest.failed, [](const auto& kind) { return kind.second == 0; });
  if (span.contains(window.from_ns)) totals.add(rest);
  add_kept(traffic, {std::max(window.from_ns, span.from), std::min(window.to_ns, span.to)}, totals);
}

}  // namespace

Totals totals_in(const Traffic& traffic, Span span) {
  Totals result;
  for (auto i = first_window(traffic, span.from); i < traffic.windows.size(); ++i) {
    const AttemptWindow& window = traffic.windows[i];
    if (window.from_ns >= span.to) break;
    if (window.to_ns <= span.from) continue;
    if (span.from <= window.from_ns && window.to_ns <= span.to) {
      result.add(window);
    } else {
      add_cut(traffic, window, span, result);
    }
  }
  return result;
}

std::int64_t largest_gap(const Traffic& traffic, Span span) {
  std::int64_t largest = 0;
  std::int64_t last = span.from;
  for (auto i = first_window(traffic, span.from); i < traffic.windows.size(); ++i) {
    const auto& window = traffic.windows[i];
    if (window.from_ns >= span.to) break;
    if (window.sent == 0 || window.last_start_ns < span.from) continue;
    largest = std::max(largest, std::min(window.first_start_ns, span.to) - last);
    if (window.sent > 1) largest = std::max(largest, std::min(window.max_gap_ns, span.length()));
    last = window.last_start_ns;
  }
  return std::max({largest, span.to - last, std::int64_t{0}});
}

}  // namespace straycat::history
