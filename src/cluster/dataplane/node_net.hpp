// Where the nodes of an embedded cluster stand: the first in the network namespace that the cluster itself is in, each
// further one in its own, by a wire to the first. What goes from the second to the third goes by the first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cluster/dataplane/address_block.hpp"

namespace straycat::cluster {

struct NodeNet {
  int index = 0;        // from 0
  AddressBlock block;   // of the pods: 10.244.0.0/16 of a single node, else a sixteenth of it each
  std::string address;  // the block's first, the node's own
  [[nodiscard]] std::string name() const { return "node" + std::to_string(index + 1); }
};

// `count`: 1 to most_embedded_nodes.
[[nodiscard]] std::vector<NodeNet> node_nets(int count);

}  // namespace straycat::cluster
