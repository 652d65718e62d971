#include "cluster/apiserver/decode.hpp"

#include "cluster/apiserver/patch.hpp"
#include "cluster/apiserver/protobuf.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/schema.hpp"
#include <straycat/yaml/document.hpp>

namespace straycat::cluster {
namespace {

bool looks_like_json(const std::string& text) {
  const auto at = text.find_first_not_of(" \t\r\n");
  return at != std::string::npos && (text[at] == '{' || text[at] == '[');
}

std::string cannot_handle(const Call& call) {
  return call.resource.kind + " in version \"" + call.resource.version + "\" cannot be handled as a " +
         call.resource.kind + ": ";
}

StoreResult<void> check_kind(json& body, const Call& call) {
  if (!body.is_object()) {
    return bad_request(cannot_handle(call) + "json: cannot unmarshal " +
                       std::string(body.is_array() ? "array" : body.type_name()) + " into Go value of type " +
                       call.resource.kind);
  }
  set_default(body, "kind", call.resource.kind);
  set_default(body, "apiVersion", call.resource.api_version());
  const auto version = string_or(body, "apiVersion");
  const auto kind = string_or(body, "kind");
  if (version != call.resource.api_version()) {
    return bad_request("the API version in the data (" + version + ") does not match the expected API version (" +
                       call.resource.api_version() + ")");
  }
  if (kind != call.resource.kind) {
    return bad_request(kind + " in version \"" + call.resource.version + "\" cannot be handled as a " +
                       call.resource.kind + ": converting (" + kind + ") to (" + call.resource.kind +
                       "): unknown conversion");
  }
  return {};
}

// What makes clients fall back that would rather send something else.
Status unsupported_media_type() {
  return {415, "UnsupportedMediaType",
          "the body of the request was in an unknown format - accepted media types include: application/json, "
          "application/yaml, application/vnd.kubernetes.protobuf",
          nullptr};
}

}  // namespace

StoreResult<Document> read_body(const Request& request) {
  if (request.content_type.find("vnd.kubernetes.protobuf") != std::string::npos) return from_protobuf(request.body);
  if (request.content_type.find("application/cbor") != std::string::npos) return unsupported_media_type();
  const bool yaml_type = request.content_type.find("yaml") != std::string::npos;
  if (!yaml_type || looks_like_json(request.body)) return parse_body(request.body);
  const auto documents = yaml::parse(request.body, "request body");
  if (!documents) return bad_request("error decoding YAML: " + documents.error().message);
  if (documents->size() != 1) return bad_request("error decoding YAML: one document expected");
  return Document{documents->front().to_json()};
}

StoreResult<Decoded> decode_object(json body, const Call& call) {
  if (auto fits = check_kind(body, call); !fits) return fits.error();
  const auto& structure = structure_of(call.resource);
  if (const auto clash = find_type_clash(body, structure)) {
    return bad_request(cannot_handle(call) + "json: cannot unmarshal " + clash->got + " into Go struct field " +
                       clash->owner + "." + clash->path + " of type " + clash->wanted);
  }
  Decoded out{std::move(body), {}};
  for (const auto& path : unknown_fields(out.object, structure))
    out.warnings.push_back("unknown field " + json(path).dump());
  const auto validation = call.param("fieldValidation");
  if (validation == "Strict" && !out.warnings.empty()) {
    std::string all;
    for (const auto& warning : out.warnings) all += (all.empty() ? "" : ", ") + warning;
    return bad_request(cannot_handle(call) + "strict decoding error: " + all);
  }
  if (validation == "Ignore") out.warnings.clear();
  prune(out.object, structure);
  if (!out.object.contains("metadata")) out.object["metadata"] = json::object();
  return out;
}

StoreResult<void> fit_to_url(json& object, const Call& call) {
  auto& meta = object["metadata"];
  if (call.resource.namespaced) {
    const auto ns = string_or(meta, "namespace", call.route.ns);
    if (ns != call.route.ns)
      return bad_request("the namespace of the provided object does not match the namespace sent on the request");
    meta["namespace"] = call.route.ns;
  } else {
    meta.erase("namespace");
  }
  if (call.route.name.empty()) return {};
  const auto name = string_or(meta, "name", call.route.name);
  if (name != call.route.name) {
    return bad_request("the name of the object (" + name + ") does not match the name on the URL (" + call.route.name +
                       ")");
  }
  meta["name"] = name;
  return {};
}

}  // namespace straycat::cluster
