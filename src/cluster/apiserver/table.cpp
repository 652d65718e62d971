#include "cluster/apiserver/table.hpp"

#include <string_view>

#include "cluster/kinds/cells.hpp"

namespace straycat::cluster {
namespace {

json plain_cells(const json& object, std::int64_t now_ns) {
  return json::array({cells::name_of(object), cells::age(object, now_ns)});
}

json definitions(const std::vector<Column>& columns) {
  json all = json::array();
  for (const Column& column : columns) {
    const bool is_name = std::string_view(column.name) == "Name";
    all.push_back(json::object({{"name", column.name},
                                {"type", column.type},
                                {"format", is_name ? "name" : ""},
                                {"description", column.description},
                                {"priority", column.priority}}));
  }
  return all;
}

json row_object(const json& object, const std::string& with_object) {
  if (with_object == "Object") return object;
  json metadata = object.value("metadata", json::object());
  return json::object(
      {{"kind", "PartialObjectMetadata"}, {"apiVersion", "meta.k8s.io/v1"}, {"metadata", std::move(metadata)}});
}

}  // namespace

json make_table(const KindRow& resource, const std::vector<Object>& objects, const std::string& resource_version,
                const std::string& with_object, std::int64_t wall_now_ns) {
  const bool plain = resource.cells == nullptr;
  const auto cells_of = plain ? plain_cells : resource.cells;
  json rows = json::array();
  for (const Object& object : objects) {
    json row = json::object({{"cells", cells_of(*object, wall_now_ns)}});
    if (with_object != "None") row["object"] = row_object(*object, with_object);
    rows.push_back(std::move(row));
  }
  return json::object(
      {{"kind", "Table"},
       {"apiVersion", "meta.k8s.io/v1"},
       {"metadata", json::object({{"resourceVersion", resource_version}})},
       {"columnDefinitions", definitions(plain ? std::vector<Column>{name_column, age_column} : resource.columns)},
       {"rows", std::move(rows)}});
}

}  // namespace straycat::cluster
