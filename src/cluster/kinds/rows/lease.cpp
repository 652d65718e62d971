#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow lease_row() {
  return {
      .kind = "Lease",
      .types =
          {"coordination.v1.Lease apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta spec:2=coordination.v1.LeaseSpec",
           "coordination.v1.LeaseSpec acquireTime:3=t holderIdentity:1=S leaseDurationSeconds:2=N leaseTransitions:5=N "
           "preferredHolder:7=S renewTime:4=t strategy:6=S"},
  };
}

}  // namespace straycat::cluster
