#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow service_account_row() {
  return {
      .kind = "ServiceAccount",
      .deleted_as_object = true,
      .types = {"core.v1.ServiceAccount apiVersion=s automountServiceAccountToken:4=B "
                "imagePullSecrets:3=list(core.v1.LocalObjectReference) kind=s metadata:1=meta.v1.ObjectMeta "
                "secrets:2=list(core.v1.ObjectReference;name)"},
  };
}

}  // namespace straycat::cluster
