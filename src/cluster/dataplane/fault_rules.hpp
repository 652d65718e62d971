// The packet filter of faults on order, as JSON for libnftables. Pure.
//
//   leaving (postrouting, last of all): what pods are not to get
//   forward, output (after kube-proxy's translation): what is refused or cut on its way to a pod
//   forward, input: answers of pods that do not come back
//
// Each sees the endpoint's own address, whatever Service the client dialled. `leaving` comes after conntrack has
// confirmed the connection (both are at the highest priority there is, and what was registered first runs last: so the
// chain stands from the data plane's beginning on, before the first rule that tracks connections). Else a SYN that is
// sent again would be translated anew, and might meet another endpoint: a node that dies does not send to its
// neighbour.
//
// Shares: of connections by a hash of the client's address and port, so that all packets of one meet the same fate; of
// packets (lose) by dice.
#pragma once

#include <string>
#include <vector>

#include "cluster/dataplane/network_fault.hpp"
#include "cluster/dataplane/node_net.hpp"
#include "cluster/dataplane/rules.hpp"

namespace straycat::cluster {

inline constexpr const char* nft_fault_table = "straycat-faults";
inline constexpr const char* nft_leaving_table = "straycat-leaving";  // stands for good

// To be carried out before the first rule that tracks connections.
[[nodiscard]] CommandGroups fault_base_commands();
// Replaces all that stands. `net`: of the node whose rules they are.
[[nodiscard]] CommandGroups fault_commands(const std::vector<NetworkFault>& faults, const NodeNet& net);

}  // namespace straycat::cluster
