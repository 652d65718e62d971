#include "cluster/kinds/defaults.hpp"

#include <string>

namespace straycat::cluster {
namespace {

bool is_object_or_absent(const json& object, const char* key) {
  const auto at = object.find(key);
  return at == object.end() || at->is_object() || at->is_null();
}

}  // namespace

json& own_spec(json& object) {
  auto& spec = object["spec"];
  if (spec.is_null()) spec = json::object();
  return spec;
}

void default_template(json& spec) {
  with_object(spec, "template", [](json& pod) {
    set_default(pod, "metadata", json::object());
    if (pod.contains("spec")) default_pod_spec(pod["spec"]);
  });
}

json empty_template() {
  return json::object({{"metadata", json::object()}, {"spec", json::object({{"containers", nullptr}})}});
}

void default_object(json& object) {
  const auto* row = built_in_row(object);
  if (row == nullptr || row->default_object == nullptr) return;
  if (is_object_or_absent(object, "spec") && is_object_or_absent(object, "metadata"))  // else validation will say so
    row->default_object(object);
}

void complete_new_object(json& object) {
  const auto* row = built_in_row(object);
  if (row == nullptr) return;
  if (row->has_status) set_default(object, "status", json::object());
  if (row->complete != nullptr) row->complete(object);
}

}  // namespace straycat::cluster
