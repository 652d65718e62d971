#include <fmt/format.h>

#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

using namespace cells;

std::string node_address(const json& object, std::string_view type) {
  for (const json& address : at(object, {"status", "addresses"})) {
    if (text(at(address, {"type"})) == type) return text(at(address, {"address"}));
  }
  return "<none>";
}

std::string node_status(const json& object) {
  const std::string ready = has_condition(object, "Ready") ? "Ready" : "NotReady";
  return at(object, {"spec", "unschedulable"}) == true ? ready + ",SchedulingDisabled" : ready;
}

json node_cells(const json& object, std::int64_t now_ns) {
  const json& info = at(object, {"status", "nodeInfo"});
  const std::string kernel = fmt::format("{} ({})", text(at(info, {"kernelVersion"}), "<unknown>"),
                                         text(at(info, {"architecture"}), "<unknown>"));
  return json::array({name_of(object), node_status(object), "<none>", age(object, now_ns),
                      text(at(info, {"kubeletVersion"}), ""), node_address(object, "InternalIP"),
                      node_address(object, "ExternalIP"), text(at(info, {"osImage"}), "<unknown>"), kernel,
                      text(at(info, {"containerRuntimeVersion"}), "<unknown>")});
}

}  // namespace

KindRow node_row() {
  return {
      .kind = "Node",
      .has_status = true,
      .status_when_made = true,
      .selectable = {"spec.unschedulable"},
      .types =
          {"core.v1.AttachedVolume devicePath:2=s name:1=s",
           "core.v1.ConfigMapNodeConfigSource kubeletConfigKey:5=s name:2=s namespace:1=s resourceVersion:4=s uid:3=s",
           "core.v1.ContainerImage names:1=list(s) sizeBytes:2=n", "core.v1.DaemonEndpoint Port:1=n",
           "core.v1.Node apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta spec:2=core.v1.NodeSpec "
           "status:3=core.v1.NodeStatus",
           "core.v1.NodeAddress address:2=s type:1=s",
           "core.v1.NodeAllocatableResourceClaimStatus containers:2=set(s) resourceClaimName:1=s resources:3=map(q)",
           "core.v1.NodeCondition lastHeartbeatTime:3=t lastTransitionTime:4=t message:6=s reason:5=s status:2=s "
           "type:1=s",
           "core.v1.NodeConfigSource configMap:2=core.v1.ConfigMapNodeConfigSource",
           "core.v1.NodeConfigStatus active:2=core.v1.NodeConfigSource assigned:1=core.v1.NodeConfigSource error:4=s "
           "lastKnownGood:3=core.v1.NodeConfigSource",
           "core.v1.NodeDaemonEndpoints kubeletEndpoint:1=core.v1.DaemonEndpoint",
           "core.v1.NodeFeatures supplementalGroupsPolicy:1=B",
           "core.v1.NodeRuntimeHandler features:2=core.v1.NodeRuntimeHandlerFeatures name:1=s",
           "core.v1.NodeRuntimeHandlerFeatures recursiveReadOnlyMounts:1=B userNamespaces:2=B",
           "core.v1.NodeSpec configSource:6=core.v1.NodeConfigSource externalID:2=s podCIDR:1=s podCIDRs:7=set(s) "
           "providerID:3=s taints:5=list(core.v1.Taint) unschedulable:4=b",
           "core.v1.NodeStatus addresses:5=list(core.v1.NodeAddress;type) allocatable:2=map(q) capacity:1=map(q) "
           "conditions:4=list(core.v1.NodeCondition;type) config:11=core.v1.NodeConfigStatus "
           "daemonEndpoints:6=core.v1.NodeDaemonEndpoints declaredFeatures:14=list(s) features:13=core.v1.NodeFeatures "
           "images:8=list(core.v1.ContainerImage) nodeInfo:7=core.v1.NodeSystemInfo phase:3=s "
           "runtimeHandlers:12=list(core.v1.NodeRuntimeHandler) volumesAttached:10=list(core.v1.AttachedVolume) "
           "volumesInUse:9=list(s)",
           "core.v1.NodeSwapStatus capacity:1=N",
           "core.v1.NodeSystemInfo architecture:10=s bootID:3=s containerRuntimeVersion:6=s kernelVersion:4=s "
           "kubeProxyVersion:8=s kubeletVersion:7=s machineID:1=s operatingSystem:9=s osImage:5=s "
           "swap:11=core.v1.NodeSwapStatus systemUUID:2=s",
           "core.v1.Taint effect:3=s key:1=s timeAdded:4=t value:2=s"},
      .columns = {name_column,
                  {"Status", "string", 0, "The status of the node"},
                  {"Roles", "string", 0, "The roles of the node"},
                  age_column,
                  {"Version", "string", 0, "Kubelet Version reported by the node."},
                  {"Internal-IP", "string", 1, "The internal address of the node."},
                  {"External-IP", "string", 1, "The external address of the node."},
                  {"OS-Image", "string", 1, "OS Image reported by the node."},
                  {"Kernel-Version", "string", 1, "Kernel Version reported by the node."},
                  {"Container-Runtime", "string", 1, "ContainerRuntime Version reported by the node."}},
      .cells = node_cells,
  };
}

}  // namespace straycat::cluster
