// One node of the embedded cluster with everything that a machine of its own would bring: its network, kubelet,
// kube-proxy and network plugin.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cluster/controllers/events.hpp"
#include "cluster/dataplane/dataplane.hpp"
#include "cluster/dataplane/node_net.hpp"
#include "cluster/dataplane/policy_keeper.hpp"
#include "cluster/dataplane/proxier.hpp"
#include "cluster/node/node.hpp"
#include "cluster/store/pod_faces.hpp"

namespace straycat::cluster {

// From the bottom: what stands below outlives what stands above.
struct ClusterNode {
  NodeNet net;
  std::unique_ptr<DataPlane> plane;
  std::unique_ptr<EventRecorder> events;  // its kubelet's
  std::unique_ptr<NodeTools> tools;
  std::unique_ptr<Node> node;
  std::unique_ptr<Proxier> proxier;
  std::unique_ptr<PolicyKeeper> policies;
};
using ClusterNodes = std::vector<std::unique_ptr<ClusterNode>>;

// The one on which the pod runs; the first, where none does.
[[nodiscard]] ClusterNode& node_of(const ClusterNodes& nodes, const std::string& ns, const std::string& pod);
[[nodiscard]] ClusterNode& node_named(const ClusterNodes& nodes, const std::string& name);  // else the first
// What the API server hands on to whichever node runs the pod. `nodes` must outlive it.
[[nodiscard]] PodFaces faces_of(const ClusterNodes& nodes);

// Each node gets what hits its own pods, and what hits no pods; what comes from one node is done where it comes from.
// Errors: the first node's that cannot do it.
[[nodiscard]] Result<> apply_faults(const ClusterNodes& nodes, const std::vector<NetworkFault>& all);
[[nodiscard]] DataPlane& plane_of(const ClusterNodes& nodes, const std::string& address);

}  // namespace straycat::cluster
