// Whom a Service is meant for. Given by the plan, or inferred: which is said with the verdict.
#include <algorithm>

#include <fmt/format.h>

#include "case.hpp"
#include "words.hpp"
#include <straycat/core/json_access.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

using history::History;
using history::ServiceView;

// Kinds that stand for good. A Job, or a bare pod, comes and goes: it is taken for the intended one only when nothing
// stable stands behind the Service.
bool stable(const std::string& kind) { return model::stands_for_good(kind); }

struct Claimant {
  model::ObjectRef workload;
  std::int64_t endpoint_time = 0;
};

std::vector<Claimant> claimants(const ServiceView& view) {
  std::vector<Claimant> result;
  for (const auto& endpoint : view.endpoints) {
    if (endpoint.owner.kind.empty()) continue;
    auto found = std::find_if(result.begin(), result.end(),
                              [&](const Claimant& c) { return same_workload(c.workload, endpoint.owner); });
    if (found == result.end()) found = result.insert(result.end(), {endpoint.owner, 0});
    for (const auto& stay : endpoint.memberships) found->endpoint_time += stay.to - stay.from;
  }
  return result;
}

// The workload that the plan names, with its uid when the log knows it. None when the Service has nothing to do with
// it.
std::optional<model::ObjectRef> given(const History& history, const ServiceView& view) {
  if (!history.plan || !history.plan->meant_for) return std::nullopt;
  const plan::Target& target = *history.plan->meant_for;
  model::ObjectRef named{target.kind, target.ns.empty() ? view.ns : target.ns, target.name, ""};
  if (named.ns != view.ns) return std::nullopt;
  for (const auto& endpoint : view.endpoints) {
    if (!endpoint.owner.kind.empty() && same_workload(endpoint.owner, named)) return endpoint.owner;
  }
  for (const auto& [key, timeline] : history.workloads) {
    if (timeline.last && same_workload(timeline.last->meta.ref(), named)) return timeline.last->meta.ref();
  }
  return named;
}

// Workloads of one apply step that bring the Service, and whose template it selects.
std::vector<model::ObjectRef> applied_with(const plan::Apply& apply, const ServiceView& view,
                                           const model::Labels& selector) {
  std::vector<model::ObjectRef> result;
  bool brings_service = false;
  for (const auto& manifest : apply.manifests) {
    const std::string kind = text_at(manifest.object, "/kind");
    if (kind == "Service") {
      brings_service = brings_service || model::project_service(manifest.object).meta.name == view.service;
    } else if (stable(kind)) {
      const auto workload = model::project_workload(manifest.object);
      if (model::selects(selector, workload.pod.labels)) result.push_back({kind, view.ns, workload.meta.name, ""});
    }
  }
  return brings_service ? result : std::vector<model::ObjectRef>{};
}

std::optional<model::ObjectRef> applied_together(const History& history, const ServiceView& view,
                                                 const std::vector<Claimant>& known) {
  const auto service = history.service(view.ns, view.service);
  if (!history.plan || !service) return std::nullopt;
  for (const auto& step : history.plan->steps) {
    const auto* apply = std::get_if<plan::Apply>(&step.action);
    if (apply == nullptr) continue;
    const auto found = applied_with(*apply, view, service->selector);
    if (found.size() != 1) continue;
    for (const Claimant& claimant : known) {
      if (same_workload(claimant.workload, found.front())) return claimant.workload;
    }
    return found.front();
  }
  return std::nullopt;
}

// The one with the most endpoint time, if it has more than three fifths of it: less is no ground to call another a
// stray.
const Claimant* dominant(const std::vector<Claimant>& known, bool only_stable, std::int64_t& whole) {
  const Claimant* best = nullptr;
  whole = 0;
  for (const Claimant& claimant : known) {
    if (only_stable && !stable(claimant.workload.kind)) continue;
    whole += claimant.endpoint_time;
    if (best == nullptr || claimant.endpoint_time > best->endpoint_time) best = &claimant;
  }
  return best != nullptr && best->endpoint_time > whole / 5 * 3 ? best : nullptr;
}

Intent infer(const History& history, const ServiceView& view) {
  Intent intent{view.ns, view.service, std::nullopt, false, ""};
  const auto known = claimants(view);
  if (const auto together = applied_together(history, view, known)) {
    intent.workload = together;
    intent.basis = "inferred: it was applied together with the Service";
    return intent;
  }
  std::int64_t whole = 0;
  const bool any_stable =
      std::any_of(known.begin(), known.end(), [](const Claimant& c) { return stable(c.workload.kind); });
  if (const Claimant* best = dominant(known, any_stable, whole)) {
    intent.workload = best->workload;
    const auto share =
        percent(static_cast<std::uint64_t>(best->endpoint_time / 1000), static_cast<std::uint64_t>(whole / 1000));
    intent.basis = fmt::format("inferred: it owned {} of the endpoint time{}", share,
                               any_stable ? " of workloads that stand for good" : "");
    return intent;
  }
  intent.basis =
      known.empty() ? "nothing that could be meant was seen behind it" : "several workloads stand behind it alike";
  return intent;
}

}  // namespace

std::vector<Intent> infer_intents(const History& history) {
  std::vector<Intent> result;
  for (const ServiceView& view : history.views) {
    if (const auto named = given(history, view)) {
      result.push_back({view.ns, view.service, named, true, "the scenario names it"});
    } else {
      result.push_back(infer(history, view));
    }
  }
  return result;
}

}  // namespace straycat::diagnose
