#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow resource_claim_row() {
  return {
      .kind = "ResourceClaim",
      .group = "resource.k8s.io",
      .version = "v1",
      .plural = "resourceclaims",
      .singular = "resourceclaim",
      .has_status = true,
      .types =
          {"resource.v1.ResourceClaim apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
           "spec:2=resource.v1.ResourceClaimSpec status:3=resource.v1.ResourceClaimStatus",
           "resource.v1.ResourceClaimStatus allocation:1=resource.v1.AllocationResult "
           "devices:4=list(resource.v1.AllocatedDeviceStatus;driver,device,pool,shareID,driver,device,pool,shareID) "
           "reservedFor:2=list(resource.v1.ResourceClaimConsumerReference;uid,uid)",
           "resource.v1.AllocationResult allocationTimestamp:5=t "
           "devices:1=resource.v1.DeviceAllocationResult nodeSelector:3=core.v1.NodeSelector",
           "resource.v1.ResourceClaimConsumerReference apiGroup:1=s name:4=s resource:3=s uid:5=s",
           "resource.v1.AllocatedDeviceStatus conditions:4=list(meta.v1.Condition;type) data:5=u device:3=s "
           "driver:1=s networkData:6=resource.v1.NetworkDeviceData pool:2=s shareID:7=S",
           "resource.v1.DeviceAllocationResult config:2=list(resource.v1.DeviceAllocationConfiguration) "
           "results:1=list(resource.v1.DeviceRequestAllocationResult)",
           "resource.v1.NetworkDeviceData hardwareAddress:3=s interfaceName:1=s ips:2=list(s)",
           "resource.v1.DeviceRequestAllocationResult adminAccess:5=B bindingConditions:7=list(s) "
           "bindingFailureConditions:8=list(s) consumedCapacity:10=map(q) device:4=s driver:2=s pool:3=s "
           "request:1=s shareID:9=S tolerations:6=list(resource.v1.DeviceToleration)",
           "resource.v1.DeviceAllocationConfiguration requests:2=list(s) source:1=s "
           "~:3=resource.v1.DeviceConfiguration"},
  };
}

}  // namespace straycat::cluster
