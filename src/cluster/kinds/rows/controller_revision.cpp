#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow controller_revision_row() {
  return {
      .kind = "ControllerRevision",
      .types = {"apps.v1.ControllerRevision apiVersion=s data:2=u kind=s metadata:1=meta.v1.ObjectMeta revision:3=n"},
  };
}

}  // namespace straycat::cluster
