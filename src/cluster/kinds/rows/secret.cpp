#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow secret_row() {
  return {
      .kind = "Secret",
      .selectable = {"type"},
      .types = {"core.v1.Secret apiVersion=s data:2=map(y) immutable:5=B kind=s metadata:1=meta.v1.ObjectMeta "
                "stringData:4=map(s) type:3=s"},
      .default_object = [](json& object) { set_default_value(object, "type", "Opaque"); },
  };
}

}  // namespace straycat::cluster
