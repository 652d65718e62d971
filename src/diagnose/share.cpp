#include "share.hpp"

#include <algorithm>
#include <cmath>

namespace straycat::diagnose {
namespace {

using history::ServiceView;

struct Sum {
  std::uint64_t attempts = 0, failed = 0;
  double mean = 0, variance = 0;
};

// The phase of the routable set that holds the whole window, the lag before and after it included; null when it has
// none.
const history::MembershipPhase* settled(const history::History& history, const ServiceView& view,
                                        const AttemptWindow& window) {
  const auto next =
      std::upper_bound(view.phases.begin(), view.phases.end(), window.from_ns,
                       [](std::int64_t at, const history::MembershipPhase& phase) { return at < phase.from; });
  if (next == view.phases.begin()) return nullptr;
  const auto& phase = *std::prev(next);
  const bool clear = phase.from + history.lag.late_ns <= window.from_ns &&
                     (next == view.phases.end() || window.to_ns + history.lag.early_ns <= phase.to);
  return clear && phase.size > 0 ? &phase : nullptr;
}

std::size_t failing_in(const Finding& finding, std::int64_t ns) {
  std::size_t result = 0;
  for (const auto& endpoint : finding.endpoints) {
    const bool there = std::any_of(endpoint.routable.begin(), endpoint.routable.end(),
                                   [&](const finding::Stretch& span) { return span.contains(ns); });
    if (there) ++result;
  }
  return result;
}

void add(Sum& sum, const AttemptWindow& window, double share) {
  history::Totals totals;
  totals.add(window);
  const auto attempts = totals.attempts - std::min(totals.attempts, totals.local);
  sum.attempts += attempts;
  sum.failed += totals.failed - totals.local;
  sum.mean += static_cast<double>(attempts) * share;
  sum.variance += static_cast<double>(attempts) * share * (1 - share);
}

// Bernstein's inequality: P(|failed - mean| >= t) <= 2 exp(-t^2 / (2 (variance + t/3))). It holds for every sum of
// independent attempts, so the bounds are never narrower than 99.99 %, whatever the mix of shares.
Share bounds(const Sum& sum) {
  const double log_term = std::log(2 / 0.0001);
  const double reach = log_term / 3 + std::sqrt(log_term * log_term / 9 + 2 * log_term * sum.variance);
  Share share;
  share.attempts = sum.attempts;
  share.failed = sum.failed;
  share.expected_low = static_cast<std::uint64_t>(std::max(0.0, std::floor(sum.mean - reach)));
  share.expected_high = std::min(sum.attempts, static_cast<std::uint64_t>(std::ceil(sum.mean + reach)));
  share.expected_ppm = static_cast<std::uint64_t>(std::llround(sum.mean / static_cast<double>(sum.attempts) * 1e6));
  return share;
}

}  // namespace

std::optional<Share> predicted_share(const Case& the_case, const Finding& finding, std::size_t traffic,
                                     history::Span span) {
  const auto& one = the_case.history.traffic[traffic];
  if (!one.view) return std::nullopt;
  const ServiceView& view = the_case.history.views[*one.view];
  if (view.ns != finding.ns || view.service != finding.service || view.error_ns >= history::unbounded)
    return std::nullopt;
  const auto service = the_case.history.service(view.ns, view.service);
  if (service && service->session_affinity == "ClientIP") return std::nullopt;
  Sum sum;
  for (const AttemptWindow& window : one.windows) {
    if (!span.contains(window.from_ns)) continue;
    const auto* phase = settled(the_case.history, view, window);
    const auto failing = phase != nullptr ? failing_in(finding, window.from_ns) : 0;
    if (failing > 0) add(sum, window, static_cast<double>(failing) / static_cast<double>(phase->size));
  }
  if (sum.attempts == 0) return std::nullopt;
  return bounds(sum);
}

}  // namespace straycat::diagnose
