#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow mutating_admission_policy_row() {
  return {
      .kind = "MutatingAdmissionPolicy",
      .group = "admissionregistration.k8s.io",
      .version = "v1",
      .plural = "mutatingadmissionpolicies",
      .singular = "mutatingadmissionpolicy",
      .namespaced = false,
      .counts_generation = true,
      .categories = {"api-extensions"},
      .types = {"admissionregistration.v1.MutatingAdmissionPolicy apiVersion=s kind=s "
                "metadata:1=meta.v1.ObjectMeta spec:2=admissionregistration.v1.MutatingAdmissionPolicySpec",
                "admissionregistration.v1.MutatingAdmissionPolicySpec failurePolicy:5=S "
                "matchConditions:6=list(admissionregistration.v1.MatchCondition;name) "
                "matchConstraints:2=admissionregistration.v1.MatchResources "
                "mutations:4=list(admissionregistration.v1.Mutation) "
                "paramKind:1=admissionregistration.v1.ParamKind reinvocationPolicy:7=s "
                "variables:3=list(admissionregistration.v1.Variable)",
                "admissionregistration.v1.Mutation "
                "applyConfiguration:3=admissionregistration.v1.ApplyConfiguration "
                "jsonPatch:4=admissionregistration.v1.JSONPatch patchType:2=s",
                "admissionregistration.v1.ApplyConfiguration expression:1=s",
                "admissionregistration.v1.JSONPatch expression:1=s"},
  };
}

}  // namespace straycat::cluster
