#include "cluster/apiserver/decode.hpp"

#include "cluster/apiserver/duplicates.hpp"
#include "cluster/apiserver/patch.hpp"
#include "cluster/apiserver/protobuf.hpp"
#include "cluster/apiserver/weight.hpp"
#include "cluster/kinds/custom_schema.hpp"
#include "cluster/kinds/further.hpp"
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

// yaml.v2's words for a key that stands twice, of our own (yaml/compose.cpp).
std::string as_yaml_words_it(const yaml::Diagnostic& twice) {
  const auto open = twice.message.find('"'), close = twice.message.rfind("\":");
  const auto key = open < close && close != std::string::npos ? twice.message.substr(open, close + 1 - open) : "\"\"";
  return "line " + std::to_string(twice.at.line) + ": key " + key + " already set in map";
}

// What makes clients fall back that would rather send something else.
Status unsupported_media_type() {
  return {415, "UnsupportedMediaType",
          "the body of the request was in an unknown format - accepted media types include: application/json, "
          "application/yaml, application/vnd.kubernetes.protobuf",
          nullptr};
}

}  // namespace

StoreResult<Body> read_body(const Request& request) {
  if (request.content_type.find("vnd.kubernetes.protobuf") != std::string::npos) {
    auto decoded = from_protobuf(request.body);
    return decoded ? StoreResult<Body>(Body{std::move(decoded->object)}) : decoded.error();
  }
  if (request.content_type.find("application/cbor") != std::string::npos) return unsupported_media_type();
  const bool yaml_type = request.content_type.find("yaml") != std::string::npos;
  if (!yaml_type || looks_like_json(request.body)) {
    auto parsed = parse_body(request.body);
    if (!parsed) return parsed.error();
    return Body{std::move(parsed->object), duplicate_fields(request.body)};
  }
  std::vector<yaml::Diagnostic> repeated;
  const auto documents = yaml::parse(request.body, "request body", &repeated);
  if (!documents) return bad_request("error decoding YAML: " + documents.error().message);
  if (documents->size() != 1) return bad_request("error decoding YAML: one document expected");
  Body out{documents->front().to_json()};
  for (const auto& twice : repeated) out.duplicates.push_back(as_yaml_words_it(twice));
  return out;
}

namespace {

StoreResult<void> check_types(const json& object, const Structure& structure, const Call& call) {
  const auto clash = find_type_clash(object, structure);
  if (!clash) return {};
  return bad_request(cannot_handle(call) + "json: cannot unmarshal " + clash->got + " into Go struct field " +
                     clash->owner + "." + clash->path + " of type " + clash->wanted);
}

}  // namespace

StoreResult<Decoded> decode_object(Body body, const Call& call) {
  if (auto fits = check_kind(body.object, call); !fits) return fits.error();
  const auto& structure = structure_of(call.resource);
  // Of another maker's object only what all have is decoded; the rest is for its schema to judge.
  const auto& decoded = call.resource.custom ? structures().at("custom.v1.Object") : structure;
  if (auto fits = check_types(body.object, decoded, call); !fits) return fits.error();
  Decoded out{std::move(body.object), {}};
  for (const auto& path : unknown_fields(out.object, structure))
    out.warnings.push_back("unknown field " + json(path).dump());
  for (auto& twice : body.duplicates) out.warnings.push_back(std::move(twice));
  const auto validation = call.param("fieldValidation");
  if (validation == "Strict" && !out.warnings.empty()) {
    std::string all;
    for (const auto& warning : out.warnings) all += (all.empty() ? "" : ", ") + warning;
    return bad_request(cannot_handle(call) + "strict decoding error: " + all);
  }
  if (validation == "Ignore") out.warnings.clear();
  prune(out.object, structure);
  if (call.resource.schema) call.resource.schema->fill_defaults(out.object);
  if (call.resource.to_stored != nullptr) {
    call.resource.to_stored(out.object);
    if (deeper_than(out.object, deepest)) return bad_request("exceeded max depth");
    const auto& stored = structure_of(stored_row(call.resource));
    // An annotation may hold a part of it as text.
    if (auto fits = check_types(out.object, stored, call); !fits) return fits.error();
    prune(out.object, stored);
    out.object["apiVersion"] = stored_row(call.resource).api_version();
  }
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
