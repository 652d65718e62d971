#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow validating_admission_policy_row() {
  return {
      .kind = "ValidatingAdmissionPolicy",
      .group = "admissionregistration.k8s.io",
      .version = "v1",
      .plural = "validatingadmissionpolicies",
      .singular = "validatingadmissionpolicy",
      .namespaced = false,
      .has_status = true,
      .counts_generation = true,
      .categories = {"api-extensions"},
      .types = {"admissionregistration.v1.ValidatingAdmissionPolicy apiVersion=s kind=s "
                "metadata:1=meta.v1.ObjectMeta spec:2=admissionregistration.v1.ValidatingAdmissionPolicySpec "
                "status:3=admissionregistration.v1.ValidatingAdmissionPolicyStatus",
                "admissionregistration.v1.ValidatingAdmissionPolicySpec "
                "auditAnnotations:5=list(admissionregistration.v1.AuditAnnotation) failurePolicy:4=S "
                "matchConditions:6=list(admissionregistration.v1.MatchCondition;name) "
                "matchConstraints:2=admissionregistration.v1.MatchResources "
                "paramKind:1=admissionregistration.v1.ParamKind "
                "validations:3=list(admissionregistration.v1.Validation) "
                "variables:7=list(admissionregistration.v1.Variable;name)",
                "admissionregistration.v1.ValidatingAdmissionPolicyStatus "
                "conditions:3=list(meta.v1.Condition;type) observedGeneration:1=n "
                "typeChecking:2=admissionregistration.v1.TypeChecking",
                "admissionregistration.v1.Validation expression:1=s message:2=s messageExpression:4=s reason:3=S",
                "admissionregistration.v1.AuditAnnotation key:1=s valueExpression:2=s",
                "admissionregistration.v1.TypeChecking "
                "expressionWarnings:1=list(admissionregistration.v1.ExpressionWarning)",
                "admissionregistration.v1.ExpressionWarning fieldRef:2=s warning:3=s"},
  };
}

}  // namespace straycat::cluster
