#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow volume_attributes_class_row() {
  return {
      .kind = "VolumeAttributesClass",
      .group = "storage.k8s.io",
      .version = "v1",
      .plural = "volumeattributesclasses",
      .singular = "volumeattributesclass",
      .short_names = {"vac"},
      .namespaced = false,
      .types = {"storage.v1.VolumeAttributesClass apiVersion=s kind=s driverName:2=s "
                "metadata:1=meta.v1.ObjectMeta parameters:3=map(s)"},
  };
}

}  // namespace straycat::cluster
