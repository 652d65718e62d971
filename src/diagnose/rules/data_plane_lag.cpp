// Failure mode 10: stale proxy rules. Failures go on after an endpoint left the slices, longer than a proxy may lag,
// while every endpoint that is still routable answers.
#include <algorithm>

#include <fmt/format.h>

#include "../words.hpp"
#include "rules.hpp"

namespace straycat::diagnose {
namespace {

// The longest lag that has been reported of a proxy (others than kube-proxy).
constexpr std::int64_t longest = 30'000'000'000;

bool burst_began_before(const history::Traffic& traffic, std::int64_t failure, std::int64_t limit) {
  return std::any_of(traffic.bursts.begin(), traffic.bursts.end(), [&](const history::Burst& burst) {
    return burst.first_ns <= limit && burst.first_ns <= failure && failure <= burst.last_end_ns;
  });
}

// An endpoint that left a while ago, whose failures never paused since.
const history::Endpoint* stale(const Case& the_case, const Cell& cell) {
  const auto& traffic = the_case.history.traffic[cell.traffic];
  const history::Endpoint* latest = nullptr;
  std::int64_t left = 0;
  for (const auto& endpoint : the_case.view_of(cell).endpoints) {
    if (endpoint.owner.kind.empty()) continue;
    for (const auto& stay : endpoint.memberships) {
      const auto limit = stay.to + the_case.history.lag.late_ns;
      const bool fits = !stay.open_end && limit < cell.first_ns && cell.last_ns <= stay.to + longest;
      if (fits && burst_began_before(traffic, cell.first_ns, limit) && stay.to > left) {
        left = stay.to;
        latest = &endpoint;
      }
    }
  }
  return latest;
}

}  // namespace

Ruling data_plane_lag(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (!judgeable(cell) || !cell.candidates.empty() || cell.set_size == 0 || likeness(cell.kind) == Likeness::wrong)
      continue;
    if (const auto* endpoint = stale(the_case, cell)) book.add(the_case, index, endpoint->owner);
  }
  for (const auto& page : book.pages()) {
    ruling.claims.push_back(claim_of(the_case, page, "data-plane-lag",
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

}  // namespace straycat::diagnose
