// Which way to the kernel data plane this machine allows.
#pragma once

#include <straycat/core/result.hpp>

#include "cluster/sandbox/namespaces.hpp"

namespace straycat::cluster {

// The first way of doing it that works when really tried, the whole path: as root directly, else by a user namespace.
[[nodiscard]] Result<Privilege> find_privilege();

// One way, tried in processes that end before this returns.
[[nodiscard]] Result<> try_privilege(Privilege privilege);

}  // namespace straycat::cluster
