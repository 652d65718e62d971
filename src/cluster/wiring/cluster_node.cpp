#include "cluster/wiring/cluster_node.hpp"

#include <algorithm>

namespace straycat::cluster {

ClusterNode& node_of(const ClusterNodes& nodes, const std::string& ns, const std::string& pod) {
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const auto& one) { return one->node && one->node->runs(ns, pod); });
  return found == nodes.end() ? *nodes.front() : **found;
}

PodFaces faces_of(const ClusterNodes& nodes) {
  PodFaces out;
  out.logs.read = [&nodes](const LogRequest& request) {
    return node_of(nodes, request.ns, request.pod).node->logs().read(request);
  };
  out.logs.follow = [&nodes](const LogRequest& request, std::function<void(const LogLine&)> on_line,
                             std::function<void()> on_end) {
    const auto logs = node_of(nodes, request.ns, request.pod).node->logs();
    return logs.follow(request, std::move(on_line), std::move(on_end));
  };
  out.streams.run = [&nodes](const CommandRequest& request, CommandListener listener) {
    return node_of(nodes, request.ns, request.pod).node->streams().run(request, std::move(listener));
  };
  out.streams.socket = [&nodes](const std::string& ns, const std::string& pod) {
    return node_of(nodes, ns, pod).node->streams().socket(ns, pod);
  };
  return out;
}

DataPlane& plane_of(const ClusterNodes& nodes, const std::string& address) {
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const auto& one) { return one->plane->owns(address); });
  return found == nodes.end() ? *nodes.front()->plane : *(*found)->plane;
}

Result<> apply_faults(const ClusterNodes& nodes, const std::vector<NetworkFault>& all) {
  for (const auto& one : nodes) {
    std::vector<NetworkFault> its;
    for (NetworkFault fault : all) {
      if (!fault.node.empty()) {
        if (fault.node == one->net.name()) its.push_back(std::move(fault));
        continue;
      }
      const bool everybody = fault.addresses.empty();
      std::erase_if(fault.addresses,
                    [&](const std::string& address) { return &plane_of(nodes, address) != one->plane.get(); });
      if (everybody || !fault.addresses.empty()) its.push_back(std::move(fault));
    }
    if (auto done = one->plane->apply_faults(its); !done) return done;
  }
  return {};
}

}  // namespace straycat::cluster
