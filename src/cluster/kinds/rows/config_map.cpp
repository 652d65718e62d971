#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow config_map_row() {
  return {
      .kind = "ConfigMap",
      .types = {"core.v1.ConfigMap apiVersion=s binaryData:3=map(y) data:2=map(s) immutable:4=B kind=s "
                "metadata:1=meta.v1.ObjectMeta"},
  };
}

}  // namespace straycat::cluster
