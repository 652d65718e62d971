#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow resource_claim_template_row() {
  return {
      .kind = "ResourceClaimTemplate",
      .group = "resource.k8s.io",
      .version = "v1",
      .plural = "resourceclaimtemplates",
      .singular = "resourceclaimtemplate",
      .types = {"resource.v1.ResourceClaimTemplate apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=resource.v1.ResourceClaimTemplateSpec",
                "resource.v1.ResourceClaimTemplateSpec metadata:1=meta.v1.ObjectMeta "
                "spec:2=resource.v1.ResourceClaimSpec"},
  };
}

}  // namespace straycat::cluster
