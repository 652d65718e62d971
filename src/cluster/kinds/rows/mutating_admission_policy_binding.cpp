#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow mutating_admission_policy_binding_row() {
  return {
      .kind = "MutatingAdmissionPolicyBinding",
      .group = "admissionregistration.k8s.io",
      .version = "v1",
      .plural = "mutatingadmissionpolicybindings",
      .singular = "mutatingadmissionpolicybinding",
      .namespaced = false,
      .counts_generation = true,
      .categories = {"api-extensions"},
      .types = {"admissionregistration.v1.MutatingAdmissionPolicyBinding apiVersion=s kind=s "
                "metadata:1=meta.v1.ObjectMeta spec:2=admissionregistration.v1.MutatingAdmissionPolicyBindingSpec",
                "admissionregistration.v1.MutatingAdmissionPolicyBindingSpec "
                "matchResources:3=admissionregistration.v1.MatchResources "
                "paramRef:2=admissionregistration.v1.ParamRef policyName:1=s"},
  };
}

}  // namespace straycat::cluster
