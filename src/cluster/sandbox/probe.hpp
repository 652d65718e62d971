// Which way to the kernel data plane this machine allows.
#pragma once

#include <functional>

#include "cluster/sandbox/namespaces.hpp"
#include <straycat/core/result.hpp>

namespace straycat::cluster {

// Runs `step` as root of new namespaces (with their mounts made), in a process that ends before this returns. The error
// of `step`, or of the way there.
[[nodiscard]] Result<> attempt(Privilege privilege, const std::function<Result<>(const Mounts&)>& step);

// The first way of doing it that works when really tried, the whole path: as root directly, else by a user namespace.
[[nodiscard]] Result<Privilege> find_privilege();

// The whole path one way: the node wired, a pod attached, a Service written, a connection made through it.
[[nodiscard]] Result<> try_privilege(Privilege privilege);

}  // namespace straycat::cluster
