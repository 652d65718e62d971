// One container of an ending pod stops at SIGTERM while the others still wait for the endpoint's removal: a proxy or a
// sidecar in front of a program that ends well.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/edges.hpp"
#include "diagnose/emptiness.hpp"
#include "diagnose/time.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// Containers whose end a version of the pod tells, while another container of it still ran in that version.
std::set<std::string> ended_before_others(const history::Timeline<model::Pod>& timeline) {
  std::set<std::string> result;
  for (const auto& version : timeline.versions) {
    if (!version.object || version.object->meta.deletion_wall_ns == 0) continue;
    const auto& statuses = version.object->statuses;
    const bool some_run = std::any_of(statuses.begin(), statuses.end(),
                                      [](const model::ContainerStatus& one) { return one.state == "running"; });
    for (const auto& one : statuses)
      if (some_run && one.state == "terminated") result.insert(one.name);
  }
  return result;
}

// Of all candidates, the one container that ended before the others; "" when not all show the same one.
std::string first_to_end(const Case& the_case, const Cell& cell) {
  std::set<std::string> named;
  for (const auto index : cell.candidates) {
    const auto& id = the_case.endpoint(cell, index).id;
    const auto* pod = the_case.history.pod(the_case.view_of(cell).ns, id.pod, id.uid);
    if (pod == nullptr) return "";
    const auto ended = ended_before_others(*pod);
    if (ended.size() != 1) return "";
    named.insert(*ended.begin());
  }
  return named.size() == 1 ? *named.begin() : "";
}

Ruling container_ends_first_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  std::map<std::string, Book> books;  // by the container
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    const auto owner = intended_owner(the_case, cell);
    if (!owner || !at_the_edges(the_case, cell, false) || last_ones_go(the_case, cell) ||
        first_ones_come(the_case, cell))
      continue;
    if (const auto container = first_to_end(the_case, cell); !container.empty())
      books[container].add(the_case, index, *owner);
  }
  for (const auto& [container, book] : books) {
    for (const auto& page : book.pages()) {
      ruling.claims.push_back(claim_of(
          the_case, page, Cause::container_ends_first,
          fmt::format("Container {} of {} ended at once when its pods were asked to end, while their other containers "
                      "still ran and Service/{} still sent to them.",
                      safe(container), display(page.owner), safe(the_case.history.views[page.view].service))));
      ruling.claims.back().finding.evidence.push_back(
          {"container", Weight::decides,
           fmt::format("the pods' status shows {} terminated while another container of theirs ran", safe(container)),
           kubectl_object(the_case.history.views[page.view].ns, "get", page.owner.kind, page.owner.name, "-o yaml"),
           json::object({{"container", container}})});
    }
  }
  ruling.excluded = "no container of an ending pod was seen to end before the pod's others";
  return ruling;
}

// A sleep for that container alone: the others are known to wait.
void container_ends_first_cure(const Case& the_case, const Scope&, Finding& finding) {
  constexpr std::int64_t sleep = 5;
  const auto told = std::find_if(finding.evidence.begin(), finding.evidence.end(),
                                 [](const Evidence& one) { return one.id == "container"; });
  if (told == finding.evidence.end()) return;
  const std::string container = told->data.value("container", "");
  const auto containers = containers_of(the_case, finding);
  const auto found = std::find_if(containers.begin(), containers.end(),
                                  [&](const model::Container& one) { return one.name == container; });
  if (found == containers.end() || found->pre_stop) {
    finding.no_fix = fmt::format("container {} has a preStop hook already: it has to wait for {} s at least",
                                 safe(container), sleep);
    return;
  }
  const json hook = json::object({{"preStop", json::object({{"sleep", json::object({{"seconds", sleep}})}})}});
  json one = json::object({{"name", container}, {"lifecycle", hook}});
  json spec = json::object({{"containers", json::array({std::move(one)})}});
  const std::int64_t needed = sleep + longest_answer_s(the_case, finding) + 5;
  if (grace_of(the_case, finding) < needed) spec["terminationGracePeriodSeconds"] = needed;
  change_pods(the_case, std::move(spec),
              {fmt::format("a proxy sends to an endpoint for up to {} after it has left ({} and the watch's own "
                           "lateness); {} s of sleep outlast that",
                           in_ms(the_case.history.lag.late_ns), in_ms(second), sleep)},
              finding);
}

}  // namespace

Rule container_ends_first_rule() {
  return {.cause = Cause::container_ends_first,
          .explains = no_answer_at_all(),
          .claim = container_ends_first_claim,
          .cure = container_ends_first_cure};
}

}  // namespace straycat::diagnose
