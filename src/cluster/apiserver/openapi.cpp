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
      if (type.wire == Type::Wire::time) return {{"type", "string"}, {"format", "date-time"}};
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
  if (structure.name == "meta.v1.ObjectMeta") {
    properties["creationTimestamp"]["description"] =
        "CreationTimestamp is a timestamp representing the server time when this object was created.";
  }
  return {{"type", "object"}, {"properties", std::move(properties)}};
}

// These, and everything that is reachable from them.
json schemas_from(std::set<const Structure*> todo) {
  std::set<const Structure*> done;
  json out = json::object();
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
  return out;
}

json type_of(const KindRow& info) { return {{"group", info.group}, {"kind", info.kind}, {"version", info.version}}; }

json schemas_of(const std::string& group) {
  std::set<const Structure*> roots;
  for (const auto& info : served_kinds())
    if (info.group == group) roots.insert(structure_of_kind(info.kind));
  auto out = schemas_from(std::move(roots));
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

void add_paths(const KindRow& info, json& paths) {
  const auto root = (info.group.empty() ? "/api/" : "/apis/") + info.api_version() +
                    (info.namespaced ? "/namespaces/{namespace}/" : "/") + info.plural;
  paths[root]["post"] = operation(info, "post");
  paths[root + "/{name}"]["put"] = operation(info, "put");
  paths[root + "/{name}"]["patch"] = operation(info, "patch");
}

json empty_document() {
  json document = {{"openapi", "3.0.0"}, {"info", {{"title", "straycat"}, {"version", "v1.36.3"}}}};
  document["paths"] = json::object();
  return document;
}

std::string document_name(const KindRow& info) { return (info.group.empty() ? "api/" : "apis/") + info.api_version(); }

struct Published {
  std::string body, hash;
};

std::string hash_of(const std::string& text) { return fmt::format("{:016X}", std::hash<std::string>{}(text)); }

Published publish(const json& document) {
  auto body = document.dump();
  auto hash = hash_of(body);
  return {std::move(body), std::move(hash)};
}

using Documents = std::map<std::string, json>;  // by name: "apis/apps/v1"

const Documents& built_in_documents() {
  static const auto all = [] {
    Documents out;
    for (const auto& info : served_kinds()) {
      auto& document = out[document_name(info)];
      if (document.is_null()) {
        document = empty_document();
        document["components"]["schemas"] = schemas_of(info.group);
      }
      add_paths(info, document["paths"]);
    }
    return out;
  }();
  return all;
}

const std::map<std::string, Published>& built_in() {
  static const auto all = [] {
    std::map<std::string, Published> out;
    for (const auto& [name, document] : built_in_documents()) out[name] = publish(document);
    return out;
  }();
  return all;
}

// Those of other makers' groups, as their definitions are now.
Documents custom_documents(const Kinds& kinds) {
  Documents out;
  for (const KindRow* row : kinds) {
    if (!row->custom) continue;
    auto& document = out[document_name(*row)];
    if (document.is_null()) {
      document = empty_document();
      document["components"]["schemas"] =
          schemas_from({&structures().at("meta.v1.ObjectMeta"), &structures().at("meta.v1.ListMeta")});
    }
    document["components"]["schemas"].update(custom_schemas(*row, false));
    add_paths(*row, document["paths"]);
  }
  return out;
}

// All schemas in one document, whose references point elsewhere.
json v2_document(const Kinds& kinds) {
  json out = {{"swagger", "2.0"}, {"info", {{"title", "straycat"}, {"version", "v1.36.3"}}}, {"paths", json::object()}};
  json definitions = schemas_from({&structures().at("meta.v1.ListMeta")});
  for (const auto& [name, document] : built_in_documents()) definitions.update(document["components"]["schemas"]);
  for (const KindRow* row : kinds)
    if (row->custom) definitions.update(custom_schemas(*row, true));
  auto text = definitions.dump();
  const std::string from = "\"#/components/schemas/", to = "\"#/definitions/";
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  out["definitions"] = json::parse(text);
  return out;
}

Response published(const Request& request, const Published& document) {
  const auto etag = "\"" + document.hash + "\"";
  if (request.if_none_match == etag) return {304, "application/json", "", {{"Etag", etag}}};
  return {200, "application/json", document.body, {{"Etag", etag}}};
}

}  // namespace

std::optional<Response> openapi(const Request& request, const std::string& path, const Kinds& kinds) {
  if (path == "/openapi/v2") return published(request, publish(v2_document(kinds)));
  const auto custom = custom_documents(kinds);
  if (path == "/openapi/v3") {
    json index = json::object();
    const auto add = [&](const std::string& name, const std::string& hash) {
      index["paths"][name] = json::object({{"serverRelativeURL", "/openapi/v3/" + name + "?hash=" + hash}});
    };
    for (const auto& [name, document] : built_in()) add(name, document.hash);
    for (const auto& [name, document] : custom) add(name, publish(document).hash);
    return published(request, publish(index));
  }
  const auto name = path.substr(std::min(path.size(), std::string("/openapi/v3/").size()));
  if (const auto at = built_in().find(name); at != built_in().end()) return published(request, at->second);
  if (const auto at = custom.find(name); at != custom.end()) return published(request, publish(at->second));
  return std::nullopt;
}

}  // namespace straycat::cluster
