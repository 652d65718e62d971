#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow resource_slice_row() {
  return {
      .kind = "ResourceSlice",
      .group = "resource.k8s.io",
      .version = "v1",
      .plural = "resourceslices",
      .singular = "resourceslice",
      .namespaced = false,
      .counts_generation = true,
      .types = {"resource.v1.ResourceSlice apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=resource.v1.ResourceSliceSpec",
                "resource.v1.ResourceSliceSpec allNodes:5=B devices:6=list(resource.v1.Device) driver:1=s "
                "nodeName:3=S nodeSelector:4=core.v1.NodeSelector perDeviceNodeSelection:7=B "
                "pool:2=resource.v1.ResourcePool sharedCounters:8=list(resource.v1.CounterSet)",
                "resource.v1.ResourcePool generation:2=n name:1=s resourceSliceCount:3=n",
                "resource.v1.Device allNodes:7=B allowMultipleAllocations:12=B "
                "attributes:2=map(resource.v1.DeviceAttribute) bindingConditions:10=list(s) "
                "bindingFailureConditions:11=list(s) bindsToNode:9=B capacity:3=map(resource.v1.DeviceCapacity) "
                "consumesCounters:4=list(resource.v1.DeviceCounterConsumption) name:1=s "
                "nodeAllocatableResourceMappings:13=map(resource.v1.NodeAllocatableResourceMapping) nodeName:5=S "
                "nodeSelector:6=core.v1.NodeSelector taints:8=list(resource.v1.DeviceTaint)",
                "resource.v1.CounterSet counters:2=map(resource.v1.Counter) name:1=s",
                "resource.v1.DeviceAttribute bool:3=B bools:7=list(b) int:2=N ints:6=list(n) string:4=S "
                "strings:8=list(s) version:5=S versions:9=list(s)",
                "resource.v1.DeviceCapacity requestPolicy:2=resource.v1.CapacityRequestPolicy value:1=q",
                "resource.v1.DeviceCounterConsumption counterSet:1=s counters:2=map(resource.v1.Counter)",
                "resource.v1.DeviceTaint effect:3=s key:1=s timeAdded:4=t value:2=s",
                "resource.v1.NodeAllocatableResourceMapping allocationMultiplier:2=q capacityKey:1=S",
                "resource.v1.Counter value:1=q",
                "resource.v1.CapacityRequestPolicy default:1=q "
                "validRange:4=resource.v1.CapacityRequestPolicyRange validValues:3=list(q)",
                "resource.v1.CapacityRequestPolicyRange max:2=q min:1=q step:3=q"},
  };
}

}  // namespace straycat::cluster
