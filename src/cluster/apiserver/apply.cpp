#include "cluster/apiserver/apply.hpp"

#include "cluster/apiserver/field_set.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

bool is_entry(const json& entry, const Manager& manager, const std::string& operation) {
  return string_or(entry, "manager") == manager.name && string_or(entry, "operation") == operation &&
         string_or(entry, "subresource") == manager.subresource;
}

json new_entry(const KindRow& resource, const Manager& manager, const std::string& operation, json fields) {
  json entry = {{"manager", manager.name}, {"operation", operation},   {"apiVersion", resource.api_version()},
                {"time", manager.time},    {"fieldsType", "FieldsV1"}, {"fieldsV1", std::move(fields)}};
  if (!manager.subresource.empty()) entry["subresource"] = manager.subresource;
  return entry;
}

// Takes `lost` away from every entry but the one that `mine` names; empty entries go.
json entries_without(const json& entries, const json& lost, const Manager& mine, const std::string& operation) {
  auto kept = json::array();
  for (auto entry : entries) {
    if (!is_entry(entry, mine, operation)) entry["fieldsV1"] = without(object_or_empty(entry, "fieldsV1"), lost);
    if (!object_or_empty(entry, "fieldsV1").empty()) kept.push_back(std::move(entry));
  }
  return kept;
}

// Sets the manager's own entry; its time moves only when the set does.
void put_entry(json& entries, const KindRow& resource, const Manager& manager, const std::string& operation,
               json fields) {
  for (auto at = entries.begin(); at != entries.end(); ++at) {
    if (!is_entry(*at, manager, operation)) continue;
    if (fields.empty()) {
      entries.erase(at);
    } else if ((*at)["fieldsV1"] != fields) {
      *at = new_entry(resource, manager, operation, std::move(fields));
    }
    return;
  }
  if (!fields.empty()) entries.push_back(new_entry(resource, manager, operation, std::move(fields)));
}

std::string describe(const json& entry) {
  auto out = json(string_or(entry, "manager")).dump();
  if (const auto sub = string_or(entry, "subresource"); !sub.empty()) out += " with subresource " + json(sub).dump();
  return out + " using " + string_or(entry, "apiVersion");
}

struct Conflict {
  std::string who;
  std::vector<std::string> paths;
};

// apimachinery pkg/util/managedfields/internal: one line when it is one field, else a list a manager.
Status conflict_status(const std::vector<Conflict>& conflicts) {
  std::size_t count = 0;
  std::string text;
  json causes = json::array();
  for (const auto& conflict : conflicts) {
    count += conflict.paths.size();
    const bool one = conflict.paths.size() == 1;
    text += (text.empty() ? "" : "\n") + std::string(one ? "conflict with " : "conflicts with ") + conflict.who + ":";
    for (const auto& path : conflict.paths) {
      text += (one ? " " : "\n- ") + path;
      causes.push_back(
          {{"reason", "FieldManagerConflict"}, {"message", "conflict with " + conflict.who}, {"field", path}});
    }
  }
  Status status{409, "Conflict",
                "Apply failed with " + std::to_string(count) + (count == 1 ? " conflict: " : " conflicts: ") + text,
                nullptr};
  status.details = json::object();
  status.details["causes"] = std::move(causes);
  return status;
}

std::vector<Conflict> find_conflicts(const json& entries, const json& contested, const Manager& manager) {
  std::vector<Conflict> out;
  for (const auto& entry : entries) {
    if (is_entry(entry, manager, "Apply")) continue;
    auto paths = paths_of(common(object_or_empty(entry, "fieldsV1"), contested));
    if (!paths.empty()) out.push_back({describe(entry), std::move(paths)});
  }
  return out;
}

json own_fields(const json& entries, const Manager& manager) {
  for (const auto& entry : entries) {
    if (is_entry(entry, manager, "Apply")) return object_or_empty(entry, "fieldsV1");
  }
  return json::object();
}

// What the manager gives up and nobody else holds.
json abandoned(const json& entries, const json& dropped, const Manager& manager) {
  auto out = dropped;
  for (const auto& entry : entries) {
    if (!is_entry(entry, manager, "Apply")) out = without(out, object_or_empty(entry, "fieldsV1"));
  }
  return out;
}

}  // namespace

StoreResult<Document> apply(const json& live, json patch, const KindRow& resource, const Manager& manager, bool force) {
  const auto& structure = structure_of(resource);
  if (patch.contains("metadata") && patch["metadata"].is_object()) patch["metadata"].erase("managedFields");
  const auto fields = fields_of(patch, structure);
  if (live.is_null()) {
    auto entries = json::array();
    put_entry(entries, resource, manager, "Apply", fields);
    patch["metadata"]["managedFields"] = std::move(entries);
    return Document{std::move(patch)};
  }
  auto entries = array_or_empty(live["metadata"], "managedFields");
  const auto dropped = without(own_fields(entries, manager), fields);
  auto merged = typed_merge(live, patch, structure);
  const auto contested = common(fields, changed_fields(live, merged, structure));
  if (const auto conflicts = find_conflicts(entries, contested, manager); !conflicts.empty()) {
    if (!force) return conflict_status(conflicts);
    entries = entries_without(entries, contested, manager, "Apply");
  }
  erase_fields(merged, abandoned(entries, dropped, manager), structure);
  put_entry(entries, resource, manager, "Apply", fields);
  merged["metadata"]["managedFields"] = std::move(entries);
  return Document{std::move(merged)};
}

void track_update(const json& before, json& after, const KindRow& resource, const Manager& manager) {
  const auto& structure = structure_of(resource);
  const auto empty = json::object();
  const auto& old = before.is_null() ? empty : before;
  const auto changed = changed_fields(old, after, structure);
  auto& meta = after["metadata"];
  if (!changed.empty()) {
    // A writer that names managedFields itself (kubectl's migration) has its way; else the list of before goes on.
    auto entries = meta.contains("managedFields") ? array_or_empty(meta, "managedFields")
                                                  : array_or_empty(old.value("metadata", empty), "managedFields");
    auto own = json::object();
    for (const auto& entry : entries) {
      if (is_entry(entry, manager, "Update")) own = object_or_empty(entry, "fieldsV1");
    }
    entries = entries_without(entries, changed, manager, "Update");
    const auto present = fields_of(after, structure);
    put_entry(entries, resource, manager, "Update", common(united(own, changed), present));
    meta["managedFields"] = std::move(entries);
  } else if (!meta.contains("managedFields") && !before.is_null() && before["metadata"].contains("managedFields")) {
    meta["managedFields"] = before["metadata"]["managedFields"];
  }
  if (meta.contains("managedFields") && meta["managedFields"].empty()) meta.erase("managedFields");
}

}  // namespace straycat::cluster
