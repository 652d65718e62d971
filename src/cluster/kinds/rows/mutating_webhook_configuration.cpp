#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow mutating_webhook_configuration_row() {
  return {
      .kind = "MutatingWebhookConfiguration",
      .counts_generation = true,
      .categories = {"api-extensions"},
      .types = {"admissionregistration.v1.MutatingWebhookConfiguration apiVersion=s kind=s "
                "metadata:1=meta.v1.ObjectMeta webhooks:2=list(admissionregistration.v1.MutatingWebhook;name)",
                "admissionregistration.v1.MutatingWebhook admissionReviewVersions:8=list(s) "
                "clientConfig:2=admissionregistration.v1.WebhookClientConfig failurePolicy:4=S "
                "matchConditions:12=list(admissionregistration.v1.MatchCondition;name) matchPolicy:9=S name:1=s "
                "namespaceSelector:5=meta.v1.LabelSelector objectSelector:11=meta.v1.LabelSelector "
                "reinvocationPolicy:10=S rules:3=list(admissionregistration.v1.RuleWithOperations) sideEffects:6=S "
                "timeoutSeconds:7=N"},
  };
}

}  // namespace straycat::cluster
