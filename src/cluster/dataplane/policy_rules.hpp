// The packet filter of a policy table, as JSON for libnftables. Pure.
//
//   forward (filter, after kube-proxy's chains): established and related: accept
//       -> vmap @egress by source -> egress-ADDRESS: what is allowed returns, the rest is dropped
//       -> vmap @ingress by destination -> ingress-ADDRESS: likewise
//
// It stands in the forward hook: it sees the endpoint that a Service's address was translated to, and the client before
// any masquerade. What the node itself sends (kubelet's probes) or receives (the API server) is not forwarded, so it is
// always allowed, as NetworkPolicy says of the node where a pod runs; and so is a pod to itself, though that may be
// forwarded. Denied packets are dropped in silence, as network plugins do. Connections that stand already go on.
#pragma once

#include "cluster/dataplane/policy_table.hpp"
#include "cluster/dataplane/rules.hpp"

namespace straycat::cluster {

inline constexpr const char* nft_policy_table = "straycat-policies";

// Replaces the whole filter; an empty table removes it. The hook comes last: of a filter that is too large for one
// transaction nothing is enforced until all of it stands (some 100 pods with two rules each fit into one).
[[nodiscard]] CommandGroups policy_commands(const PolicyTable& table);

}  // namespace straycat::cluster
