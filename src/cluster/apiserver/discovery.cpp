#include "cluster/apiserver/discovery.hpp"

#include <algorithm>
#include <vector>

#include "cluster/kinds/row.hpp"
#include <straycat/core/embedded.hpp>

namespace straycat::cluster {
namespace {

json verbs(const KindRow& resource) {
  if (!resource.verbs.empty()) return resource.verbs;
  json all = json::array({"create", "delete", "get", "list", "patch", "update", "watch"});
  if (resource.collection_deletable) all.insert(all.begin() + 2, "deletecollection");
  return all;
}
json subresource_verbs() { return json::array({"get", "patch", "update"}); }

json group_version(const std::string& group, const std::string& version) {
  return json::object({{"groupVersion", group.empty() ? version : group + "/" + version}, {"version", version}});
}

// The groups with their versions, in the catalog's order; of a group's versions the one that is stored first.
using Groups = std::vector<std::pair<std::string, std::vector<std::string>>>;

Groups groups_of(const Kinds& kinds) {
  Groups all;
  for (const KindRow* resource : kinds) {
    auto at = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.first == resource->group; });
    if (at == all.end()) at = all.insert(at, {resource->group, {}});
    auto& versions = at->second;
    if (std::find(versions.begin(), versions.end(), resource->version) == versions.end())
      versions.push_back(resource->version);
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
    kind["group"] = own.group;
    kind["version"] = own.version;
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
    for (const char* key : {"group", "version"})
      if (sub["responseKind"][key] != "") entry[key] = sub["responseKind"][key];
    list.push_back(std::move(entry));
  }
}

json describe_group(const std::string& group, const std::vector<std::string>& versions) {
  json all = json::array();
  for (const auto& version : versions) all.push_back(group_version(group, version));
  json preferred = all.front();
  return json::object({{"name", group}, {"versions", std::move(all)}, {"preferredVersion", std::move(preferred)}});
}

json aggregated_version(const Kinds& kinds, const std::string& group, const std::string& version) {
  json resources = json::array();
  for (const KindRow* resource : kinds) {
    if (resource->group == group && resource->version == version) resources.push_back(aggregated_resource(*resource));
  }
  return json::object({{"version", version}, {"resources", std::move(resources)}, {"freshness", "Current"}});
}

}  // namespace

json aggregated_discovery(const Kinds& kinds, bool core) {
  json items = json::array();
  for (const auto& [group, versions] : groups_of(kinds)) {
    if (group.empty() != core) continue;
    json all = json::array();
    for (const auto& version : versions) all.push_back(aggregated_version(kinds, group, version));
    json metadata = group.empty() ? json::object() : json::object({{"name", group}});
    items.push_back(json::object({{"metadata", std::move(metadata)}, {"versions", std::move(all)}}));
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

json group_list(const Kinds& kinds) {
  json groups = json::array();
  for (const auto& [group, versions] : groups_of(kinds)) {
    if (!group.empty()) groups.push_back(describe_group(group, versions));
  }
  return json::object({{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(groups)}});
}

json one_group(const Kinds& kinds, const std::string& group) {
  for (const auto& [name, versions] : groups_of(kinds)) {
    if (name != group || group.empty()) continue;
    json out = describe_group(name, versions);
    out.update(json::object({{"kind", "APIGroup"}, {"apiVersion", "v1"}}));
    return out;
  }
  return nullptr;
}

json resource_list(const Kinds& kinds, const std::string& group, const std::string& version) {
  json resources = json::array();
  for (const KindRow* resource : kinds) {
    if (resource->group == group && resource->version == version) list_resource(*resource, resources);
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
                       {"gitVersion", embedded_version},
                       {"gitCommit", ""},
                       {"gitTreeState", "clean"},
                       {"buildDate", "1970-01-01T00:00:00Z"},
                       {"goVersion", "none"},
                       {"compiler", "none"},
                       {"platform", "linux/amd64"}});
}

}  // namespace straycat::cluster
