// The kubelet restarts containers for their liveness probe, which asks for an answer sooner than they give one when
// they are busy.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/emptiness.hpp"
#include "diagnose/ends.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

std::vector<std::size_t> endpoints_of(const history::ServiceView& view, const model::ObjectRef& owner) {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < view.endpoints.size(); ++i)
    if (same_workload(view.endpoints[i].owner, owner)) result.push_back(i);
  return result;
}

Ruling liveness_kill_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  const Book book = ended_in(the_case, scope, EndedBy::liveness_probe);
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    const auto endpoints = endpoints_of(view, page.owner);
    const std::string words = event_of(the_case, view, endpoints, "Unhealthy", "Liveness probe failed");
    // Refused: the program was not there any more, or hung for good; the probe only told it.
    if (words.find("refused") != std::string::npos) {
      ruling.open.push_back(fmt::format(
          "the kubelet restarted containers of {} for their liveness probe, which was refused", display(page.owner)));
      continue;
    }
    ruling.claims.push_back(claim_of(the_case, page, Cause::liveness_kill,
                                     fmt::format("The kubelet restarted containers of {} because they failed their "
                                                 "liveness probe, and Service/{} lost them meanwhile.",
                                                 display(page.owner), safe(view.service))));
    Finding& finding = ruling.claims.back().finding;
    finding.evidence.push_back({"killed-for-liveness", Weight::decides,
                                fmt::format("the kubelet's words: {}; and then: {}", words,
                                            event_of(the_case, view, endpoints, "Killing", "")),
                                "kubectl -n " + shell_word(view.ns) + " get events --field-selector reason=Killing",
                                json::object()});
  }
  ruling.excluded = "the kubelet restarted no container for its liveness probe";
  return ruling;
}

// Long enough for the longest pause that was seen, three times in a row.
void liveness_kill_cure(const Case& the_case, const Scope&, Finding& finding) {
  constexpr std::int64_t least_timeout = 5, least_threshold = 3;
  const std::int64_t longest = longest_answer_s(the_case, finding);
  json containers = json::array();
  for (const auto& container : containers_of(the_case, finding)) {
    if (!container.liveness) continue;
    const std::int64_t timeout =
        std::max({least_timeout, 2 * longest, std::int64_t{container.liveness->timeout_seconds}});
    const std::int64_t threshold = std::max(least_threshold, std::int64_t{container.liveness->failure_threshold});
    containers.push_back(json::object(
        {{"name", container.name},
         {"livenessProbe", json::object({{"timeoutSeconds", timeout}, {"failureThreshold", threshold}})}}));
  }
  if (containers.empty()) {
    finding.no_fix = "the pods' liveness probe is not in the log";
    return;
  }
  change_pods(
      the_case, json::object({{"containers", std::move(containers)}}),
      {fmt::format("answers took up to {} s; the probe then waits twice as long ({} s at least), and restarts only "
                   "after {} in a row",
                   longest, least_timeout, least_threshold),
       "a container that hangs for good is still restarted"},
      finding);
}

}  // namespace

Rule liveness_kill_rule() {
  auto explains = no_answer_at_all();
  return {.cause = Cause::liveness_kill,
          .explains = std::move(explains),
          .claim = liveness_kill_claim,
          .cure = liveness_kill_cure};
}

}  // namespace straycat::diagnose
