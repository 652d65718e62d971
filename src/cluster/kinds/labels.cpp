#include "cluster/kinds/labels.hpp"

namespace straycat::cluster {

model::Labels labels_from(const json& map) {
  model::Labels out;
  if (!map.is_object()) return out;
  for (const auto& [key, value] : map.items())
    if (value.is_string()) out[key] = value.get<std::string>();
  return out;
}

model::Labels labels_of(const json& object) {
  return labels_from(object_or_empty(object_or_empty(object, "metadata"), "labels"));
}

model::LabelSelector label_selector(const json& selector) {
  model::LabelSelector out;
  out.match_labels = labels_from(object_or_empty(selector, "matchLabels"));
  for (const auto& item : array_or_empty(selector, "matchExpressions")) {
    model::Requirement requirement{string_or(item, "key"), string_or(item, "operator"), {}};
    for (const auto& value : array_or_empty(item, "values"))
      if (value.is_string()) requirement.values.push_back(value.get<std::string>());
    out.match_expressions.push_back(std::move(requirement));
  }
  return out;
}

}  // namespace straycat::cluster
