#include "cluster/apiserver/openapi.hpp"

#include <map>
#include <set>

#include <fmt/format.h>

#include "cluster/kinds/row.hpp"
#include "cluster/kinds/schema.hpp"

namespace straycat::cluster {
namespace {

using Kind = Type::Kind;

std::string schema_name(const Structure& structure) {
  return (structure.name.rfind("meta.", 0) == 0 ? "io.k8s.apimachinery.pkg.apis." : "io.k8s.api.") + structure.name;
}

json schema_of(const Type& type, std::set<const Structure*>& used);

json list_schema(const Type& type, std::set<const Structure*>& used) {
  json out = {{"type", "array"}, {"items", schema_of(*type.element, used)}};
  if (type.kind == Kind::keyed_list) {
    out["x-kubernetes-list-type"] = "map";
    out["x-kubernetes-list-map-keys"] = type.keys;
    out["x-kubernetes-patch-strategy"] = "merge";
    out["x-kubernetes-patch-merge-key"] = type.keys.front();
  } else if (type.kind == Kind::set) {
    out["x-kubernetes-list-type"] = "set";
    out["x-kubernetes-patch-strategy"] = "merge";
  } else {
    out["x-kubernetes-list-type"] = "atomic";
  }
  return out;
}

json schema_of(const Type& type, std::set<const Structure*>& used) {
  switch (type.kind) {
    case Kind::string:
      return {{"type", "string"}};
    case Kind::number:
      return {{"type", "integer"}};
    case Kind::boolean:
      return {{"type", "boolean"}};
    case Kind::scalar:
      return {{"x-kubernetes-int-or-string", true}};
    case Kind::structure:
      used.insert(type.structure);
      return {{"$ref", "#/components/schemas/" + schema_name(*type.structure)}};
    case Kind::map:
    case Kind::atomic_map:
      return {{"type", "object"}, {"additionalProperties", schema_of(*type.element, used)}};
    case Kind::list:
    case Kind::keyed_list:
    case Kind::set:
      return list_schema(type, used);
    default:
      return {{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}};
  }
}

json structure_schema(const Structure& structure, std::set<const Structure*>& used) {
  json properties = json::object();
  for (const auto& [name, type] : structure.fields) properties[name] = schema_of(type, used);
  return {{"type", "object"}, {"properties", std::move(properties)}};
}

json type_of(const KindRow& info) { return {{"group", info.group}, {"kind", info.kind}, {"version", info.version}}; }

// Everything that is reachable from the kinds of a group.
json schemas_of(const std::string& group) {
  std::set<const Structure*> todo, done;
  json out = json::object();
  for (const auto& info : served_kinds()) {
    if (info.group == group) todo.insert(structure_of_kind(info.kind));
  }
  while (!todo.empty()) {
    const auto* structure = *todo.begin();
    todo.erase(todo.begin());
    if (!done.insert(structure).second) continue;
    std::set<const Structure*> used;
    out[schema_name(*structure)] = structure_schema(*structure, used);
    for (const auto* next : used) {
      if (!done.contains(next)) todo.insert(next);
    }
  }
  for (const auto& info : served_kinds()) {
    if (info.group == group)
      out[schema_name(*structure_of_kind(info.kind))]["x-kubernetes-group-version-kind"] = json::array({type_of(info)});
  }
  return out;
}

// kubectl looks here whether the server can validate fields and do dry runs.
json operation(const KindRow& info, const std::string& action) {
  json parameters = json::array();
  for (const char* name : {"dryRun", "fieldManager", "fieldValidation"}) {
    json parameter = {{"name", name}, {"in", "query"}, {"schema", {{"type", "string"}}}};
    parameters.push_back(std::move(parameter));
  }
  return {{"parameters", std::move(parameters)},
          {"responses", {{"200", {{"description", "OK"}}}}},
          {"x-kubernetes-action", action},
          {"x-kubernetes-group-version-kind", type_of(info)}};
}

json paths_of(const std::string& group) {
  json out = json::object();
  for (const auto& info : served_kinds()) {
    if (info.group != group) continue;
    const auto root = (group.empty() ? "/api/" : "/apis/") + info.api_version() +
                      (info.namespaced ? "/namespaces/{namespace}/" : "/") + info.plural;
    out[root]["post"] = operation(info, "post");
    out[root + "/{name}"]["put"] = operation(info, "put");
    out[root + "/{name}"]["patch"] = operation(info, "patch");
  }
  return out;
}

struct Published {
  std::string body, hash;
};

std::string hash_of(const std::string& text) { return fmt::format("{:016X}", std::hash<std::string>{}(text)); }

const std::map<std::string, Published>& documents() {
  static const auto all = [] {
    std::map<std::string, Published> out;
    for (const auto& info : served_kinds()) {
      const auto name = (info.group.empty() ? "api/" : "apis/") + info.api_version();
      if (out.contains(name)) continue;
      json document = {{"openapi", "3.0.0"}, {"info", {{"title", "straycat"}, {"version", "v1.36.3"}}}};
      document["paths"] = paths_of(info.group);
      document["components"]["schemas"] = schemas_of(info.group);
      auto body = document.dump();
      auto hash = hash_of(body);
      out[name] = {std::move(body), std::move(hash)};
    }
    return out;
  }();
  return all;
}

Response published(const Request& request, const Published& document) {
  const auto etag = "\"" + document.hash + "\"";
  if (request.if_none_match == etag) return {304, "application/json", "", {{"Etag", etag}}};
  return {200, "application/json", document.body, {{"Etag", etag}}};
}

}  // namespace

std::optional<Response> openapi(const Request& request, const std::string& path) {
  if (path == "/openapi/v3") {
    json index = json::object();
    for (const auto& [name, document] : documents()) {
      index["paths"][name] = json::object({{"serverRelativeURL", "/openapi/v3/" + name + "?hash=" + document.hash}});
    }
    auto body = index.dump();
    auto hash = hash_of(body);
    return published(request, {std::move(body), std::move(hash)});
  }
  const auto at = documents().find(path.substr(std::string("/openapi/v3/").size()));
  if (at == documents().end()) return std::nullopt;
  return published(request, at->second);
}

}  // namespace straycat::cluster
