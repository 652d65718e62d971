#include "cluster/wiring/cluster_node.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace straycat::cluster {

ClusterNode& node_of(const ClusterNodes& nodes, const std::string& ns, const std::string& pod) {
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const auto& one) { return one->node && one->node->runs(ns, pod); });
  return found == nodes.end() ? *nodes.front() : **found;
}

ClusterNode& node_named(const ClusterNodes& nodes, const std::string& name) {
  const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const auto& one) { return one->net.name() == name; });
  return found == nodes.end() ? *nodes.front() : **found;
}

namespace {

// What kubectl hears of a node that does not answer; nothing when it does.
std::optional<Status> out_of_reach(const ClusterNode& its) {
  if (!its.node->away()) return std::nullopt;
  return Status{500, "InternalError", fmt::format("dial tcp {}:10250: i/o timeout", its.plane->node_address()),
                nullptr};
}

}  // namespace

PodFaces faces_of(const ClusterNodes& nodes) {
  PodFaces out;
  out.logs.read = [&nodes](const LogRequest& request) -> StoreResult<std::vector<LogLine>> {
    const auto& its = node_of(nodes, request.ns, request.pod);
    if (const auto gone = out_of_reach(its)) return *gone;
    return its.node->logs().read(request);
  };
  out.logs.follow = [&nodes](const LogRequest& request, std::function<void(const LogLine&)> on_line,
                             std::function<void()> on_end) {
    const auto logs = node_of(nodes, request.ns, request.pod).node->logs();
    return logs.follow(request, std::move(on_line), std::move(on_end));
  };
  out.streams.run = [&nodes](const CommandRequest& request,
                             CommandListener listener) -> StoreResult<std::shared_ptr<CommandSession>> {
    const auto& its = node_of(nodes, request.ns, request.pod);
    if (const auto gone = out_of_reach(its)) return *gone;
    return its.node->streams().run(request, std::move(listener));
  };
  out.streams.socket = [&nodes](const std::string& ns, const std::string& pod) -> StoreResult<PodSocket> {
    const auto& its = node_of(nodes, ns, pod);
    if (const auto gone = out_of_reach(its)) return *gone;
    return its.node->streams().socket(ns, pod);
  };
  return out;
}

DataPlane& plane_of(const ClusterNodes& nodes, const std::string& address) {
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const auto& one) { return one->plane->owns(address); });
  return found == nodes.end() ? *nodes.front()->plane : *(*found)->plane;
}

namespace {

// What one node has to do of a fault, if anything.
std::optional<NetworkFault> part_of(const ClusterNodes& nodes, const ClusterNode& its, NetworkFault fault) {
  if (fault.word == FaultWord::node_down) {  // all wires meet at the first
    fault.addresses = {node_named(nodes, fault.node).net.block.text()};
    return &its == nodes.front().get() ? std::optional(std::move(fault)) : std::nullopt;
  }
  if (!fault.node.empty()) return fault.node == its.net.name() ? std::optional(std::move(fault)) : std::nullopt;
  if (fault.addresses.empty()) return fault;
  std::erase_if(fault.addresses,
                [&](const std::string& address) { return &plane_of(nodes, address) != its.plane.get(); });
  return fault.addresses.empty() ? std::nullopt : std::optional(std::move(fault));
}

}  // namespace

Result<> apply_faults(const ClusterNodes& nodes, const std::vector<NetworkFault>& all) {
  for (const auto& one : nodes) {
    std::vector<NetworkFault> its;
    for (const NetworkFault& fault : all)
      if (auto part = part_of(nodes, *one, fault)) its.push_back(std::move(*part));
    if (auto done = one->plane->apply_faults(its); !done) return done;
  }
  return {};
}

}  // namespace straycat::cluster
