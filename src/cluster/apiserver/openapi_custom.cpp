#include <algorithm>

#include "cluster/apiserver/openapi.hpp"
#include "cluster/kinds/custom_schema.hpp"
#include "cluster/kinds/json_help.hpp"

namespace straycat::cluster {
namespace {

constexpr const char* meta_schema = "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.";

json text_property(const char* description) { return {{"type", "string"}, {"description", description}}; }

// In OpenAPI v3 a reference with words of its own beside it stands in an allOf.
json reference(const std::string& name, const char* description, bool v2) {
  json to = {{"$ref", meta_schema + name}};
  if (v2) {
    to["description"] = description;
    return to;
  }
  return {{"allOf", json::array({std::move(to)})}, {"description", description}};
}

// What every object has (kube-openapi's generated definition of TypeMeta).
void add_type_properties(json& schema) {
  schema["properties"]["apiVersion"] = text_property(
      "APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized "
      "schemas to the latest internal value, and may reject unrecognized values.");
  schema["properties"]["kind"] = text_property(
      "Kind is a string value representing the REST resource this object represents. Servers may infer this from the "
      "endpoint the client submits requests to. Cannot be updated. In CamelCase.");
}

bool holds(const json& schema, const char* key) { return schema.value(key, json(false)) == json(true); }

// OpenAPI v2 knows neither junctors nor null, and its readers stumble over an untyped object's fields
// (pkg/controller/openapi/v2/conversion.go).
void make_v2(json& schema) {
  if (!schema.is_object()) return;
  for (const char* junctor : {"allOf", "oneOf", "anyOf", "not"}) schema.erase(junctor);
  const bool untyped = holds(schema, "nullable") || holds(schema, "x-kubernetes-preserve-unknown-fields");
  if (untyped) {
    schema.erase("items");
    schema.erase("properties");
    if (holds(schema, "nullable") || string_or(schema, "type") == "object") schema.erase("type");
    schema.erase("nullable");
  }
  if (!schema.contains("items") && string_or(schema, "type") == "array") schema.erase("type");
  if (schema.contains("items")) make_v2(schema["items"]);
  if (schema.contains("additionalProperties")) make_v2(schema["additionalProperties"]);
  with_object(schema, "properties", [](json& properties) {
    for (auto& [name, property] : properties.items()) make_v2(property);
  });
}

// An object within the object has what every object has.
void add_embedded(json& schema, bool v2) {
  if (!schema.is_object()) return;
  with_object(schema, "properties", [&](json& properties) {
    for (auto& [name, property] : properties.items()) add_embedded(property, v2);
  });
  if (schema.contains("items")) add_embedded(schema["items"], v2);
  if (schema.contains("additionalProperties")) add_embedded(schema["additionalProperties"], v2);
  if (!holds(schema, "x-kubernetes-embedded-resource")) return;
  if (v2 && holds(schema, "x-kubernetes-preserve-unknown-fields")) return;
  add_type_properties(schema);
  schema["properties"]["metadata"] = reference("ObjectMeta", "Standard object's metadata.", v2);
}

json identity(const KindRow& row, const std::string& kind) {
  json gvk = {{"group", row.group}, {"kind", kind}, {"version", row.version}};
  return json::array({std::move(gvk)});
}

json object_schema(const KindRow& row, bool v2) {
  json out = {{"type", "object"}};
  if (row.schema && !(v2 && holds(row.schema->document(), "x-kubernetes-preserve-unknown-fields"))) {
    out = row.schema->document();
    if (v2) make_v2(out);
    add_type_properties(out);
    out["properties"]["metadata"] = reference("ObjectMeta", "Standard object's metadata.", v2);
    add_embedded(out, v2);
  }
  out["x-kubernetes-group-version-kind"] = identity(row, row.kind);
  for (const auto& field : row.selectable) {
    json selectable = {{"fieldPath", field}};
    out["x-kubernetes-selectable-fields"].push_back(std::move(selectable));
  }
  return out;
}

// "stable.example.com" -> "com.example.stable".
std::string reversed(const std::string& group) {
  std::string out;
  for (std::size_t from = 0; from <= group.size();) {
    const auto to = std::min(group.find('.', from), group.size());
    out = group.substr(from, to - from) + (out.empty() ? "" : ".") + out;
    from = to + 1;
  }
  return out;
}

}  // namespace

json custom_schemas(const KindRow& row, bool v2) {
  const auto name = reversed(row.group) + "." + row.version + "." + row.kind;
  json list = {{"type", "object"}, {"required", json::array({"items"})}};
  list["description"] = row.kind + "List is a list of " + row.kind;
  list["properties"]["items"] = {{"type", "array"}, {"items", {{"$ref", "#/components/schemas/" + name}}}};
  list["properties"]["metadata"] = reference("ListMeta", "Standard list metadata.", v2);
  add_type_properties(list);
  list["x-kubernetes-group-version-kind"] = identity(row, row.kind + "List");
  json out = json::object();
  out[name] = object_schema(row, v2);
  out[name + "List"] = std::move(list);
  return out;
}

}  // namespace straycat::cluster
