#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow cluster_role_binding_row() {
  return {
      .kind = "ClusterRoleBinding",
      .naming = Naming::path_segment,
      .types = {"rbac.v1.ClusterRoleBinding apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "roleRef:3=rbac.v1.RoleRef subjects:2=list(rbac.v1.Subject)"},
  };
}

}  // namespace straycat::cluster
