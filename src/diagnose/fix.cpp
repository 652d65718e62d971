#include "fix.hpp"

#include <algorithm>

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
  Labels labels;           // of its pods
  LabelSelector selector;  // its own, empty when it has none of its own making
  const plan::Manifest* manifest = nullptr;
};

const plan::Manifest* manifest_of(const plan::Plan& plan, const ObjectRef& ref) {
  for (const auto& step : plan.steps) {
    for (const auto& manifest : plan::manifests_of(step.action)) {
      if (text_at(manifest.object, "/kind") == ref.kind && model::project_pod(manifest.object).meta.name == ref.name)
        return &manifest;
    }
  }
  return nullptr;
}

Known from_manifest(const plan::Manifest& manifest, const std::string& kind) {
  if (kind == "Pod") return {model::project_pod(manifest.object).meta.labels, {}, &manifest};
  const auto workload = model::project_workload(manifest.object);
  return {workload.pod.labels, workload.selector, &manifest};
}

std::optional<Known> known_of(const History& history, const ObjectRef& ref) {
  if (history.plan) {
    if (const auto* manifest = manifest_of(*history.plan, ref)) return from_manifest(*manifest, ref.kind);
  }
  for (const auto& [key, timeline] : history.workloads) {
    if (!timeline.last || !same_workload(timeline.last->meta.ref(), ref)) continue;
    return Known{timeline.last->pod.labels, model::own_selector(*timeline.last), nullptr};
  }
  for (const auto& [key, timeline] : history.pods) {
    if (timeline.last && same_workload(timeline.last->meta.ref(), ref))
      return Known{timeline.last->meta.labels, {}, nullptr};
  }
  return std::nullopt;
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

void propose_fix(const Case& the_case, const Intent& intent, Finding& finding) {
  const History& history = the_case.history;
  const ObjectRef& stray = *finding.workload;
  const auto known = known_of(history, stray);
  std::vector<finding::Meant> meant;
  for (const ObjectRef& one : intent.workloads) {
    if (const auto its = known_of(history, one)) meant.push_back({one, its->labels});
  }
  const auto service = history.service(finding.ns, finding.service);
  if (!known || meant.empty() || !service) {
    finding.no_fix = "the log does not hold the labels and selectors with which a fix could be checked";
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
  if (known->manifest != nullptr) {
    request.file = known->manifest->file;
    request.line = known->manifest->line;
  }
  request.meant = std::move(meant);
  if (auto fix = finding::label_fix(request)) {
    finding.fix = std::move(*fix);
  } else {
    finding.no_fix = fix.error().message;
  }
}

}  // namespace straycat::diagnose
