// Failure mode 2 and its kin: the Service's selector matches pods of another workload, and nothing failed for it (yet):
// their slice has no port set, they never were ready, or they answered.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/rules.hpp"
#include "diagnose/words.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

// How far another workload's pods came behind one Service.
struct Overlap {
  model::ObjectRef owner;
  bool port_unset = true, routable = false;
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
  return found != all.end() ? *found : all.emplace_back(Overlap{owner, true, false});
}

std::vector<Overlap> overlaps(const history::ServiceView& view, const Intent& meant) {
  std::vector<Overlap> result;
  for (const auto& endpoint : view.endpoints) {
    if (endpoint.owner.kind.empty() || !meant.excludes(endpoint.owner)) continue;
    Overlap& overlap = overlap_of(result, endpoint.owner);
    overlap.port_unset = overlap.port_unset && endpoint.id.port == 0;
    overlap.routable = overlap.routable || !endpoint.memberships.empty();
  }
  return result;
}

std::string consequence(const Overlap& overlap, bool sure) {
  if (overlap.port_unset)
    return "they lack the port that its targetPort names, so proxies send them nothing; an ingress controller may";
  if (!overlap.routable) return "they never were ready, so nothing was sent to them";
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
    for (const Overlap& overlap : overlaps(view, the_case.intents[i])) {
      if (!is_accused(found, view, overlap.owner) && !is_accused(result, view, overlap.owner)) {
        result.push_back(finding_of(the_case, view, overlap, sure));
      }
    }
  }
  return result;
}

}  // namespace

Rule latent_overlap_rule() { return {.cause = Cause::latent_overlap, .flaws = flaws}; }

}  // namespace straycat::diagnose
