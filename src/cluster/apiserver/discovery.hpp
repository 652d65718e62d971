// Which resources there are, in the forms that clients ask for (apidiscovery.k8s.io/v2, and the older lists).
#pragma once

#include <string>
#include <vector>

#include "cluster/store/store.hpp"

namespace straycat::cluster {

// GET /api and /apis with `Accept: ...;as=APIGroupDiscoveryList`. `core`: the group without a name, else all the
// others.
// `kinds`: all that are served, each group's together (Store::kinds).
using Kinds = std::vector<const KindRow*>;
[[nodiscard]] json aggregated_discovery(const Kinds& kinds, bool core);
// GET /api, GET /apis, GET /apis/GROUP (null: no such group), GET /api/v1 and /apis/GROUP/VERSION (null: no such
// version).
[[nodiscard]] json core_versions();
[[nodiscard]] json group_list(const Kinds& kinds);
[[nodiscard]] json one_group(const Kinds& kinds, const std::string& group);
[[nodiscard]] json resource_list(const Kinds& kinds, const std::string& group, const std::string& version);
// GET /version.
[[nodiscard]] json version_info();

}  // namespace straycat::cluster
