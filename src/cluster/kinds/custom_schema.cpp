#include "cluster/kinds/custom_schema.hpp"

#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

using Kind = Type::Kind;

bool is_set(const json& schema, const char* key) {
  return schema.is_object() && schema.value(key, json(false)) == json(true);
}

bool keeps_unknown(const json& schema) { return is_set(schema, "x-kubernetes-preserve-unknown-fields"); }

Type plain(Kind kind) {
  Type out;
  out.kind = kind;
  return out;
}

// Every object that the API server knows as one has these, whatever the schema says of them.
void add_identity(Structure& structure) {
  structure.fields["apiVersion"] = plain(Kind::string);
  structure.fields["kind"] = plain(Kind::string);
  structure.fields["metadata"] = plain(Kind::structure);
  structure.fields["metadata"].structure = &structures().at("meta.v1.ObjectMeta");
}

void fill(json& value, const json& schema, bool root);

void fill_field(json& object, const std::string& name, const json& schema) {
  const auto at = object.find(name);
  if (at != object.end() && at->is_null() && !is_set(schema, "nullable")) object.erase(at);
  if (!object.contains(name)) {
    if (!schema.contains("default")) return;
    object[name] = schema["default"];
  }
  fill(object[name], schema, false);
}

void fill(json& value, const json& schema, bool root) {
  if (!schema.is_object()) return;
  if (value.is_array()) {
    for (auto& item : value) fill(item, object_or_empty(schema, "items"), false);
  } else if (value.is_object()) {
    for (const auto& [name, field] : object_or_empty(schema, "properties").items())
      if (field.is_object() && !(root && name == "metadata")) fill_field(value, name, field);
    if (const auto& others = object_or_empty(schema, "additionalProperties"); !others.empty())
      for (auto& [name, item] : value.items()) fill(item, others, false);
  }
}

}  // namespace

CustomSchema::CustomSchema(json schema) : schema_(std::move(schema)) {
  (void)structure_type(schema_, "Object");
  add_identity(made_.back());  // the last that was made is the outermost
  root_ = &made_.back();
}

void CustomSchema::fill_defaults(json& object) const { fill(object, schema_, true); }

void CustomSchema::validate(Causes& causes, const json& object) const {
  validate_by_schema(causes, "", object, schema_);
}

Type CustomSchema::structure_type(const json& schema, const std::string& name) {
  Structure structure;
  structure.name = "custom." + name;
  structure.atomic = string_or(schema, "x-kubernetes-map-type") == "atomic";
  structure.open = keeps_unknown(schema);
  structure.verbatim = true;
  for (const auto& [field, of_field] : object_or_empty(schema, "properties").items())
    structure.fields[field] = type_of(of_field, field);
  if (is_set(schema, "x-kubernetes-embedded-resource")) add_identity(structure);
  made_.push_back(std::move(structure));
  Type out = plain(Kind::structure);
  out.structure = &made_.back();
  return out;
}

Type CustomSchema::type_of(const json& schema, const std::string& name) {
  if (is_set(schema, "x-kubernetes-int-or-string")) return plain(Kind::scalar);
  const auto type = string_or(schema, "type");
  if (type == "string") return plain(Kind::string);
  if (type == "integer" || type == "number") return plain(Kind::number);
  if (type == "boolean") return plain(Kind::boolean);
  if (type == "array") {
    const auto list_type = string_or(schema, "x-kubernetes-list-type");
    Type out = plain(list_type == "map" ? Kind::keyed_list : list_type == "set" ? Kind::set : Kind::list);
    for (const auto& key : array_or_empty(schema, "x-kubernetes-list-map-keys"))
      if (key.is_string()) out.keys.push_back(key.get<std::string>());
    if (out.keys.empty() && out.kind == Kind::keyed_list) out.kind = Kind::list;
    out.element = std::make_shared<const Type>(type_of(object_or_empty(schema, "items"), name));
    return out;
  }
  if (type != "object") return {};
  const auto& others = schema.contains("additionalProperties") ? schema["additionalProperties"] : json(nullptr);
  if (object_or_empty(schema, "properties").empty() && (others.is_object() || others == json(true))) {
    Type out = plain(string_or(schema, "x-kubernetes-map-type") == "atomic" ? Kind::atomic_map : Kind::map);
    out.element = std::make_shared<const Type>(others.is_object() ? type_of(others, name) : Type{});
    return out;
  }
  return structure_type(schema, name);
}

}  // namespace straycat::cluster
