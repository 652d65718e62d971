#include "manifests.hpp"

#include "words.hpp"
#include <straycat/core/json_access.hpp>
#include <straycat/model/kinds.hpp>

namespace straycat::diagnose {
namespace {

// A metav1.LabelSelector as manifests write it.
model::LabelSelector selector_from(const nlohmann::json& in) {
  return model::project_network_policy(nlohmann::json::object({{"spec", {{"podSelector", in}}}})).pods;
}

// Every LabelSelector in a document, wherever it stands.
void gather(const nlohmann::json& node, const std::string& who, std::vector<finding::Bound>& out) {
  if (node.is_array())
    for (const auto& item : node) gather(item, who, out);
  if (!node.is_object()) return;
  if (member(node, "matchLabels").is_object() || member(node, "matchExpressions").is_array()) {
    auto selector = selector_from(node);
    if (!selector.empty()) out.push_back({who, std::move(selector)});
    return;
  }
  for (const auto& [key, value] : node.items())
    if (key != "namespaceSelector" && key != "nodeSelector") gather(value, who, out);
}

// Those that match pods: a ServiceMonitor matches Services.
bool binds_pods(const std::string& kind) {
  return kind != "Service" && kind != "ServiceMonitor" && kind != "Pod" && !model::makes_pods(kind);
}

}  // namespace

const plan::Manifest* manifest_of(const history::History& history, const std::string& kind, const std::string& name) {
  const plan::Manifest* found = nullptr;
  if (!history.plan) return found;
  for (const auto& step : history.plan->steps) {
    for (const auto& manifest : plan::manifests_of(step.action)) {
      if (text_at(manifest.object, "/kind") == kind && model::project_pod(manifest.object).meta.name == name)
        found = &manifest;
    }
  }
  return found;
}

std::vector<finding::Bound> bounds_of(const history::History& history, const std::string& ns) {
  std::vector<finding::Bound> out;
  for (const auto& [key, timeline] : history.policies) {
    if (timeline.last && timeline.last->meta.ns == ns && !timeline.last->pods.empty())
      out.push_back({display(timeline.last->meta.ref()), timeline.last->pods});
  }
  if (!history.plan) return out;
  for (const auto& step : history.plan->steps) {
    for (const auto& manifest : plan::manifests_of(step.action)) {
      const std::string kind = text_at(manifest.object, "/kind");
      if (!binds_pods(kind)) continue;
      const auto meta = model::project_pod(manifest.object).meta;
      gather(member(manifest.object, "spec"), display({kind, "", meta.name, ""}), out);
    }
  }
  return out;
}

}  // namespace straycat::diagnose
