#include "cluster/kinds/custom.hpp"

#include <algorithm>

#include "cluster/kinds/custom_schema.hpp"
#include "cluster/kinds/json_help.hpp"
#include <straycat/model/custom_kinds.hpp>
#include <straycat/model/kinds.hpp>

namespace straycat::cluster {
namespace {

KindRow plain_row(std::string kind, std::string_view api_version, std::string plural) {
  KindRow row;
  row.kind = std::move(kind);
  row.group = model::group_of(api_version);
  row.version = model::version_of(api_version);
  row.plural = std::move(plural);
  row.custom = true;
  row.has_status = true;
  row.counts_generation = true;
  return row;
}

std::vector<std::string> texts(const json& list) {
  std::vector<std::string> out;
  for (const auto& item : list)
    if (item.is_string()) out.push_back(item.get<std::string>());
  return out;
}

bool is_true(const json& object, const char* key) { return object.value(key, json(false)) == json(true); }

// ".spec.replicas" -> "/spec/replicas".
std::string pointer_of(std::string path) {
  std::replace(path.begin(), path.end(), '.', '/');
  return path;
}

std::vector<CustomColumn> columns_of(const json& version) {
  std::vector<CustomColumn> out;
  for (const auto& column : array_or_empty(version, "additionalPrinterColumns"))
    out.push_back({string_or(column, "name"), string_or(column, "type"), string_or(column, "format"),
                   string_or(column, "description"), string_or(column, "jsonPath"),
                   static_cast<int>(integer_or(column, "priority"))});
  return out;
}

void add_subresources(KindRow& row, const json& subresources) {
  row.has_status = subresources.contains("status");
  const auto& scale = object_or_empty(subresources, "scale");
  row.has_scale = !scale.empty();
  if (!row.has_scale) return;
  row.scale_paths = {pointer_of(string_or(scale, "specReplicasPath")),
                     pointer_of(string_or(scale, "statusReplicasPath")),
                     pointer_of(string_or(scale, "labelSelectorPath"))};
}

// The row of one version; what all versions share stands in the definition's names.
KindRow version_row(const json& spec, const json& version) {
  const auto& names = object_or_empty(spec, "names");
  auto row = plain_row(string_or(names, "kind"), string_or(spec, "group") + "/" + string_or(version, "name"),
                       string_or(names, "plural"));
  row.singular = string_or(names, "singular");
  row.short_names = texts(array_or_empty(names, "shortNames"));
  row.categories = texts(array_or_empty(names, "categories"));
  row.namespaced = string_or(spec, "scope") != "Cluster";
  add_subresources(row, object_or_empty(version, "subresources"));
  row.custom_columns = columns_of(version);
  for (const auto& field : array_or_empty(version, "selectableFields"))
    row.selectable.push_back(
        string_or(field, "jsonPath").substr(string_or(field, "jsonPath").starts_with('.') ? 1 : 0));
  const auto& schema = object_or_empty(object_or_empty(version, "schema"), "openAPIV3Schema");
  if (!schema.empty()) row.schema = std::make_shared<const CustomSchema>(schema);
  return row;
}

}  // namespace

CustomKinds::CustomKinds() {
  for (const auto& known : model::known_custom_kinds()) {
    auto row = plain_row(std::string(known.name), known.api_version, std::string(known.plural));
    row.singular = known.singular();
    row.namespaced = known.namespaced;
    rows_.push_back(std::move(row));
    served_[rows_.back().qualified()] = {&rows_.back()};
  }
}

void CustomKinds::define(const json& definition) {
  const auto& spec = object_or_empty(definition, "spec");
  std::vector<const KindRow*> made;
  for (const auto& version : array_or_empty(spec, "versions")) {
    if (!version.is_object() || !is_true(version, "served")) continue;
    rows_.push_back(version_row(spec, version));
    made.insert(is_true(version, "storage") ? made.begin() : made.end(), &rows_.back());
  }
  served_[text_at(definition, "/metadata/name")] = std::move(made);
}

void CustomKinds::forget(const json& definition) { served_.erase(text_at(definition, "/metadata/name")); }

const KindRow* CustomKinds::by_key(std::string_view key) const {
  for (const auto& [name, versions] : served_)
    if (!versions.empty() && versions.front()->key() == key) return versions.front();
  return nullptr;
}

const KindRow* CustomKinds::row_of(const json& named) const {
  return by_key(model::qualified_kind(string_or(named, "kind"), model::group_of(string_or(named, "apiVersion"))));
}

std::vector<const KindRow*> CustomKinds::all() const {
  std::vector<const KindRow*> out;
  for (const auto& [name, versions] : served_) out.insert(out.end(), versions.begin(), versions.end());
  std::stable_sort(out.begin(), out.end(), [](const KindRow* a, const KindRow* b) { return a->group < b->group; });
  return out;
}

}  // namespace straycat::cluster
