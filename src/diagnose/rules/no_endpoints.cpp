// Failure modes 13 and 6: nobody stands behind the Service: scaled to 0, none ready, a selector that matches no pod, a
// named port that no pod has. From a pod this shows as refusals and timeouts mixed (the kernel limits its ICMP
// answers).
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/emptiness.hpp"
#include "diagnose/named_port.hpp"
#include "diagnose/words.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

bool any_pod_matches(const Case& the_case, const model::Service& service) {
  return std::any_of(the_case.history.pods.begin(), the_case.history.pods.end(), [&](const auto& entry) {
    const auto& pod = entry.second.last;
    return pod && pod->meta.ns == service.meta.ns && model::selects(service.selector, pod->meta.labels);
  });
}

std::string why_empty(const Case& the_case, const history::ServiceView& view, const Cell& cell) {
  const auto service = the_case.history.service(view.ns, view.service);
  if (likeness(cell.kind) == Likeness::name) return "it was not made yet, and its name did not resolve";
  const bool pods_watched = the_case.history.covered("pods", {cell.first_ns, cell.last_ns});
  if (service && pods_watched && view.endpoints.empty() && !any_pod_matches(the_case, *service)) {
    return fmt::format("its selector {} matches no pod", safe(model::to_string(service->selector)));
  }
  std::size_t listed = 0;
  std::size_t unset = 0;
  for (const auto& endpoint : view.endpoints) {
    const auto next =
        std::upper_bound(endpoint.states.begin(), endpoint.states.end(), known_then(the_case, cell),
                         [](std::int64_t ns, const history::EndpointState& state) { return ns < state.at.ns; });
    if (next == endpoint.states.begin() || !std::prev(next)->listed) continue;
    ++listed;
    if (endpoint.id.port == 0) ++unset;
  }
  if (listed == 0) return "no endpoint is listed";
  if (unset == listed) return "its pods have no port of the name that its targetPort asks for";
  return fmt::format("none of the {} listed is ready", count(listed, "endpoint"));
}

// A success while the slices are empty (lag left out) means that the slices do not tell everything. One that only ended
// when they were empty no longer does not: its SYN was sent again, and answered by whoever had come back.
bool somebody_answered(const Case& the_case, const Cell& cell) {
  const auto& history = the_case.history;
  const auto& phases = the_case.view_of(cell).phases;
  const auto phase = std::find_if(phases.begin(), phases.end(), [&](const history::MembershipPhase& one) {
    return one.from <= cell.last_ns && cell.last_ns < one.to;
  });
  if (phase == phases.end()) return false;
  const history::Span empty{phase->from + history.lag.late_ns, phase->to - history.lag.early_ns};
  const auto& windows = history.traffic[cell.traffic].windows;
  return std::any_of(windows.begin(), windows.end(), [&](const AttemptWindow& window) {
    return window.ok > 0 && empty.from <= window.from_ns && window.to_ns <= empty.to &&
           window.last_ok_end_ns <= empty.to;
  });
}

// The name of a Service that nobody had made yet, by a watch that saw it come. Some time later the name may still fail,
// as resolvers remember that there was none; that is not claimed.
bool not_made_yet(const Case& the_case, const Cell& cell) {
  if (likeness(cell.kind) != Likeness::name) return false;
  const auto& view = the_case.view_of(cell);
  if (!the_case.history.covered("services", {cell.first_ns, cell.last_ns})) return false;
  for (const auto& [key, timeline] : the_case.history.services) {
    const bool ours = timeline.last && timeline.last->meta.ns == view.ns && timeline.last->meta.name == view.service;
    if (!ours) continue;
    return !timeline.versions.empty() && timeline.versions.front().at.earliest() > cell.last_ns;
  }
  return false;
}

Ruling no_endpoints_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    if (not_made_yet(the_case, the_case.cells[index])) {
      book.add(the_case, index, {});
      continue;
    }
    if (!nobody_there(the_case, the_case.cells[index])) continue;
    if (auto why = native_sidecar_port(the_case, the_case.cells[index]); !why.empty()) {
      if (ruling.open.empty()) ruling.open.push_back(std::move(why));
      continue;
    }
    if (the_case.cells[index].set_size > 0 || !somebody_answered(the_case, the_case.cells[index])) {
      book.add(the_case, index, {});
    } else if (ruling.open.empty()) {
      ruling.open.emplace_back(
          "requests succeeded while the slices listed no endpoint: the log does not hold all of the Service's "
          "endpoints");
    }
  }
  for (const auto& page : book.pages()) {
    const auto& view = the_case.history.views[page.view];
    const Cell& last = the_case.cells[page.cells.back()];
    ruling.claims.push_back(claim_of(the_case, page, Cause::no_endpoints,
                                     fmt::format("Service/{} had no endpoint to send to: {}.", safe(view.service),
                                                 why_empty(the_case, view, last))));
    ruling.claims.back().finding.endpoints.clear();  // the candidates are those that had just left
    ruling.claims.back().finding.workload.reset();
  }
  ruling.excluded = "at each failure at least one endpoint was ready in the slices";
  return ruling;
}

}  // namespace

Rule no_endpoints_rule() {
  return {.cause = Cause::no_endpoints,
          .explains = {Likeness::refused, Likeness::no_answer, Likeness::cut, Likeness::name},
          .claim = no_endpoints_claim};
}

}  // namespace straycat::diagnose
