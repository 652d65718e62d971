// POST, PUT and PATCH.
#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "cluster/apiserver/apply.hpp"
#include "cluster/apiserver/decode.hpp"
#include "cluster/apiserver/duplicates.hpp"
#include "cluster/apiserver/patch.hpp"
#include "cluster/apiserver/weight.hpp"
#include "cluster/kinds/custom_schema.hpp"
#include "cluster/kinds/further.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/schema.hpp"
#include "cluster/kinds/validation.hpp"
#include <straycat/model/law.hpp>

namespace straycat::cluster {
namespace {

constexpr std::string_view apply_type = "application/apply-patch+yaml";

// etcd's --max-request-bytes, by which no object of a real cluster outgrows it, patch by patch.
constexpr std::size_t most_stored = std::size_t{3} * 512 * 1024;

bool dry_run(const Call& call) { return call.param("dryRun") == "All"; }

Manager manager_of(const Call& call) {
  auto name = call.param("fieldManager");
  if (name.empty()) name = call.request.user_agent.substr(0, call.request.user_agent.find_first_of("/ "));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {name.empty() ? "unknown" : name, call.route.subresource,
          kube_time(std::chrono::duration_cast<std::chrono::seconds>(now).count())};
}

// The object as it is now, with what its writer should know: fields that nobody knows, and those that have no effect.
Response written_response(const Call& call, int code, const json& object, const std::vector<std::string>& warnings,
                          const Store& store) {
  auto response = object_response(call, code, object);
  const auto warn = [&](const std::string& text) {
    const auto quoted = json(text).dump(-1, ' ', true, json::error_handler_t::replace);
    response.headers.emplace_back("Warning", "299 - " + quoted);
  };
  for (const auto& warning : warnings) warn(warning);
  if (!call.route.subresource.empty()) return response;
  for (const auto& ignored :
       model::ignored_fields(object, model::plane_named(data_plane_of(store)), store.list("Node").size()))
    warn(ignored.sentence());
  return response;
}

StoreResult<void> check_namespace(const Call& call, const Store& store) {
  if (!call.resource.namespaced) return {};
  if (call.route.ns.empty()) return bad_request("an empty namespace may not be set during creation");
  if (!store.get("Namespace", "", call.route.ns)) return not_found(*resource_by_kind("Namespace"), call.route.ns);
  return {};
}

// What only the server writes into a new object.
void forget_status(json& object, const KindRow& resource) {
  if (resource.has_status && !resource.status_when_made) object.erase("status");
}

// What stands between a body and the store: who owns which fields, and whether the object may be as it is. The store
// calls it with the object as it will be stored.
Review review(const Call& call, bool track) {
  return [&call, track](json& object, const Object& current) -> StoreResult<void> {
    if (track) track_update(current ? *current : json(nullptr), object, stored_row(call.resource), manager_of(call));
    auto causes = validate(object);
    if (call.resource.schema) call.resource.schema->validate(causes, object);
    if (current) {
      for (auto& cause : validate_update(object, *current)) causes.push_back(std::move(cause));
    }
    if (!current && call.resource.kind == "Pod" &&
        !array_or_empty(object_or_empty(object, "spec"), "ephemeralContainers").empty())
      causes.push_back({"FieldValueForbidden", "Forbidden: cannot be set on create", "spec.ephemeralContainers"});
    if (causes.empty() && json_bytes(object, most_stored) > most_stored)
      return Status{500, "", "etcdserver: request is too large", nullptr};
    if (causes.empty()) return {};
    return invalid(call.resource, text_at(object, "/metadata/name"), causes);
  };
}

Answer create(const Call& call, Store& store, json object, bool track, const std::vector<std::string>& warnings) {
  const auto checks = review(call, track);
  const auto made =
      dry_run(call) ? store.preview_create(std::move(object), checks) : store.create(std::move(object), checks);
  if (!made) return status_response(made.error());
  return written_response(call, 201, **made, warnings, store);
}

constexpr std::string_view ephemeral = "ephemeralcontainers";

// Those that there are stay as they are (validation.ValidatePodEphemeralContainersUpdate).
StoreResult<void> check_ephemeral(const json& object, const json& current, const Call& call) {
  if (call.route.subresource != ephemeral) return {};
  const auto& now = object_or_empty(object, "spec").value("ephemeralContainers", json::array());
  for (const auto& old : array_or_empty(object_or_empty(current, "spec"), "ephemeralContainers")) {
    if (std::find(now.begin(), now.end(), old) != now.end()) continue;
    Causes causes;
    causes.push_back(
        {"FieldValueForbidden",
         "Forbidden: existing ephemeral containers \"" + string_or(old, "name") + "\" may not be removed or changed",
         "spec.ephemeralContainers"});
    return invalid(call.resource, call.route.name, causes);
  }
  return {};
}

// Each endpoint writes its own half: the object's never the status, `/status` nothing else.
void keep_other_half(json& object, const json& current, const Call& call) {
  if (call.route.subresource == "status" || call.route.subresource == "approval") {
    // And of the rest only metadata (the registries' status strategies keep the old spec).
    auto next = current;
    if (object.contains("status")) next["status"] = object["status"];
    next["metadata"] = object["metadata"];
    object = std::move(next);
  } else if (call.route.subresource == ephemeral) {
    auto next = current;
    next["spec"]["ephemeralContainers"] = array_or_empty(object_or_empty(object, "spec"), "ephemeralContainers");
    next["metadata"]["resourceVersion"] = text_at(object, "/metadata/resourceVersion");
    object = std::move(next);
  } else if (call.resource.has_status && call.route.subresource != "finalize") {
    object.erase("status");
    if (current.contains("status")) object["status"] = current["status"];
    if (call.resource.kind == "Pod") {  // another endpoint's as well
      const auto& there = array_or_empty(object_or_empty(current, "spec"), "ephemeralContainers");
      with_object(object, "spec", [&](json& spec) {
        spec.erase("ephemeralContainers");
        if (!there.empty()) spec["ephemeralContainers"] = there;
      });
    }
  }
}

Answer write_back(const Call& call, Store& store, json object, const Object& current, bool track,
                  const std::vector<std::string>& warnings) {
  keep_other_half(object, *current, call);
  const auto checks = review(call, track);
  if (auto fine = check_ephemeral(object, *current, call); !fine) return status_response(fine.error());
  const auto written =
      dry_run(call) ? store.preview_update(std::move(object), checks) : store.update(std::move(object), checks);
  if (!written) return status_response(written.error());
  return written_response(call, 200, **written, warnings, store);
}

// A Scale laid over its workload.
StoreResult<Document> scaled(const json& current, const json& scale, const Call& call) {
  const auto replicas = object_or_empty(scale, "spec").value("replicas", json(0));
  if (!replicas.is_number_integer())
    return bad_request(
        "Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal into Go struct field "
        "ScaleSpec.spec.replicas of type int32");
  if (replicas.get<std::int64_t>() < 0) {
    return Status{422, "Invalid",
                  "Scale.autoscaling \"" + call.route.name + "\" is invalid: spec.replicas: Invalid value: " +
                      replicas.dump() + ": must be greater than or equal to 0",
                  nullptr};
  }
  auto object = current;
  object[json::json_pointer(call.resource.scale_paths.spec)] = replicas;
  if (const auto version = text_at(scale, "/metadata/resourceVersion"); !version.empty())
    object["metadata"]["resourceVersion"] = version;
  return Document{std::move(object)};
}

StoreResult<Document> patched(const Call& call, const json& current, const json& patch, const std::string& type) {
  if (type == "application/json-patch+json") return json_patched(current, patch);
  if (!patch.is_object())
    return bad_request("json: cannot unmarshal non-object into Go value of type map[string]interface {}");
  if (type == "application/merge-patch+json" || call.route.subresource == "scale")
    return Document{merge_patched(current, patch)};
  return Document{strategic_patched(current, patch, structure_of(call.resource))};
}

Status unsupported_patch(const std::string& type) {
  return {
      415, "UnsupportedMediaType",
      "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, "
      "application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml (got " +
          type + ")",
      nullptr};
}

// Unknown fields and wrong types under apply are the field manager's complaint: a plain 500.
StoreResult<void> check_typed(const json& patch, const Call& call) {
  const auto& structure = structure_of(call.resource);
  const auto problems = typed_problems(patch, structure);
  if (problems.empty()) return {};
  std::string problem = problems.size() > 1 ? "errors:" : problems.front();
  if (problems.size() > 1)
    for (const auto& one : problems) problem += "\n  " + one;
  const auto version = string_or(patch, "apiVersion");
  const auto who = text_at(patch, "/metadata/namespace") + "/" + text_at(patch, "/metadata/name") + "; " +
                   (version.find('/') == std::string::npos ? "/" : "") + version + ", Kind=" + string_or(patch, "kind");
  return Status{500, "", "failed to create typed patch object (" + who + "): " + problem, nullptr};
}

Answer apply_object(const Call& call, Store& store) {
  auto body = read_body(call.request);
  if (!body) return status_response(body.error());
  if (call.param("fieldManager").empty()) {
    return status_response(
        Status{422, "Invalid",
               "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch",
               nullptr});
  }
  if (!body->object.is_object()) return status_response(bad_request("error decoding YAML: object expected"));
  if (const auto& twice = body->duplicates; !twice.empty() && call.param("fieldValidation") == "Strict")
    return status_response(bad_request("error strict decoding YAML: " + fmt::format("{}", fmt::join(twice, ", "))));
  if (auto typed = check_typed(body->object, call); !typed) return status_response(typed.error());
  auto decoded = decode_object(std::move(*body), call);
  if (!decoded) return status_response(decoded.error());
  if (auto fits = fit_to_url(decoded->object, call); !fits) return status_response(fits.error());
  const auto current = store.get(call.resource.key(), call.route.ns, call.route.name);
  if (!current && !call.route.subresource.empty()) return status_response(not_found(call.resource, call.route.name));
  if (!current) {
    if (auto there = check_namespace(call, store); !there) return status_response(there.error());
    forget_status(decoded->object, call.resource);
  }
  auto merged = apply(current ? *current : json(nullptr), std::move(decoded->object), stored_row(call.resource),
                      manager_of(call), call.flag("force"));
  if (!merged) return status_response(merged.error());
  if (!current) return create(call, store, std::move(merged->object), false, {});
  return write_back(call, store, std::move(merged->object), current, false, {});
}

}  // namespace

Answer create_object(const Call& call, Store& store) {
  auto body = read_body(call.request);
  if (!body) return status_response(body.error());
  auto decoded = decode_object(std::move(*body), call);
  if (!decoded) return status_response(decoded.error());
  if (auto fits = fit_to_url(decoded->object, call); !fits) return status_response(fits.error());
  if (auto there = check_namespace(call, store); !there) return status_response(there.error());
  forget_status(decoded->object, call.resource);
  return create(call, store, std::move(decoded->object), true, decoded->warnings);
}

Answer replace_object(const Call& call, Store& store) {
  auto body = read_body(call.request);
  if (!body) return status_response(body.error());
  const auto current = store.get(call.resource.key(), call.route.ns, call.route.name);
  if (!current) return status_response(not_found(call.resource, call.route.name));
  if (call.route.subresource == "scale") {
    auto object = scaled(*current, body->object, call);
    return object ? write_back(call, store, std::move(object->object), current, true, {})
                  : Answer{status_response(object.error())};
  }
  auto decoded = decode_object(std::move(*body), call);
  if (!decoded) return status_response(decoded.error());
  if (auto fits = fit_to_url(decoded->object, call); !fits) return status_response(fits.error());
  return write_back(call, store, std::move(decoded->object), current, true, decoded->warnings);
}

Answer patch_object(const Call& call, Store& store) {
  const auto type = call.request.content_type.substr(0, call.request.content_type.find(';'));
  if (type == apply_type) return apply_object(call, store);
  if (type != "application/json-patch+json" && type != "application/merge-patch+json" &&
      type != "application/strategic-merge-patch+json") {
    return status_response(unsupported_patch(type));
  }
  const auto patch = parse_body(call.request.body);
  if (!patch) return status_response(patch.error());
  const auto current = store.get(call.resource.key(), call.route.ns, call.route.name);
  if (!current) return status_response(not_found(call.resource, call.route.name));
  if (call.route.subresource == "scale") {
    auto scale = patched(call, scale_of(*current, call.resource), patch->object, type);
    if (!scale) return status_response(scale.error());
    auto object = scaled(*current, scale->object, call);
    return object ? write_back(call, store, std::move(object->object), current, true, {})
                  : Answer{status_response(object.error())};
  }
  if (call.resource.custom && type == "application/strategic-merge-patch+json")
    return status_response(unsupported_patch(type));  // which fields merge by keys, only a schema would tell
  auto result = patched(call, as_served(call.resource, *current), patch->object, type);
  if (!result) return status_response(result.error());
  const bool of_fields = type != "application/json-patch+json";
  auto twice = of_fields ? duplicate_fields(call.request.body) : std::vector<std::string>();
  auto decoded = decode_object({std::move(result->object), std::move(twice)}, call);
  if (!decoded) return status_response(decoded.error());
  if (auto fits = fit_to_url(decoded->object, call); !fits) return status_response(fits.error());
  return write_back(call, store, std::move(decoded->object), current, true, decoded->warnings);
}

}  // namespace straycat::cluster
