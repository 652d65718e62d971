#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow device_class_row() {
  return {
      .kind = "DeviceClass",
      .group = "resource.k8s.io",
      .version = "v1",
      .plural = "deviceclasses",
      .singular = "deviceclass",
      .namespaced = false,
      .counts_generation = true,
      .types = {"resource.v1.DeviceClass apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=resource.v1.DeviceClassSpec",
                "resource.v1.DeviceClassSpec config:2=list(resource.v1.DeviceClassConfiguration) "
                "extendedResourceName:4=S selectors:1=list(resource.v1.DeviceSelector)",
                "resource.v1.DeviceClassConfiguration ~:1=resource.v1.DeviceConfiguration"},
  };
}

}  // namespace straycat::cluster
