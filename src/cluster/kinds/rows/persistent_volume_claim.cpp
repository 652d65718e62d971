#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

// Its types stand in schema_data.cpp: a StatefulSet has templates of claims. Nobody provisions a volume here.
KindRow persistent_volume_claim_row() {
  return {
      .kind = "PersistentVolumeClaim",
      .has_status = true,
      .deleted_as_object = true,
      .default_object = [](json& object) { set_default(own_spec(object), "volumeMode", "Filesystem"); },
      .complete = [](json& object) { set_default(object["status"], "phase", "Pending"); },
  };
}

}  // namespace straycat::cluster
