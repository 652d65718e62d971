#include "share.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "phases.hpp"
#include "words.hpp"

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

// How the data plane spreads connections of one client over the endpoints.
enum class Spread { evenly, one_endpoint, unknown };

Spread spread_of(const history::History& history, const ServiceView& view, const history::Traffic& traffic) {
  const auto service = history.service(view.ns, view.service);
  const history::Vantage* vantage = history.vantage(traffic.vantage);
  if (vantage != nullptr && vantage->record.where == Place::api) return Spread::evenly;  // it picks for each request
  if (service && service->session_affinity == "ClientIP") return Spread::one_endpoint;
  if (service && service->internal_traffic_policy == "Local") return Spread::unknown;
  const auto slices = history.slices.find(view.clock);
  if (slices == history.slices.end()) return Spread::evenly;
  const bool hinted = std::any_of(slices->second.begin(), slices->second.end(), [&](const auto& entry) {
    const auto& slice = entry.second.last;
    return slice && slice->service == view.service && slice->meta.ns == view.ns &&
           std::any_of(slice->endpoints.begin(), slice->endpoints.end(),
                       [](const model::Endpoint& one) { return !one.hint_zones.empty(); });
  });
  return hinted ? Spread::unknown : Spread::evenly;
}

// The finding's view of this traffic; null when it is about another Service, or nothing can be ordered.
const ServiceView* view_for(const history::History& history, const Finding& finding, const history::Traffic& traffic) {
  if (!traffic.view) return nullptr;
  const ServiceView& view = history.views[*traffic.view];
  const bool its = view.ns == finding.ns && view.service == finding.service && view.error_ns < history::unbounded;
  return its ? &view : nullptr;
}

// Over the settled windows in which some of the finding's endpoints were routable.
Sum sum_of(const history::History& history, const ServiceView& view, const history::Traffic& traffic,
           const Finding& finding, history::Span span) {
  Sum sum;
  for (const AttemptWindow& window : traffic.windows) {
    if (!span.contains(window.from_ns)) continue;
    const auto* phase = settled(history, view, window);
    const auto failing = phase != nullptr ? failing_in(finding, window.from_ns) : 0;
    if (failing > 0) add(sum, window, static_cast<double>(failing) / static_cast<double>(phase->size));
  }
  return sum;
}

// Twice as far off as all but one in ten thousand runs would be.
bool far_off(const Share& share) {
  return share.failed * 2 < share.expected_low || (share.failed > share.expected_high * 2 && share.expected_high > 0);
}

// Held on one endpoint, a client meets failures always or never.
bool by_turns(const Sum& sum) { return sum.failed > 0 && (sum.attempts - sum.failed) * 10 >= sum.attempts; }

}  // namespace

std::optional<Share> predicted_share(const Case& the_case, const Finding& finding, std::size_t traffic,
                                     history::Span span) {
  const auto& one = the_case.history.traffic[traffic];
  const ServiceView* view = view_for(the_case.history, finding, one);
  if (view == nullptr || spread_of(the_case.history, *view, one) != Spread::evenly) return std::nullopt;
  const Sum sum = sum_of(the_case.history, *view, one, finding, span);
  if (sum.attempts == 0) return std::nullopt;
  return bounds(sum);
}

Finding with_all_strays(const std::vector<Finding>& findings, const Finding& finding) {
  Finding all = finding;
  for (const Finding& other : findings) {
    const bool its = row(other.cause).blames_another && other.explained + other.shared > 0 && other.ns == finding.ns &&
                     other.service == finding.service;
    if (!its) continue;
    for (const AccusedEndpoint& endpoint : other.endpoints) {
      const bool there = std::any_of(all.endpoints.begin(), all.endpoints.end(), [&](const AccusedEndpoint& one) {
        return one.id.uid == endpoint.id.uid && one.id.same_place(endpoint.id);
      });
      if (!there) all.endpoints.push_back(endpoint);
    }
  }
  return all;
}

std::string contradiction(const Case& the_case, const Finding& finding) {
  const auto& history = the_case.history;
  for (const auto& traffic : history.traffic) {
    const ServiceView* view = view_for(history, finding, traffic);
    const Spread spread = view != nullptr ? spread_of(history, *view, traffic) : Spread::unknown;
    if (spread == Spread::unknown) continue;
    const Sum sum = sum_of(history, *view, traffic, finding, {history.begin, history.end});
    if (sum.attempts < fewest_attempts) continue;
    const std::string seen = fmt::format("while {} stood among the endpoints of Service/{}, {} of {} failed",
                                         finding.workload ? display(*finding.workload) : "the failing endpoint",
                                         safe(finding.service), grouped(sum.failed), count(sum.attempts, "attempt"));
    if (spread == Spread::one_endpoint && by_turns(sum))
      return seen +
             ", and the Service's session affinity keeps a client on one endpoint: it should have met all or none";
    if (spread == Spread::one_endpoint) continue;
    const Share share = bounds(sum);
    if (far_off(share))
      return fmt::format(
          "{}, where equal balancing predicts {} to {}: something else makes them fail, or keeps requests "
          "from it",
          seen, grouped(share.expected_low), grouped(share.expected_high));
  }
  return "";
}

}  // namespace straycat::diagnose
