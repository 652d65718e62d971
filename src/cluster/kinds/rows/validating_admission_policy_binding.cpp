#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow validating_admission_policy_binding_row() {
  return {
      .kind = "ValidatingAdmissionPolicyBinding",
      .group = "admissionregistration.k8s.io",
      .version = "v1",
      .plural = "validatingadmissionpolicybindings",
      .singular = "validatingadmissionpolicybinding",
      .namespaced = false,
      .counts_generation = true,
      .categories = {"api-extensions"},
      .types = {"admissionregistration.v1.ValidatingAdmissionPolicyBinding apiVersion=s kind=s "
                "metadata:1=meta.v1.ObjectMeta "
                "spec:2=admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec",
                "admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec "
                "matchResources:3=admissionregistration.v1.MatchResources "
                "paramRef:2=admissionregistration.v1.ParamRef policyName:1=s validationActions:4=set(s)"},
  };
}

}  // namespace straycat::cluster
