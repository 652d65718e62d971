#include "selection.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cures.hpp"
#include "manifests.hpp"
#include "words.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

std::optional<model::Labels> labels_of(const Case& the_case, const model::ObjectRef& ref) {
  for (const auto& [key, timeline] : the_case.history.workloads)
    if (timeline.last && same_workload(timeline.last->meta.ref(), ref)) return timeline.last->pod.labels;
  for (const auto& [key, timeline] : the_case.history.pods)
    if (timeline.last && same_workload(timeline.last->meta.ref(), ref)) return timeline.last->meta.labels;
  return std::nullopt;
}

// Whom else of the namespace a selector would match; "" when nobody.
std::string anybody_else(const Case& the_case, const model::Labels& selector, const model::ObjectRef& who) {
  std::vector<model::Workload> all;
  for (const auto& [key, timeline] : the_case.history.workloads)
    if (timeline.last && timeline.last->meta.ns == who.ns) all.push_back(*timeline.last);
  for (const auto& one : all) {
    if (model::selects(selector, one.pod.labels) && !same_workload(model::root_owner(one.meta, all), who))
      return display(one.meta.ref());
  }
  for (const auto& [key, timeline] : the_case.history.pods) {
    if (!timeline.last || timeline.last->meta.ns != who.ns || !model::selects(selector, timeline.last->meta.labels))
      continue;
    if (!same_workload(model::root_owner(timeline.last->meta, all), who)) return display(timeline.last->meta.ref());
  }
  return "";
}

}  // namespace

bool selects_none_meant(const Case& the_case, const history::ServiceView& view, const Intent& intent) {
  const auto service = the_case.history.service(view.ns, view.service);
  if (!service || service->selector.empty() || !intent.known()) return false;
  return std::all_of(intent.workloads.begin(), intent.workloads.end(), [&](const model::ObjectRef& one) {
    const auto labels = labels_of(the_case, one);
    return labels && !model::selects(service->selector, *labels);
  });
}

void select_the_meant(const Case& the_case, const Intent& intent, Finding& finding) {
  const auto service = the_case.history.service(finding.ns, finding.service);
  const auto labels = intent.workloads.size() == 1 ? labels_of(the_case, intent.workloads.front()) : std::nullopt;
  if (!service || !labels) {
    finding.no_fix = "it cannot be told which labels the Service should select";
    return;
  }
  const model::ObjectRef& meant = intent.workloads.front();
  model::Labels selector = service->selector;
  json changed = json::object();
  std::vector<finding::LabelChange> changes;
  for (auto& [key, value] : selector) {
    const auto its = labels->find(key);
    if (its == labels->end()) {
      finding.no_fix = fmt::format("the pods of {} carry no label {}: a person has to say which labels tell them",
                                   display(meant), safe(key));
      return;
    }
    if (its->second == value) continue;
    changes.push_back({"spec.selector", key, value, its->second});
    changed[key] = value = its->second;
  }
  if (const auto other = anybody_else(the_case, selector, meant); !other.empty()) {
    finding.no_fix =
        fmt::format("with {} the selector would match {} as well", safe(model::to_string(selector)), other);
    return;
  }
  change_service(the_case, json::object({{"selector", std::move(changed)}}),
                 {fmt::format("with {} Service/{} selects the pods of {}, and nobody else's of the namespace",
                              safe(model::to_string(selector)), safe(finding.service), display(meant)),
                  "no label of any pod changes, so no other selector matches more or fewer"},
                 finding);
  if (finding.fix) finding.fix->changes = std::move(changes);
}

}  // namespace straycat::diagnose
