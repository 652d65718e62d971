#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow role_binding_row() {
  return {
      .kind = "RoleBinding",
      .naming = Naming::path_segment,
      .types = {"rbac.v1.RoleBinding apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta roleRef:3=rbac.v1.RoleRef "
                "subjects:2=list(rbac.v1.Subject)",
                "rbac.v1.RoleRef! apiGroup:1=s kind:2=s name:3=s",
                "rbac.v1.Subject! apiGroup:2=s kind:1=s name:3=s namespace:4=s"},
  };
}

}  // namespace straycat::cluster
