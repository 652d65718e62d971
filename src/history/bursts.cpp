// Stretches of failures.
#include <algorithm>
#include <cstdlib>

#include "folding.hpp"

namespace straycat::history {
namespace {

// Instants at which the routable set changed, with the index of the change.
std::vector<std::pair<std::int64_t, std::size_t>> set_changes(const ServiceView* view) {
  std::vector<std::pair<std::int64_t, std::size_t>> instants;
  if (view == nullptr) return instants;
  for (std::size_t i = 0; i < view->changes.size(); ++i) {
    const auto kind = view->changes[i].kind;
    if (kind == ChangeKind::joined || kind == ChangeKind::left) instants.emplace_back(view->changes[i].at.ns, i);
  }
  return instants;
}

using Instants = std::vector<std::pair<std::int64_t, std::size_t>>;

bool change_between(const Instants& instants, std::int64_t a, std::int64_t b) {
  const auto found = std::lower_bound(instants.begin(), instants.end(), std::pair{a, std::size_t{0}});
  return found != instants.end() && found->first <= b;
}

// Nothing, when the nearest lies so far off that it has nothing to do with it.
std::optional<Nearest> nearest(const Instants& instants, std::int64_t ns, std::int64_t error, std::int64_t far) {
  if (instants.empty()) return std::nullopt;
  auto next = std::lower_bound(instants.begin(), instants.end(), std::pair{ns, std::size_t{0}});
  if (next == instants.end() || (next != instants.begin() && ns - std::prev(next)->first <= next->first - ns))
    next = std::prev(next);
  const auto distance = ns - next->first;
  return std::abs(distance) > far ? std::nullopt : std::optional(Nearest{next->second, distance, error});
}

void extend(Burst& burst, const AttemptWindow& window, const Totals& totals) {
  burst.last_ns = std::max(burst.last_ns, window.last_failed_start_ns);
  burst.last_end_ns = burst.last_ns;
  burst.failed += totals.failed;
  for (const auto& [kind, count] : totals.kinds) burst.kinds[kind] += count;
}

Totals totals_of(const AttemptWindow& window) {
  Totals totals;
  totals.add(window);
  return totals;
}

bool same_burst(const Traffic& traffic, const Instants& instants, const Burst& burst, std::int64_t next) {
  const auto silence = next - burst.last_ns;
  if (silence <= traffic.burst_gap_ns) return true;
  return silence <= 10 * traffic.burst_gap_ns && !change_between(instants, burst.last_ns, next);
}

void find_edges(const Traffic& traffic, Burst& burst, const Instants& instants, std::int64_t error) {
  const auto last =
      std::upper_bound(traffic.failures.begin(), traffic.failures.end(), burst.last_ns,
                       [](std::int64_t ns, const AttemptFailed& failed) { return ns < failed.started_ns; });
  if (last != traffic.failures.begin() && std::prev(last)->started_ns == burst.last_ns)
    burst.last_end_ns = std::prev(last)->ended_ns;
  burst.last_ok_before_ns = around(traffic, burst.first_ns).last_ok_before_ns;
  burst.first_ok_after_ns = around(traffic, burst.last_ns + 1).first_ok_after_ns;
  // Slow traffic notices a change late.
  const auto far = std::max<std::int64_t>(5'000'000'000, traffic.burst_gap_ns);
  burst.onset = nearest(instants, burst.first_ns, error, far);
  burst.end = nearest(instants, burst.last_ns, error, far);
}

}  // namespace

void find_bursts(Traffic& traffic, const ServiceView* view) {
  const Instants instants = set_changes(view);
  std::uint64_t quiet_attempts = 0;  // of the windows since the burst's last failure
  for (const AttemptWindow& window : traffic.windows) {
    const Totals totals = totals_of(window);
    if (totals.failed == 0) {
      quiet_attempts += totals.attempts;
      continue;
    }
    if (traffic.bursts.empty() || !same_burst(traffic, instants, traffic.bursts.back(), window.first_failed_start_ns)) {
      traffic.bursts.emplace_back();
      traffic.bursts.back().first_ns = traffic.bursts.back().last_ns = window.first_failed_start_ns;
      quiet_attempts = 0;
    }
    Burst& burst = traffic.bursts.back();
    burst.attempts += quiet_attempts + totals.attempts;
    quiet_attempts = 0;
    extend(burst, window, totals);
  }
  const auto error = traffic.error_ns + (view != nullptr ? view->error_ns : 0);
  for (Burst& burst : traffic.bursts) find_edges(traffic, burst, instants, std::min(error, unbounded));
}

}  // namespace straycat::history
