#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow flow_schema_row() {
  return {
      .kind = "FlowSchema",
      .group = "flowcontrol.apiserver.k8s.io",
      .version = "v1",
      .plural = "flowschemas",
      .singular = "flowschema",
      .namespaced = false,
      .has_status = true,
      .counts_generation = true,
      .types = {"flowcontrol.v1.FlowSchema apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=flowcontrol.v1.FlowSchemaSpec status:3=flowcontrol.v1.FlowSchemaStatus",
                "flowcontrol.v1.FlowSchemaSpec distinguisherMethod:3=flowcontrol.v1.FlowDistinguisherMethod "
                "matchingPrecedence:2=n "
                "priorityLevelConfiguration:1=flowcontrol.v1.PriorityLevelConfigurationReference "
                "rules:4=list(flowcontrol.v1.PolicyRulesWithSubjects)",
                "flowcontrol.v1.FlowSchemaStatus conditions:1=list(flowcontrol.v1.FlowSchemaCondition;type)",
                "flowcontrol.v1.PriorityLevelConfigurationReference name:1=s",
                "flowcontrol.v1.FlowDistinguisherMethod type:1=s",
                "flowcontrol.v1.PolicyRulesWithSubjects "
                "nonResourceRules:3=list(flowcontrol.v1.NonResourcePolicyRule) "
                "resourceRules:2=list(flowcontrol.v1.ResourcePolicyRule) subjects:1=list(flowcontrol.v1.Subject)",
                "flowcontrol.v1.FlowSchemaCondition lastTransitionTime:3=t message:5=s reason:4=s status:2=s "
                "type:1=s",
                "flowcontrol.v1.Subject group:3=flowcontrol.v1.GroupSubject kind:1=s "
                "serviceAccount:4=flowcontrol.v1.ServiceAccountSubject user:2=flowcontrol.v1.UserSubject",
                "flowcontrol.v1.ResourcePolicyRule apiGroups:2=set(s) clusterScope:4=b namespaces:5=set(s) "
                "resources:3=set(s) verbs:1=set(s)",
                "flowcontrol.v1.NonResourcePolicyRule nonResourceURLs:6=set(s) verbs:1=set(s)",
                "flowcontrol.v1.UserSubject name:1=s", "flowcontrol.v1.GroupSubject name:1=s",
                "flowcontrol.v1.ServiceAccountSubject name:2=s namespace:1=s"},
  };
}

}  // namespace straycat::cluster
