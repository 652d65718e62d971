#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow ip_address_row() {
  return {
      .kind = "IPAddress",
      .group = "networking.k8s.io",
      .version = "v1",
      .plural = "ipaddresses",
      .singular = "ipaddress",
      .short_names = {"ip"},
      .namespaced = false,
      .counts_generation = true,
      .types = {"networking.v1.IPAddress apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=networking.v1.IPAddressSpec",
                "networking.v1.IPAddressSpec parentRef:1=networking.v1.ParentReference",
                "networking.v1.ParentReference group:1=s name:4=s namespace:3=s resource:2=s"},
  };
}

}  // namespace straycat::cluster
