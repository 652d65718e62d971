// Failure mode 2 and its kin: the Service's selector matches pods of another workload, and nothing failed for it (yet):
// their slice has no port set, they never were ready, or they answered.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/selection.hpp"
#include "diagnose/words.hpp"
#include <straycat/finding/ports.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

// How far another workload's pods came behind one Service.
struct Overlap {
  model::ObjectRef owner;
  bool port_unset = true, routable = false;
  std::uint64_t answered = 0, failed = 0;  // when asked directly
  // At its edges even one that serves fails a few.
  [[nodiscard]] bool serves() const { return answered > 0 && answered >= 4 * failed; }
};

bool is_accused(const std::vector<Finding>& found, const history::ServiceView& view, const model::ObjectRef& owner) {
  return std::any_of(found.begin(), found.end(), [&](const Finding& finding) {
    return finding.ns == view.ns && finding.service == view.service && finding.workload &&
           same_workload(*finding.workload, owner);
  });
}

Overlap& overlap_of(std::vector<Overlap>& all, const model::ObjectRef& owner) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Overlap& one) { return same_workload(one.owner, owner); });
  return found != all.end() ? *found : all.emplace_back(Overlap{owner, true, false, 0, 0});
}

std::vector<Overlap> overlaps(const history::ServiceView& view, const Intent& meant) {
  std::vector<Overlap> result;
  for (const auto& endpoint : view.endpoints) {
    if (endpoint.owner.kind.empty() || !meant.excludes(endpoint.owner)) continue;
    Overlap& overlap = overlap_of(result, endpoint.owner);
    overlap.port_unset = overlap.port_unset && endpoint.id.port == 0;
    overlap.routable = overlap.routable || !endpoint.memberships.empty();
    for (const DirectProbe& probe : endpoint.probes) ++(probe.ok ? overlap.answered : overlap.failed);
  }
  return result;
}

// One that stands for good and serves as the meant one does shares the Service on purpose as likely as not (a canary, a
// second colour): nothing is to be said against it.
bool shares_it(const Overlap& overlap, const Intent& meant) {
  if (meant.given() || finding::transient(overlap.owner, "")) return false;
  return overlap.serves() || meant.perhaps_means(overlap.owner);
}

// Of a Service of several ports each may be another workload's: one that lacks this port and has another of them stands
// there for that one.
bool has_another_port(const Case& the_case, const history::ServiceView& view, const Overlap& overlap) {
  const auto service = the_case.history.service(view.ns, view.service);
  if (!service || !overlap.port_unset) return false;
  return std::any_of(view.endpoints.begin(), view.endpoints.end(), [&](const history::Endpoint& endpoint) {
    const auto* pod = same_workload(endpoint.owner, overlap.owner) ? pod_of(the_case.history, view, endpoint) : nullptr;
    return pod != nullptr && finding::any_fits(finding::fits_of(*service, pod->spec));
  });
}

std::string consequence(const Overlap& overlap, bool sure) {
  if (overlap.port_unset)
    return "they lack the port that its targetPort names, so proxies send them nothing; an ingress controller may";
  if (!overlap.routable) return "they never were ready, so nothing was sent to them";
  if (overlap.serves()) return "they answer as expected, now that they stand there";
  return sure ? "they were ready, and no request failed for it"
              : "they were ready; whether requests failed for it is not proven";
}

Finding finding_of(const Case& the_case, const history::ServiceView& view, const Overlap& overlap, bool sure) {
  Finding finding;
  finding.cause = Cause::latent_overlap;
  finding.ns = view.ns;
  finding.service = view.service;
  finding.workload = overlap.owner;
  finding.sentence = fmt::format("Service/{} also selects the pods of {}: {}.", safe(view.service),
                                 display(overlap.owner), consequence(overlap, sure));
  for (const auto& endpoint : view.endpoints) {
    if (!same_workload(endpoint.owner, overlap.owner)) continue;
    AccusedEndpoint one{endpoint.id, view.ns, {}, 0, 0};
    for (const auto& stay : endpoint.memberships) one.routable.push_back({stay.from, stay.to});
    finding.endpoints.push_back(std::move(one));
  }
  if (const auto service = the_case.history.service(view.ns, view.service)) {
    finding.evidence.push_back({"label-matched", Weight::decides,
                                fmt::format("the selector {} matches them", safe(model::to_string(service->selector))),
                                kubectl_list(view.ns, "pods", service->selector, "--show-labels"), json::object()});
  }
  finding.evidence.push_back({"slices", Weight::decides, "the Service's slices list them",
                              kubectl_slices(view.ns, view.service), json::object()});
  return finding;
}

std::vector<Finding> flaws(const Case& the_case, const std::vector<Finding>& found, bool sure) {
  std::vector<Finding> result;
  for (std::size_t i = 0; i < the_case.history.views.size(); ++i) {
    const auto& view = the_case.history.views[i];
    if (selects_none_meant(the_case, view, the_case.intents[i])) continue;  // then it is the Service's fault
    for (const Overlap& overlap : overlaps(view, the_case.intents[i])) {
      if (shares_it(overlap, the_case.intents[i]) || has_another_port(the_case, view, overlap) ||
          is_accused(found, view, overlap.owner) || is_accused(result, view, overlap.owner))
        continue;
      result.push_back(finding_of(the_case, view, overlap, sure));
      if (overlap.answered > 0)
        result.back().no_fix = "they serve: whether they are meant to stand there a person has to say";
    }
  }
  return result;
}

}  // namespace

Rule latent_overlap_rule() { return {.cause = Cause::latent_overlap, .flaws = flaws}; }

}  // namespace straycat::diagnose
