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
      .validate_update =
          [](Causes& causes, const json& object, const json& current) {
            for (const char* fixed : {"value", "preemptionPolicy"})
              if (object.value(fixed, json()) != current.value(fixed, json()))
                causes.push_back({"FieldValueForbidden", "Forbidden: may not be changed in an update.", fixed});
          },
  };
}

}  // namespace straycat::cluster
