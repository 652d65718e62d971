// Which resources there are, in the forms that clients ask for (apidiscovery.k8s.io/v2, and the older lists).
#pragma once

#include <string>

#include "cluster/store/store.hpp"

namespace straycat::cluster {

// GET /api and /apis with `Accept: ...;as=APIGroupDiscoveryList`. `core`: the group without a name, else all the
// others.
[[nodiscard]] json aggregated_discovery(bool core);
// GET /api, GET /apis, GET /apis/GROUP (null: no such group), GET /api/v1 and /apis/GROUP/VERSION (null: no such
// version).
[[nodiscard]] json core_versions();
[[nodiscard]] json group_list();
[[nodiscard]] json one_group(const std::string& group);
[[nodiscard]] json resource_list(const std::string& group, const std::string& version);
// GET /version.
[[nodiscard]] json version_info();

}  // namespace straycat::cluster
