#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow ingress_class_row() {
  return {
      .kind = "IngressClass",
      .counts_generation = true,
      .types = {"networking.v1.IngressClass apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=networking.v1.IngressClassSpec",
                "networking.v1.IngressClassParametersReference apiGroup:1=S kind:2=s name:3=s namespace:5=S scope:4=S",
                "networking.v1.IngressClassSpec controller:1=s "
                "parameters:2=networking.v1.IngressClassParametersReference"},
  };
}

}  // namespace straycat::cluster
