#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow priority_class_row() {
  return {
      .kind = "PriorityClass",
      .counts_generation = true,
      .types = {"scheduling.v1.PriorityClass apiVersion=s description:4=s globalDefault:3=b kind=s "
                "metadata:1=meta.v1.ObjectMeta preemptionPolicy:5=S value:2=n"},
      .default_object = [](json& object) { set_default(object, "preemptionPolicy", "PreemptLowerPriority"); },
  };
}

}  // namespace straycat::cluster
