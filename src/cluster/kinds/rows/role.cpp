#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow role_row() {
  return {
      .kind = "Role",
      .naming = Naming::path_segment,
      .types = {"rbac.v1.Role apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta rules:2=list(rbac.v1.PolicyRule)",
                "rbac.v1.PolicyRule apiGroups:2=list(s) nonResourceURLs:5=list(s) resourceNames:4=list(s) "
                "resources:3=list(s) verbs:1=list(s)"},
  };
}

}  // namespace straycat::cluster
