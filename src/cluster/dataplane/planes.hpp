// The two data planes, and who makes them.
#pragma once

#include <memory>

#include "cluster/dataplane/dataplane.hpp"
#include "cluster/sandbox/sandbox.hpp"

namespace straycat::cluster {

// In inner, before any pod: wires the node (lo, 10.244.0.1, the Service network, sysctls, the nftables table) or makes
// the service map of the fallback.
[[nodiscard]] Result<std::unique_ptr<DataPlane>> make_data_plane(const SandboxSetup& setup);

}  // namespace straycat::cluster
