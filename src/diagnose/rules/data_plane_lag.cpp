// Failure mode 10: stale proxy rules. Failures go on after an endpoint left the slices, longer than a proxy may lag,
// while every endpoint that is still routable answers.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/emptiness.hpp"
#include "diagnose/rules.hpp"
#include "diagnose/vantages.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// The longest lag that has been reported of a proxy (others than kube-proxy).
constexpr std::int64_t longest_lag = 30'000'000'000;
constexpr std::uint64_t enough_elsewhere = 30;  // requests that show that another place fares well

bool burst_began_before(const history::Traffic& traffic, std::int64_t failure, std::int64_t limit) {
  return std::any_of(traffic.bursts.begin(), traffic.bursts.end(), [&](const history::Burst& burst) {
    return burst.first_ns <= limit && burst.first_ns <= failure && failure <= burst.last_end_ns;
  });
}

// An endpoint that has left the routable set may serve on, while its pod ends: until the slices list it no more.
std::int64_t served_until(const history::Endpoint& endpoint, std::int64_t left) {
  for (const auto& state : endpoint.states) {
    if (state.at.ns >= left && !state.listed) return state.at.ns;
  }
  return left;
}

// Other places send to the same Service meanwhile, and nothing fails there.
bool fine_elsewhere(const Case& the_case, const Cell& cell) {
  const auto& here = the_case.history.traffic[cell.traffic];
  std::uint64_t good = 0;
  for (const auto& there : the_case.history.traffic) {
    if (there.vantage == here.vantage || !there.view || !same_port(the_case.history, there, here)) continue;
    const auto totals = history::totals_in(there, {cell.first_ns, cell.last_ns + 1});
    if (totals.failed > 0) return false;
    good += totals.ok;
  }
  return good >= enough_elsewhere;
}

// An endpoint that left a while ago, whose failures never paused since it served no more.
const history::Endpoint* stale(const Case& the_case, const Cell& cell) {
  const auto& traffic = the_case.history.traffic[cell.traffic];
  const history::Endpoint* latest = nullptr;
  std::int64_t left = 0;
  const bool only_here = fine_elsewhere(the_case, cell);
  for (const auto& endpoint : the_case.view_of(cell).endpoints) {
    if (endpoint.owner.kind.empty()) continue;
    for (const auto& stay : endpoint.memberships) {
      const auto late = the_case.history.lag.late_ns;
      const bool fits =
          !stay.open_end && stay.to + late < cell.first_ns && (only_here || cell.last_ns <= stay.to + longest_lag);
      if (fits && burst_began_before(traffic, cell.first_ns, served_until(endpoint, stay.to) + late) &&
          stay.to > left) {
        left = stay.to;
        latest = &endpoint;
      }
    }
  }
  return latest;
}

Ruling data_plane_lag_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (!judgeable(cell) || !cell.candidates.empty() || cell.set_size == 0) continue;
    if (first_ones_come(the_case, cell)) continue;  // it need not have heard of them yet
    if (const auto* endpoint = stale(the_case, cell)) book.add(the_case, index, endpoint->owner);
  }
  for (const auto& page : book.pages()) {
    ruling.claims.push_back(claim_of(the_case, page, Cause::data_plane_lag,
                                     fmt::format("Requests went on failing for longer than {} after an endpoint of {} "
                                                 "had left Service/{}, while every endpoint still "
                                                 "listed answered: a proxy works with stale rules.",
                                                 in_ms(the_case.history.lag.late_ns), display(page.owner),
                                                 safe(the_case.history.views[page.view].service))));
  }
  ruling.excluded =
      fmt::format("no failure came later than {} after the endpoint that may have got it had left the slices",
                  in_ms(the_case.history.lag.late_ns));
  return ruling;
}

}  // namespace

Rule data_plane_lag_rule() {
  return {.cause = Cause::data_plane_lag, .explains = no_answer_at_all(), .claim = data_plane_lag_claim};
}

}  // namespace straycat::diagnose
