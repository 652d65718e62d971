#include "fix.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "manifests.hpp"
#include <straycat/core/json_access.hpp>
#include <straycat/finding/label_fix.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

using history::History;
using model::Labels;
using model::LabelSelector;
using model::ObjectRef;

// --- what the run knows of a workload
// ---------------------------------------------------------------------------------

struct Known {
  Labels labels;           // of its pods: what all of them carry
  LabelSelector selector;  // its own, empty when it has none of its own making
  const plan::Manifest* manifest = nullptr;
  model::PodShape shape;
  finding::Source source = finding::Source::manifest;
  std::string owner = "";
};

Known from_manifest(const plan::Manifest& manifest, const std::string& kind) {
  Known known;
  known.manifest = &manifest;
  if (kind == "Pod") {
    const auto pod = model::project_pod(manifest.object);
    known.labels = pod.meta.labels;
    known.shape = pod.spec;
    return known;
  }
  const auto workload = model::project_workload(manifest.object);
  known.labels = workload.pod.labels;
  known.selector = workload.selector;
  known.shape = workload.pod;
  return known;
}

void read_source(const model::Meta& meta, Known& known) {
  known.source = finding::source_of(meta);
  if (const auto* owner = meta.controller()) known.owner = owner->kind + "/" + owner->name;
}

std::optional<Known> known_of(const History& history, const ObjectRef& ref) {
  std::optional<Known> known;
  if (const auto* manifest = manifest_of(history, ref.kind, ref.name)) known = from_manifest(*manifest, ref.kind);
  for (const auto& [key, timeline] : history.workloads) {
    if (!timeline.last || !same_workload(timeline.last->meta.ref(), ref)) continue;
    if (!known)
      known = Known{timeline.last->pod.labels, model::own_selector(*timeline.last), nullptr, timeline.last->pod};
    read_source(timeline.last->meta, *known);
    return known;
  }
  for (const auto& [key, timeline] : history.pods) {
    if (!timeline.last || !same_workload(timeline.last->meta.ref(), ref)) continue;
    if (!known) known = Known{timeline.last->meta.labels, {}, nullptr, timeline.last->spec};
    read_source(timeline.last->meta, *known);
    return known;
  }
  return known;
}

// Of a workload that must not be cut off: the labels that its template and each of its pods behind a Service carry. A
// pod of an older revision may lack one that the template has.
Labels carried_by_all(const History& history, const ObjectRef& ref, Labels labels) {
  for (const auto& view : history.views) {
    for (const auto& endpoint : view.endpoints) {
      if (!same_workload(endpoint.owner, ref)) continue;
      const auto* pod = pod_of(history, view, endpoint);
      if (pod == nullptr) continue;
      std::erase_if(labels, [&](const auto& label) {
        const auto found = pod->meta.labels.find(label.first);
        return found == pod->meta.labels.end() || found->second != label.second;
      });
    }
  }
  return labels;
}

bool serves(const history::Endpoint& endpoint) {
  return std::any_of(endpoint.probes.begin(), endpoint.probes.end(), [](const DirectProbe& one) { return one.ok; });
}

// Others behind the Service that answer when they are asked directly: nobody knows that they are not meant.
std::vector<finding::Meant> beside(const History& history, const Intent& intent, const Finding& finding) {
  std::vector<finding::Meant> result;
  for (const auto& view : history.views) {
    if (view.ns != finding.ns || view.service != finding.service) continue;
    for (const auto& endpoint : view.endpoints) {
      const auto& owner = endpoint.owner;
      if (owner.kind.empty() || intent.means(owner) || same_workload(owner, *finding.workload) || !serves(endpoint))
        continue;
      const bool there = std::any_of(result.begin(), result.end(),
                                     [&](const finding::Meant& one) { return same_workload(one.workload, owner); });
      const auto known = known_of(history, owner);
      if (!there && known) result.push_back({owner, carried_by_all(history, owner, known->labels)});
    }
  }
  return result;
}

// Every Service of the namespace, in every version that the run saw or planned.
std::vector<model::Service> services_of(const History& history, const std::string& ns) {
  std::vector<model::Service> result;
  for (const auto& [key, timeline] : history.services) {
    for (const auto& version : timeline.versions) {
      if (version.object && version.object->meta.ns == ns) result.push_back(*version.object);
    }
  }
  if (!history.plan) return result;
  for (const auto& step : history.plan->steps) {
    for (const auto& manifest : plan::manifests_of(step.action)) {
      if (text_at(manifest.object, "/kind") == "Service") result.push_back(model::project_service(manifest.object));
    }
  }
  return result;
}

}  // namespace

namespace {

bool stands_there(const History& history, const Intent& intent, const Finding& finding) {
  return std::any_of(history.views.begin(), history.views.end(), [&](const history::ServiceView& view) {
    return view.ns == finding.ns && view.service == finding.service &&
           std::any_of(view.endpoints.begin(), view.endpoints.end(),
                       [&](const history::Endpoint& one) { return intent.means(one.owner); });
  });
}

}  // namespace

void propose_fix(const Case& the_case, const Intent& intent, Finding& finding) {
  const History& history = the_case.history;
  const ObjectRef& stray = *finding.workload;
  const auto known = known_of(history, stray);
  std::vector<finding::Meant> meant;
  for (const ObjectRef& one : intent.workloads) {
    if (const auto its = known_of(history, one)) meant.push_back({one, carried_by_all(history, one, its->labels)});
  }
  const auto service = history.service(finding.ns, finding.service);
  if (!known || meant.empty() || !service) {
    finding.no_fix = "the log does not hold the labels and selectors with which a fix could be checked";
    return;
  }
  if (!stands_there(history, intent, finding)) {
    finding.no_fix =
        fmt::format("no pod of {} stands behind the Service: without the stray there would be nobody", intent.names());
    return;
  }
  finding::LabelFixRequest request;
  request.ns = finding.ns;
  request.service = finding.service;
  request.service_selector = service->selector;
  request.services = services_of(history, finding.ns);
  request.stray = stray;
  request.stray_labels = known->labels;
  request.stray_selector = known->selector;
  request.stray_shape = known->shape;
  request.stray_source = known->source;
  request.owner = known->owner;
  request.may_be_meant = intent.perhaps_means(stray);
  request.bounds = bounds_of(history, finding.ns);
  request.beside = beside(history, intent, finding);
  request.service_source = finding::source_of(service->meta);
  if (known->manifest != nullptr) {
    request.file = known->manifest->file;
    request.line = known->manifest->line;
  }
  if (const auto* manifest = manifest_of(history, "Service", finding.service)) {
    request.service_file = manifest->file;
    request.service_line = manifest->line;
  }
  request.meant = std::move(meant);
  if (auto fix = finding::stray_fix(request)) {
    finding.fix = std::move(*fix);
  } else {
    finding.no_fix = fix.error().message;
  }
}

}  // namespace straycat::diagnose
