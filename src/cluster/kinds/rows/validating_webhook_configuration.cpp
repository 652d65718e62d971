#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow validating_webhook_configuration_row() {
  return {
      .kind = "ValidatingWebhookConfiguration",
      .counts_generation = true,
      .categories = {"api-extensions"},
      .types = {"admissionregistration.v1.ValidatingWebhookConfiguration apiVersion=s kind=s "
                "metadata:1=meta.v1.ObjectMeta webhooks:2=list(admissionregistration.v1.ValidatingWebhook;name)",
                "admissionregistration.v1.ValidatingWebhook admissionReviewVersions:8=list(s) "
                "clientConfig:2=admissionregistration.v1.WebhookClientConfig failurePolicy:4=S "
                "matchConditions:11=list(admissionregistration.v1.MatchCondition;name) matchPolicy:9=S name:1=s "
                "namespaceSelector:5=meta.v1.LabelSelector objectSelector:10=meta.v1.LabelSelector "
                "rules:3=list(admissionregistration.v1.RuleWithOperations) sideEffects:6=S timeoutSeconds:7=N"},
  };
}

}  // namespace straycat::cluster
