#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow service_cidr_row() {
  return {
      .kind = "ServiceCIDR",
      .group = "networking.k8s.io",
      .version = "v1",
      .plural = "servicecidrs",
      .singular = "servicecidr",
      .namespaced = false,
      .has_status = true,
      .counts_generation = true,
      .types = {"networking.v1.ServiceCIDR apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=networking.v1.ServiceCIDRSpec status:3=networking.v1.ServiceCIDRStatus",
                "networking.v1.ServiceCIDRSpec cidrs:1=list(s)",
                "networking.v1.ServiceCIDRStatus conditions:1=list(meta.v1.Condition;type)"},
  };
}

}  // namespace straycat::cluster
