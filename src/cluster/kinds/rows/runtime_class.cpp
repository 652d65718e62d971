#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow runtime_class_row() {
  return {
      .kind = "RuntimeClass",
      .group = "node.k8s.io",
      .version = "v1",
      .plural = "runtimeclasses",
      .singular = "runtimeclass",
      .namespaced = false,
      .counts_generation = true,
      .types = {"node.v1.RuntimeClass apiVersion=s kind=s handler:2=s metadata:1=meta.v1.ObjectMeta "
                "overhead:3=node.v1.Overhead scheduling:4=node.v1.Scheduling",
                "node.v1.Overhead podFixed:1=map(q)",
                "node.v1.Scheduling nodeSelector:1=atomic(s) tolerations:2=list(core.v1.Toleration)"},
  };
}

}  // namespace straycat::cluster
