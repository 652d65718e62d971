#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

void default_storage_class(json& object) {
  set_default(object, "reclaimPolicy", "Delete");
  set_default(object, "volumeBindingMode", "Immediate");
}

}  // namespace

KindRow storage_class_row() {
  return {
      .kind = "StorageClass",
      .types = {"storage.v1.StorageClass allowVolumeExpansion:6=B "
                "allowedTopologies:8=list(core.v1.TopologySelectorTerm) apiVersion=s kind=s "
                "metadata:1=meta.v1.ObjectMeta mountOptions:5=list(s) parameters:3=map(s) provisioner:2=s "
                "reclaimPolicy:4=S volumeBindingMode:7=S",
                "core.v1.TopologySelectorLabelRequirement key:1=s values:2=list(s)",
                "core.v1.TopologySelectorTerm! matchLabelExpressions:1=list(core.v1.TopologySelectorLabelRequirement)"},
      .default_object = default_storage_class,
      .validate =
          [](Causes& causes, const json& object) {
            if (string_or(object, "provisioner").empty()) require(causes, "provisioner");
          },
  };
}

}  // namespace straycat::cluster
