#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow pod_template_row() {
  return {
      .kind = "PodTemplate",
      .counts_generation = true,
      .types = {"core.v1.PodTemplate apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "template:2=core.v1.PodTemplateSpec"},
      .default_object = [](json& object) { default_template(object); },
  };
}

}  // namespace straycat::cluster
