// The two data planes, and who makes them.
#pragma once

#include <memory>
#include <vector>

#include "cluster/dataplane/dataplane.hpp"

namespace straycat::cluster {

enum class PlaneKind { kernel, loopback };

// In inner, before any pod: wires the node (lo, 10.244.0.1, the Service network, sysctls, the nftables table) or makes
// the service map of the fallback. `truth_fd`: where the kernel's ground truth goes, -1 for nowhere.
[[nodiscard]] Result<std::unique_ptr<DataPlane>> make_data_plane(PlaneKind kind, int truth_fd);

// One a node, the first as above, the further ones wired to it. Errors (bad_input): the fallback has one node.
[[nodiscard]] Result<std::vector<std::unique_ptr<DataPlane>>> make_data_planes(PlaneKind kind, int truth_fd, int nodes);

}  // namespace straycat::cluster
