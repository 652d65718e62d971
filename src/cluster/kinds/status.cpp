#include "cluster/kinds/status.hpp"

#include <stdexcept>

#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

// {name, group, kind}: `kind` is the plural, except for Invalid, which names the kind.
json details(const KindRow& resource, const std::string& name, const std::string& kind) {
  json out = {{"kind", kind}};
  if (!name.empty()) out["name"] = name;
  if (!resource.group.empty()) out["group"] = resource.group;
  return out;
}

std::string quoted(const std::string& text) { return json(text).dump(); }

}  // namespace

void throw_exception_from_error(const Status& status, const boost::source_location&) {
  throw std::logic_error("value() of a refused request: " + status.message);
}

json to_json(const Status& status) {
  json out = {{"kind", "Status"},    {"apiVersion", "v1"},        {"metadata", json::object()},
              {"status", "Failure"}, {"message", status.message}, {"code", status.code}};
  if (!status.reason.empty()) out["reason"] = status.reason;
  if (!status.details.is_null()) out["details"] = status.details;
  return out;
}

Status not_found(const KindRow& resource, const std::string& name) {
  return {404, "NotFound", resource.qualified() + " " + quoted(name) + " not found",
          details(resource, name, resource.plural)};
}

Status already_exists(const KindRow& resource, const std::string& name) {
  return {409, "AlreadyExists", resource.qualified() + " " + quoted(name) + " already exists",
          details(resource, name, resource.plural)};
}

Status conflict(const KindRow& resource, const std::string& name, const std::string& why) {
  return {409, "Conflict", "Operation cannot be fulfilled on " + resource.qualified() + " " + quoted(name) + ": " + why,
          details(resource, name, resource.plural)};
}

Status modified_meanwhile(const KindRow& resource, const std::string& name) {
  return conflict(resource, name,
                  "the object has been modified; please apply your changes to the latest version and try again");
}

Status invalid(const KindRow& resource, const std::string& name, const std::vector<Cause>& causes) {
  std::string text;
  json list = json::array();
  for (const auto& cause : causes) {
    text += (text.empty() ? "" : ", ") + cause.field + ": " + cause.message;
    list.push_back({{"reason", cause.reason}, {"message", cause.message}, {"field", cause.field}});
  }
  if (causes.size() > 1) text = "[" + text + "]";
  auto about = details(resource, name, resource.kind);
  about["causes"] = std::move(list);
  const auto kind = resource.group.empty() ? resource.kind : resource.kind + "." + resource.group;
  return {422, "Invalid", kind + " " + quoted(name) + " is invalid: " + text, std::move(about)};
}

Status bad_request(const std::string& message) { return {400, "BadRequest", message, nullptr}; }

Status forbidden(const KindRow& resource, const std::string& name, const std::string& why) {
  const auto who = name.empty() ? resource.qualified() : resource.qualified() + " " + quoted(name);
  return {403, "Forbidden", who + " is forbidden: " + why, details(resource, name, resource.plural)};
}

Status expired(const std::string& message) { return {410, "Expired", message, nullptr}; }

Status namespace_terminating(const KindRow& resource, const std::string& name, const std::string& ns) {
  auto status =
      forbidden(resource, name, "unable to create new content in namespace " + ns + " because it is being terminated");
  status.details["causes"] = json::array({json::object({{"reason", "NamespaceTerminating"},
                                                        {"message", "namespace " + ns + " is being terminated"},
                                                        {"field", "metadata.namespace"}})});
  return status;
}

}  // namespace straycat::cluster
