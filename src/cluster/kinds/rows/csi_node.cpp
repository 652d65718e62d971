#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow csi_node_row() {
  return {
      .kind = "CSINode",
      .group = "storage.k8s.io",
      .version = "v1",
      .plural = "csinodes",
      .singular = "csinode",
      .namespaced = false,
      .types = {"storage.v1.CSINode apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=storage.v1.CSINodeSpec",
                "storage.v1.CSINodeSpec drivers:1=list(storage.v1.CSINodeDriver;name)",
                "storage.v1.CSINodeDriver allocatable:4=storage.v1.VolumeNodeResources name:1=s nodeID:2=s "
                "topologyKeys:3=list(s)",
                "storage.v1.VolumeNodeResources count:1=N"},
  };
}

}  // namespace straycat::cluster
