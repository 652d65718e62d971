#include "cluster/apiserver/field_set.hpp"

#include <algorithm>

#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

using Kind = Type::Kind;
const json owned_leaf = json::object();

bool granular(const Type& type) {
  if (type.kind == Kind::structure) return !type.structure->atomic;
  return type.kind == Kind::map || type.kind == Kind::keyed_list || type.kind == Kind::set;
}

// Identity and the server's own fields belong to nobody (fieldmanager/stripmeta.go).
bool belongs_to_nobody(const std::string& path) {
  static const std::vector<std::string> paths = {"apiVersion",
                                                 "kind",
                                                 "metadata.name",
                                                 "metadata.namespace",
                                                 "metadata.uid",
                                                 "metadata.creationTimestamp",
                                                 "metadata.selfLink",
                                                 "metadata.generation",
                                                 "metadata.managedFields",
                                                 "metadata.resourceVersion"};
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

const Type& element_or_field(const Type& type, const std::string& key) {
  static const Type unknown;
  if (type.kind != Kind::structure) return type.element ? *type.element : unknown;
  const auto at = type.structure->fields.find(key);
  return at == type.structure->fields.end() ? unknown : at->second;
}

std::string item_key(const json& item, const Type& type) {
  if (type.kind == Kind::set) return "v:" + item.dump();
  auto keys = json::object();
  for (const auto& key : type.keys) {
    if (auto value = key_value(item, key); !value.is_null()) keys[key] = std::move(value);
  }
  return "k:" + keys.dump();
}

void collect(const json& value, const Type& type, const std::string& path, json& out) {
  if (value.is_null()) return;
  if (value.is_object() && !value.empty() && granular(type)) {
    for (const auto& [key, item] : value.items()) {
      const auto below = path.empty() ? key : path + "." + key;
      if (belongs_to_nobody(below)) continue;
      json inner = json::object();
      collect(item, element_or_field(type, key), below, inner);
      if (!inner.empty() || !item.is_structured() || item.empty() || !granular(element_or_field(type, key)))
        out["f:" + key] = std::move(inner);
    }
  } else if (value.is_array() && !value.empty() && granular(type)) {
    for (const auto& item : value) {
      json inner = json::object();
      if (type.kind == Kind::keyed_list) {
        inner["."] = owned_leaf;
        collect(item, *type.element, path + "[]", inner);
      }
      out[item_key(item, type)] = std::move(inner);
    }
  }
}

const json* find_item(const json& list, const json& item, const Type& type) {
  if (!list.is_array()) return nullptr;
  const auto at = std::find_if(list.begin(), list.end(), [&](const json& other) {
    return type.kind == Kind::set ? other == item : same_item(other, item, type.keys);
  });
  return at == list.end() ? nullptr : &*at;
}

void compare(const json* before, const json* after, const Type& type, const std::string& path, json& out);

void compare_items(const json& from, const json& others, bool others_are_after, const Type& type,
                   const std::string& path, json& out) {
  for (const auto& item : from) {
    const auto* other = find_item(others, item, type);
    if (other != nullptr && (others_are_after || type.kind == Kind::set)) continue;  // seen from the other side
    json inner = json::object();
    if (type.kind == Kind::keyed_list) {
      if (other == nullptr) inner["."] = owned_leaf;
      compare(others_are_after ? &item : other, others_are_after ? other : &item, *type.element, path + "[]", inner);
      if (inner.empty()) continue;
    }
    out[item_key(item, type)] = std::move(inner);
  }
}

void compare_objects(const json& before, const json& after, const Type& type, const std::string& path, json& out) {
  auto both = before;
  both.update(after);
  for (const auto& [key, unused] : both.items()) {
    const auto below = path.empty() ? key : path + "." + key;
    if (belongs_to_nobody(below)) continue;
    const auto old = before.find(key);
    const auto now = after.find(key);
    if (old != before.end() && now != after.end() && *old == *now) continue;
    json inner = json::object();
    const auto& field = element_or_field(type, key);
    compare(old == before.end() ? nullptr : &*old, now == after.end() ? nullptr : &*now, field, below, inner);
    out["f:" + key] = std::move(inner);
  }
}

// `out` stays empty when the node itself is the leaf that differs.
void compare(const json* before, const json* after, const Type& type, const std::string& path, json& out) {
  static const json nothing_object = json::object(), nothing_list = json::array();
  if (!granular(type)) return;
  const json* known = after != nullptr ? after : before;
  if (known == nullptr) return;
  if (known->is_object()) {
    compare_objects(before != nullptr && before->is_object() ? *before : nothing_object,
                    after != nullptr ? *after : nothing_object, type, path, out);
  } else if (known->is_array() && type.element) {
    const auto& old = before != nullptr && before->is_array() ? *before : nothing_list;
    const auto& now = after != nullptr ? *after : nothing_list;
    compare_items(now, old, false, type, path, out);
    compare_items(old, now, true, type, path, out);
  }
}

Type type_of(const Structure& structure) {
  Type type;
  type.kind = Kind::structure;
  type.structure = &structure;
  return type;
}

bool is_item(const std::string& step) { return step[0] == 'k' || step[0] == 'v'; }

void erase_item(json& list, const std::string& step, const json& below, const Type& type);

void erase_in(json& value, const json& fields, const Type& type) {
  for (const auto& [step, below] : fields.items()) {
    if (step == "." || step.size() < 2) continue;
    if (is_item(step)) {
      erase_item(value, step, below, type);
      continue;
    }
    const auto key = step.substr(2);
    if (!value.is_object() || !value.contains(key)) continue;
    if (below.empty() || below.contains(".")) {
      value.erase(key);
    } else {
      erase_in(value[key], below, element_or_field(type, key));
      if (value[key].is_structured() && value[key].empty()) value.erase(key);
    }
  }
}

void erase_item(json& list, const std::string& step, const json& below, const Type& type) {
  if (!list.is_array() || !type.element) return;
  for (auto at = list.begin(); at != list.end(); ++at) {
    if (item_key(*at, type) != step) continue;
    if (below.empty() || below.contains(".")) {
      list.erase(at);
    } else {
      erase_in(*at, below, *type.element);
    }
    return;
  }
}

void merge_value(json& live, const json& patch, const Type& type) {
  if (patch.is_object() && live.is_object() && granular(type)) {
    for (const auto& [key, value] : patch.items()) {
      if (live.contains(key)) {
        merge_value(live[key], value, element_or_field(type, key));
      } else {
        live[key] = value;
      }
    }
  } else if (patch.is_array() && live.is_array() && granular(type) && type.element) {
    for (const auto& item : patch) {
      const auto at = std::find_if(live.begin(), live.end(),
                                   [&](const json& old) { return item_key(old, type) == item_key(item, type); });
      if (at == live.end()) {
        live.push_back(item);
      } else {
        merge_value(*at, item, *type.element);
      }
    }
  } else {
    live = patch;
  }
}

std::string spoken_step(const std::string& step) {
  if (step.rfind("f:", 0) == 0) return "." + step.substr(2);
  const auto value = json::parse(step.substr(2), nullptr, false);
  if (step[0] == 'v' || !value.is_object()) return "[=" + step.substr(2) + "]";
  std::string out;
  for (const auto& [key, part] : value.items()) out += (out.empty() ? "" : ",") + key + "=" + part.dump();
  return "[" + out + "]";
}

void collect_paths(const json& fields, const std::string& path, std::vector<std::string>& out) {
  if (fields.empty()) out.push_back(path);
  for (const auto& [step, below] : fields.items()) {
    if (step == ".") {
      if (fields.size() == 1) out.push_back(path);
    } else {
      collect_paths(below, path + spoken_step(step), out);
    }
  }
}

}  // namespace

json fields_of(const json& object, const Structure& structure) {
  json out = json::object();
  collect(object, type_of(structure), "", out);
  return out;
}

json changed_fields(const json& before, const json& after, const Structure& structure) {
  json out = json::object();
  compare(&before, &after, type_of(structure), "", out);
  return out;
}

json united(json a, const json& b) {
  if (!a.is_object() || !b.is_object()) return a;
  for (const auto& [step, below] : b.items()) {
    if (!a.contains(step)) {
      a[step] = below;
    } else if (a[step].empty() != below.empty()) {
      // A leaf here, an inner node there: the node itself stays owned.
      auto inner = a[step].empty() ? below : a[step];
      inner["."] = owned_leaf;
      a[step] = std::move(inner);
    } else {
      a[step] = united(std::move(a[step]), below);
    }
  }
  return a;
}

json without(const json& a, const json& b) {
  json out = json::object();
  for (const auto& [step, below] : a.items()) {
    const auto at = b.find(step);
    if (at == b.end()) {
      out[step] = below;
    } else if (!below.empty()) {
      auto rest = without(below, *at);
      if (at->empty()) rest.erase(".");
      if (!rest.empty()) out[step] = std::move(rest);
    }
  }
  return out;
}

json common(const json& a, const json& b) {
  json out = json::object();
  for (const auto& [step, below] : a.items()) {
    const auto at = b.find(step);
    if (at == b.end()) continue;
    const bool a_owns = below.empty() || below.contains("."), b_owns = at->empty() || at->contains(".");
    auto inner = common(below, *at);
    if (a_owns && b_owns && !inner.empty()) inner["."] = owned_leaf;
    if (!inner.empty() || (a_owns && b_owns)) out[step] = std::move(inner);
  }
  return out;
}

void erase_fields(json& object, const json& fields, const Structure& structure) {
  erase_in(object, fields, type_of(structure));
}

std::vector<std::string> paths_of(const json& fields) {
  std::vector<std::string> out;
  if (!fields.empty()) collect_paths(fields, "", out);
  return out;
}

json typed_merge(json live, const json& patch, const Structure& structure) {
  merge_value(live, patch, type_of(structure));
  return live;
}

}  // namespace straycat::cluster
