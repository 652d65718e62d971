#include "cluster/apiserver/catalog.hpp"

#include <algorithm>
#include <array>

#include <straycat/model/kinds.hpp>

namespace straycat::cluster {
namespace {

// Kinds with controllers, or that a person reads while these work. What each is called is in its row; here is how this
// server serves it.
struct Served {
  std::string_view kind;
  bool has_status = false, counts_generation = false, in_all = false;
};

// By group, then by plural: as discovery lists them.
constexpr std::array served{
    Served{"ConfigMap"},
    Served{"Endpoints"},
    Served{"Event"},
    Served{"Namespace", true},
    Served{"Node", true},
    Served{"Pod", true, true, true},
    Served{"Secret"},
    Served{"ServiceAccount"},
    Served{"Service", true, false, true},
    Served{"DaemonSet", true, true, true},
    Served{"Deployment", true, true, true},
    Served{"ReplicaSet", true, true, true},
    Served{"StatefulSet", true, true, true},
    Served{"CronJob", true, true, true},
    Served{"Job", true, true, true},
    Served{"Lease"},
    Served{"EndpointSlice", false, true},
    Served{"NetworkPolicy", false, true},
    Served{"ClusterRoleBinding"},
    Served{"ClusterRole"},
    Served{"RoleBinding"},
    Served{"Role"},
};

ResourceInfo info_of(const Served& one) {
  const model::Kind& kind = *model::kind_named(one.kind);
  ResourceInfo info;
  info.group = model::group_of(kind.api_version);
  info.version = model::version_of(kind.api_version);
  info.plural = kind.plural;
  info.singular = kind.singular();
  info.kind = kind.name;
  if (!kind.short_name.empty()) info.short_names.emplace_back(kind.short_name);
  info.namespaced = kind.namespaced;
  info.has_status = one.has_status;
  info.has_scale = kind.scales;
  info.counts_generation = one.counts_generation;
  if (one.in_all) info.categories.emplace_back("all");
  return info;
}

std::vector<ResourceInfo> make_catalog() {
  std::vector<ResourceInfo> all;
  for (const Served& one : served) all.push_back(info_of(one));
  return all;
}

}  // namespace

const std::vector<ResourceInfo>& catalog() {
  static const std::vector<ResourceInfo> all = make_catalog();
  return all;
}

const ResourceInfo* resource_by_kind(std::string_view kind) {
  const auto& all = catalog();
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& info) { return info.kind == kind; });
  return at == all.end() ? nullptr : &*at;
}

const ResourceInfo* resource_by_plural(std::string_view group, std::string_view plural) {
  const auto& all = catalog();
  const auto at = std::find_if(all.begin(), all.end(),
                               [&](const auto& info) { return info.group == group && info.plural == plural; });
  return at == all.end() ? nullptr : &*at;
}

}  // namespace straycat::cluster
