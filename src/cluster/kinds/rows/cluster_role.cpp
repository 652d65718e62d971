#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow cluster_role_row() {
  return {
      .kind = "ClusterRole",
      .naming = Naming::path_segment,
      .types = {"rbac.v1.ClusterRole aggregationRule:3=rbac.v1.AggregationRule apiVersion=s kind=s "
                "metadata:1=meta.v1.ObjectMeta rules:2=list(rbac.v1.PolicyRule)",
                "rbac.v1.AggregationRule clusterRoleSelectors:1=list(meta.v1.LabelSelector)"},
  };
}

}  // namespace straycat::cluster
