// DELETE of one object and of collections.
#include <set>

#include "cluster/apiserver/decode.hpp"
#include "cluster/apiserver/dry_run.hpp"
#include "cluster/apiserver/filter.hpp"
#include "cluster/apiserver/rest.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/store/deletion.hpp"

namespace straycat::cluster {
namespace {

struct RemovalOptions {
  Deletion deletion;
  bool dry_run = false;
};

// DeleteOptions come in the body or, for clients that send none, as parameters.
StoreResult<RemovalOptions> parse_options(const Call& call) {
  RemovalOptions out;
  Deletion& deletion = out.deletion;
  json options = json::object();
  if (!call.request.body.empty()) {
    auto body = read_body(call.request);
    if (!body) return body.error();
    if (body->object.is_object()) options = std::move(body->object);
  }
  const auto dry = dry_run_of(options.value("dryRun", json()), "DeleteOptions");
  if (!dry) return dry.error();
  out.dry_run = *dry == DryRun::all || call.param("dryRun") == "All";
  deletion.propagation = string_or(options, "propagationPolicy", call.param("propagationPolicy"));
  static const std::set<std::string> policies = {"", "Foreground", "Background", "Orphan"};
  if (!policies.contains(deletion.propagation)) {
    return Status{422, "Invalid",
                  "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: " +
                      json(deletion.propagation).dump() +
                      ": supported values: \"Background\", \"Foreground\", \"Orphan\"",
                  nullptr};
  }
  if (options.value("orphanDependents", json(false)) == json(true)) deletion.propagation = "Orphan";
  deletion.grace_seconds = static_cast<int>(integer_or(options, "gracePeriodSeconds", -1));
  if (const auto seconds = call.param("gracePeriodSeconds"); !seconds.empty())
    deletion.grace_seconds = std::atoi(seconds.c_str());
  deletion.uid = text_at(options, "/preconditions/uid");
  deletion.resource_version = text_at(options, "/preconditions/resourceVersion");
  return out;
}

json gone_status(const KindRow& resource, const json& object) {
  json details = {{"name", text_at(object, "/metadata/name")},
                  {"kind", resource.plural},
                  {"uid", text_at(object, "/metadata/uid")}};
  if (!resource.group.empty()) details["group"] = resource.group;
  return {{"kind", "Status"},
          {"apiVersion", "v1"},
          {"metadata", json::object()},
          {"status", "Success"},
          {"details", std::move(details)}};
}

}  // namespace

Answer delete_object(const Call& call, Store& store) {
  const auto options = parse_options(call);
  if (!options) return status_response(options.error());
  const auto kind = call.resource.key();
  if (options->dry_run) return get_object(call, store);
  const auto left = store.remove(kind, call.route.ns, call.route.name, options->deletion);
  if (!left) return status_response(left.error());
  const bool gone = !store.get(kind, call.route.ns, call.route.name);
  // Registries with ReturnDeletedObject answer with the object that went, the others with a Status.
  if (gone && !call.resource.deleted_as_object) return json_response(200, gone_status(call.resource, **left));
  return json_response(200, as_served(call.resource, **left));
}

Answer delete_collection(const Call& call, Store& store) {
  const auto options = parse_options(call);
  if (!options) return status_response(options.error());
  const auto filter = parse_filter(call.resource, call.route.ns, "", call.query);
  if (!filter) return status_response(filter.error());
  json list = {
      {"kind", call.resource.kind + "List"}, {"apiVersion", call.resource.api_version()}, {"metadata", json::object()}};
  list["items"] = json::array();
  for (const auto& object : store.list(call.resource.key(), filter->ns)) {
    if (!filter->matches(*object)) continue;
    if (!options->dry_run) {
      const auto left = store.remove(call.resource.key(), text_at(*object, "/metadata/namespace"),
                                     text_at(*object, "/metadata/name"), options->deletion);
      if (!left) return status_response(left.error());
    }
    list["items"].push_back(as_served(call.resource, *object));
  }
  list["metadata"]["resourceVersion"] = std::to_string(store.revision());
  return json_response(200, list);
}

}  // namespace straycat::cluster
