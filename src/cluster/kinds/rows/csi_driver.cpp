#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow csi_driver_row() {
  return {
      .kind = "CSIDriver",
      .group = "storage.k8s.io",
      .version = "v1",
      .plural = "csidrivers",
      .singular = "csidriver",
      .namespaced = false,
      .counts_generation = true,
      .types = {"storage.v1.CSIDriver apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=storage.v1.CSIDriverSpec",
                "storage.v1.CSIDriverSpec attachRequired:1=B fsGroupPolicy:5=S "
                "nodeAllocatableUpdatePeriodSeconds:9=N podInfoOnMount:2=B preventPodSchedulingIfMissing:11=B "
                "requiresRepublish:7=B seLinuxMount:8=B serviceAccountTokenInSecrets:10=B storageCapacity:4=B "
                "tokenRequests:6=list(storage.v1.TokenRequest) volumeLifecycleModes:3=set(s)",
                "storage.v1.TokenRequest audience:1=s expirationSeconds:2=N"},
  };
}

}  // namespace straycat::cluster
