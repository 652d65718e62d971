#include "cluster/apiserver/discovery.hpp"

#include <algorithm>
#include <vector>

#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

json verbs(const KindRow& resource) {
  json all = json::array({"create", "delete", "get", "list", "patch", "update", "watch"});
  if (resource.collection_deletable) all.insert(all.begin() + 2, "deletecollection");
  return all;
}
json subresource_verbs() { return json::array({"get", "patch", "update"}); }

json group_version(const std::string& group, const std::string& version) {
  return json::object({{"groupVersion", group.empty() ? version : group + "/" + version}, {"version", version}});
}

// The groups with their versions, in the catalog's order.
std::vector<std::pair<std::string, std::string>> group_versions() {
  std::vector<std::pair<std::string, std::string>> all;
  for (const KindRow& resource : served_kinds()) {
    const std::pair<std::string, std::string> one{resource.group, resource.version};
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  }
  return all;
}

json response_kind(const KindRow& resource) {
  return json::object({{"group", ""}, {"version", ""}, {"kind", resource.kind}});
}

json subresource(const std::string& name, json response_kind, json verbs) {
  return json::object({{"subresource", name}, {"responseKind", std::move(response_kind)}, {"verbs", std::move(verbs)}});
}

json subresources(const KindRow& resource) {
  json all = json::array();
  for (const Subresource& own : resource.subresources) {
    auto kind = response_kind(resource);
    if (!own.kind.empty()) kind["kind"] = own.kind;
    all.push_back(subresource(own.name, std::move(kind), own.verbs));
  }
  if (resource.has_scale) {
    all.push_back(subresource("scale", json::object({{"group", "autoscaling"}, {"version", "v1"}, {"kind", "Scale"}}),
                              subresource_verbs()));
  }
  if (resource.has_status) all.push_back(subresource("status", response_kind(resource), subresource_verbs()));
  return all;
}

json aggregated_resource(const KindRow& resource) {
  json out = json::object({{"resource", resource.plural},
                           {"responseKind", response_kind(resource)},
                           {"scope", resource.namespaced ? "Namespaced" : "Cluster"},
                           {"singularResource", resource.singular},
                           {"verbs", verbs(resource)}});
  if (!resource.short_names.empty()) out["shortNames"] = resource.short_names;
  if (!resource.categories.empty()) out["categories"] = resource.categories;
  if (json more = subresources(resource); !more.empty()) out["subresources"] = std::move(more);
  return out;
}

void list_resource(const KindRow& resource, json& list) {
  json out = json::object({{"name", resource.plural},
                           {"singularName", resource.singular},
                           {"namespaced", resource.namespaced},
                           {"kind", resource.kind},
                           {"verbs", verbs(resource)}});
  if (!resource.short_names.empty()) out["shortNames"] = resource.short_names;
  if (!resource.categories.empty()) out["categories"] = resource.categories;
  list.push_back(std::move(out));
  for (const json& sub : subresources(resource)) {
    json entry = json::object({{"name", resource.plural + "/" + sub["subresource"].get<std::string>()},
                               {"singularName", ""},
                               {"namespaced", resource.namespaced},
                               {"kind", sub["responseKind"]["kind"]},
                               {"verbs", sub["verbs"]}});
    if (sub["subresource"] == "scale") entry.update(json::object({{"group", "autoscaling"}, {"version", "v1"}}));
    list.push_back(std::move(entry));
  }
}

json describe_group(const std::string& group, const std::string& version) {
  const json one = group_version(group, version);
  return json::object({{"name", group}, {"versions", json::array({one})}, {"preferredVersion", one}});
}

}  // namespace

json aggregated_discovery(bool core) {
  json items = json::array();
  for (const auto& [group, version] : group_versions()) {
    if (group.empty() != core) continue;
    json resources = json::array();
    for (const KindRow& resource : served_kinds()) {
      if (resource.group == group && resource.version == version) resources.push_back(aggregated_resource(resource));
    }
    json metadata = group.empty() ? json::object() : json::object({{"name", group}});
    json one = json::object({{"version", version}, {"resources", std::move(resources)}, {"freshness", "Current"}});
    items.push_back(json::object({{"metadata", std::move(metadata)}, {"versions", json::array({std::move(one)})}}));
  }
  return json::object({{"kind", "APIGroupDiscoveryList"},
                       {"apiVersion", "apidiscovery.k8s.io/v2"},
                       {"metadata", json::object()},
                       {"items", std::move(items)}});
}

json core_versions() {
  return json::object(
      {{"kind", "APIVersions"}, {"versions", json::array({"v1"})}, {"serverAddressByClientCIDRs", json::array()}});
}

json group_list() {
  json groups = json::array();
  for (const auto& [group, version] : group_versions()) {
    if (!group.empty()) groups.push_back(describe_group(group, version));
  }
  return json::object({{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(groups)}});
}

json one_group(const std::string& group) {
  for (const auto& [name, version] : group_versions()) {
    if (name != group || group.empty()) continue;
    json out = describe_group(name, version);
    out.update(json::object({{"kind", "APIGroup"}, {"apiVersion", "v1"}}));
    return out;
  }
  return nullptr;
}

json resource_list(const std::string& group, const std::string& version) {
  json resources = json::array();
  for (const KindRow& resource : served_kinds()) {
    if (resource.group == group && resource.version == version) list_resource(resource, resources);
  }
  if (resources.empty()) return nullptr;
  json out = json::object({{"kind", "APIResourceList"}, {"resources", std::move(resources)}});
  out["groupVersion"] = group.empty() ? version : group + "/" + version;
  if (!group.empty()) out["apiVersion"] = "v1";  // the core group's list has none
  return out;
}

json version_info() {
  return json::object({{"major", "1"},
                       {"minor", "36"},
                       {"emulationMajor", "1"},
                       {"emulationMinor", "36"},
                       {"minCompatibilityMajor", "1"},
                       {"minCompatibilityMinor", "35"},
                       {"gitVersion", "v1.36.3+straycat"},
                       {"gitCommit", ""},
                       {"gitTreeState", "clean"},
                       {"buildDate", "1970-01-01T00:00:00Z"},
                       {"goVersion", "none"},
                       {"compiler", "none"},
                       {"platform", "linux/amd64"}});
}

}  // namespace straycat::cluster
