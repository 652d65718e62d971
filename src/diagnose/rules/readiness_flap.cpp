// Pods that run and were ready fail their readiness probe, all of them at once, because they answer it too slowly.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/emptiness.hpp"
#include "diagnose/restarts.hpp"
#include "diagnose/revisions.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// It was ready, and is not any more, though nothing ended it.
bool lost_readiness(const Case& the_case, const Cell& cell, const history::Endpoint& endpoint) {
  const auto& view = the_case.view_of(cell);
  const auto gone = deleted_at(the_case, view, endpoint);
  const auto known = known_then(the_case, cell);
  return last_ready_before(endpoint, known).has_value() && (!gone || *gone > known) &&
         ended_by(the_case.history, view, endpoint) == EndedBy::nothing;
}

std::string slow_words(const Case& the_case, const Cell& cell, const std::vector<std::size_t>& endpoints) {
  const auto words = event_of(the_case, the_case.view_of(cell), endpoints, "Unhealthy", "Readiness probe failed");
  // Refused, or a wrong answer: whatever it is, it is not slowness.
  const bool slow = words.find("deadline exceeded") != std::string::npos ||
                    words.find("timeout") != std::string::npos || words.find("timed out") != std::string::npos;
  return slow ? words : "";
}

Ruling readiness_flap_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  std::map<std::string, std::string> told;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (!nobody_there(the_case, cell)) continue;
    const auto waiting = waiting_at(the_case, cell);
    const auto owner = owner_of(the_case, cell, waiting);
    const bool all = std::all_of(waiting.begin(), waiting.end(), [&](std::size_t one) {
      return lost_readiness(the_case, cell, the_case.endpoint(cell, one));
    });
    const std::string words = owner && all ? slow_words(the_case, cell, waiting) : "";
    if (words.empty()) continue;
    book.add(the_case, index, *owner);
    told.try_emplace(owner->name, words);
  }
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    ruling.claims.push_back(
        claim_of(the_case, page, Cause::readiness_flap,
                 fmt::format("All pods of {} failed their readiness probe at once, though none of them "
                             "had ended: they answered it too slowly, and Service/{} had nobody left.",
                             display(page.owner), safe(view.service))));
    Finding& finding = ruling.claims.back().finding;
    finding.endpoints.clear();
    finding.evidence.push_back({"readiness-failed", Weight::decides, told[page.owner.name],
                                "kubectl -n " + shell_word(view.ns) + " get events --field-selector reason=Unhealthy",
                                json::object()});
  }
  ruling.excluded = "no pod that ran failed its readiness probe for want of time";
  return ruling;
}

void readiness_flap_cure(const Case& the_case, const Scope&, Finding& finding) {
  constexpr std::int64_t least_timeout = 5, least_threshold = 3;
  const std::int64_t longest = longest_answer_s(the_case, finding);
  json containers = json::array();
  for (const auto& container : containers_of(the_case, finding)) {
    if (!container.readiness) continue;
    const std::int64_t timeout =
        std::max({least_timeout, 2 * longest, std::int64_t{container.readiness->timeout_seconds}});
    const std::int64_t threshold = std::max(least_threshold, std::int64_t{container.readiness->failure_threshold});
    containers.push_back(json::object(
        {{"name", container.name},
         {"readinessProbe", json::object({{"timeoutSeconds", timeout}, {"failureThreshold", threshold}})}}));
  }
  if (containers.empty()) {
    finding.no_fix = "the pods' readiness probe is not in the log";
    return;
  }
  change_pods(the_case, json::object({{"containers", std::move(containers)}}),
              {fmt::format("answers took up to {} s; the probe then waits twice as long ({} s at least)", longest,
                           least_timeout)},
              finding);
}

}  // namespace

Rule readiness_flap_rule() {
  return {.cause = Cause::readiness_flap,
          .explains = {Likeness::refused, Likeness::no_answer},
          .claim = readiness_flap_claim,
          .cure = readiness_flap_cure};
}

}  // namespace straycat::diagnose
