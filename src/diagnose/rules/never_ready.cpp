// Pods that were never ready in the whole run: an image, a command, a configuration, a probe that cannot succeed.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/emptiness.hpp"
#include "diagnose/named_port.hpp"
#include "diagnose/restarts.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

bool was_ever_ready(const history::Endpoint& endpoint) {
  return std::any_of(endpoint.states.begin(), endpoint.states.end(),
                     [](const auto& state) { return state.listed && state.ready && state.serving; });
}

// Containers that end by themselves, or for a liveness probe, are causes of their own.
bool ends_for_another_reason(const Case& the_case, const history::ServiceView& view,
                             const history::Endpoint& endpoint) {
  const auto by = ended_by(the_case.history, view, endpoint);
  return by != EndedBy::nothing && by != EndedBy::startup_probe;
}

std::string waiting_reason(const Case& the_case, const history::ServiceView& view,
                           const std::vector<std::size_t>& endpoints) {
  for (const auto index : endpoints) {
    const auto* pod = pod_of(the_case.history, view, view.endpoints[index]);
    if (pod == nullptr) continue;
    for (const auto& status : pod->statuses)
      if (status.state == "waiting" && !status.reason.empty() && status.reason != "ContainerCreating")
        return fmt::format("container {} waits: {}", safe(status.name), safe(status.reason));
  }
  return "";
}

// What keeps them: the kubelet's own words where it wrote some.
std::string why(const Case& the_case, const history::ServiceView& view, const std::vector<std::size_t>& endpoints) {
  for (const char* probe : {"Startup probe failed", "Readiness probe failed"}) {
    auto words = event_of(the_case, view, endpoints, "Unhealthy", probe);
    if (!words.empty()) return words;
  }
  auto reason = waiting_reason(the_case, view, endpoints);
  if (!reason.empty()) return reason;
  return event_of(the_case, view, endpoints, "Failed", "");
}

Ruling never_ready_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  std::map<std::string, std::string> told;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (!nobody_there(the_case, cell) || lacks_named_port(the_case, cell)) continue;
    const auto& view = the_case.view_of(cell);
    const auto waiting = waiting_at(the_case, cell);
    const auto owner = owner_of(the_case, cell, waiting);
    const bool never = std::none_of(waiting.begin(), waiting.end(), [&](std::size_t one) {
      return was_ever_ready(view.endpoints[one]) || ends_for_another_reason(the_case, view, view.endpoints[one]);
    });
    const std::string words = owner && never ? why(the_case, view, waiting) : "";
    if (words.empty()) continue;  // slow to start, maybe: nothing says what keeps them
    book.add(the_case, index, *owner);
    told.try_emplace(owner->uid + owner->name, words);
  }
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    const auto& words = told[page.owner.uid + page.owner.name];
    ruling.claims.push_back(claim_of(the_case, page, Cause::never_ready,
                                     fmt::format("No pod of {} behind Service/{} was ever ready: {}.",
                                                 display(page.owner), safe(view.service), words)));
    Finding& finding = ruling.claims.back().finding;
    finding.endpoints.clear();
    finding.evidence.push_back({"never-ready", Weight::decides, words,
                                kubectl_object(view.ns, "describe", page.owner.kind, page.owner.name), json::object()});
    finding.no_fix = "what would make them ready is not known from outside: the words above say what keeps them";
  }
  ruling.excluded = "each pod behind the Service was ready at some time, or nothing says what keeps it";
  return ruling;
}

}  // namespace

Rule never_ready_rule() {
  return {
      .cause = Cause::never_ready, .explains = {Likeness::refused, Likeness::no_answer}, .claim = never_ready_claim};
}

}  // namespace straycat::diagnose
