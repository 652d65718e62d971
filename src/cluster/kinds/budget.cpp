#include "cluster/kinds/budget.hpp"

#include <map>

#include "cluster/kinds/json_help.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::cluster {
namespace {

model::LabelSelector budget_selector(const json& budget) {
  const auto& in = object_or_empty(object_or_empty(budget, "spec"), "selector");
  model::LabelSelector out;
  for (const auto& [key, value] : object_or_empty(in, "matchLabels").items())
    if (value.is_string()) out.match_labels[key] = value.get<std::string>();
  for (const auto& expression : array_or_empty(in, "matchExpressions")) {
    model::Requirement requirement{string_or(expression, "key"), string_or(expression, "operator"), {}};
    for (const auto& value : array_or_empty(expression, "values"))
      if (value.is_string()) requirement.values.push_back(value.get<std::string>());
    out.match_expressions.push_back(std::move(requirement));
  }
  return out;
}

model::Labels labels_in(const json& object) {
  model::Labels out;
  for (const auto& [key, value] : object_or_empty(object_or_empty(object, "metadata"), "labels").items())
    if (value.is_string()) out[key] = value.get<std::string>();
  return out;
}

// A number, or a share of the expected pods, rounded up (intstr.GetScaledValueFromIntOrPercent).
int amount_of(const json& value, int of) {
  if (value.is_number_integer()) return value.get<int>();
  const std::string text = value.is_string() ? value.get<std::string>() : "";
  if (!text.ends_with('%')) return 0;
  return (std::atoi(text.c_str()) * of + 99) / 100;
}

// Each controller counts once.
int scale_of_all(const std::vector<const json*>& pods, const std::function<int(const json&)>& replicas) {
  std::map<std::string, int> by_controller;
  int alone = 0;
  for (const json* pod : pods) {
    const json* controller = nullptr;
    for (const json& owner : array_or_empty(object_or_empty(*pod, "metadata"), "ownerReferences"))
      if (owner.is_object() && owner.value("controller", json(false)) == json(true)) controller = &owner;
    if (controller == nullptr)
      ++alone;
    else
      by_controller.try_emplace(string_or(*controller, "uid"), replicas(*controller));
  }
  for (const auto& [uid, count] : by_controller) alone += count;
  return alone;
}

}  // namespace

bool healthy_pod(const json& pod) {
  if (!text_at(pod, "/metadata/deletionTimestamp").empty()) return false;
  for (const json& condition : array_or_empty(object_or_empty(pod, "status"), "conditions"))
    if (string_or(condition, "type") == "Ready") return string_or(condition, "status") == "True";
  return false;
}

// policy/v1: an empty selector selects all, none at all selects nothing.
bool budget_selects(const json& budget, const json& pod) {
  const auto& spec = object_or_empty(budget, "spec");
  return spec.contains("selector") && spec.at("selector").is_object() &&
         model::matches(budget_selector(budget), labels_in(pod));
}

Budget count_budget(const json& budget, const std::vector<Object>& pods,
                    const std::function<int(const json&)>& replicas) {
  const auto& spec = object_or_empty(budget, "spec");
  Budget out;
  out.name = text_at(budget, "/metadata/name");
  out.spares_unready = string_or(spec, "unhealthyPodEvictionPolicy") == "AlwaysAllow";
  std::vector<const json*> selected;
  for (const Object& pod : pods)
    if (budget_selects(budget, *pod)) selected.push_back(pod.get());
  for (const json* pod : selected) out.healthy += healthy_pod(*pod) ? 1 : 0;
  if (const auto most = spec.find("maxUnavailable"); most != spec.end()) {
    out.expected = scale_of_all(selected, replicas);
    out.desired = std::max(0, out.expected - amount_of(*most, out.expected));
    return out;
  }
  const json least = spec.value("minAvailable", json(1));  // neither given: one, as the API server fills it in
  out.expected = least.is_string() ? scale_of_all(selected, replicas) : static_cast<int>(selected.size());
  out.desired = amount_of(least, out.expected);
  return out;
}

}  // namespace straycat::cluster
