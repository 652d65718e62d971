#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow csi_storage_capacity_row() {
  return {
      .kind = "CSIStorageCapacity",
      .group = "storage.k8s.io",
      .version = "v1",
      .plural = "csistoragecapacities",
      .singular = "csistoragecapacity",
      .types = {"storage.v1.CSIStorageCapacity apiVersion=s kind=s capacity:4=q maximumVolumeSize:5=q "
                "metadata:1=meta.v1.ObjectMeta nodeTopology:2=meta.v1.LabelSelector storageClassName:3=s"},
  };
}

}  // namespace straycat::cluster
