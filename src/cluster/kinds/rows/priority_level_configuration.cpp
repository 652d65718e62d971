#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

KindRow priority_level_configuration_row() {
  return {
      .kind = "PriorityLevelConfiguration",
      .group = "flowcontrol.apiserver.k8s.io",
      .version = "v1",
      .plural = "prioritylevelconfigurations",
      .singular = "prioritylevelconfiguration",
      .namespaced = false,
      .has_status = true,
      .counts_generation = true,
      .types = {"flowcontrol.v1.PriorityLevelConfiguration apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=flowcontrol.v1.PriorityLevelConfigurationSpec "
                "status:3=flowcontrol.v1.PriorityLevelConfigurationStatus",
                "flowcontrol.v1.PriorityLevelConfigurationSpec "
                "exempt:3=flowcontrol.v1.ExemptPriorityLevelConfiguration "
                "limited:2=flowcontrol.v1.LimitedPriorityLevelConfiguration type:1=s",
                "flowcontrol.v1.PriorityLevelConfigurationStatus "
                "conditions:1=list(flowcontrol.v1.PriorityLevelConfigurationCondition;type)",
                "flowcontrol.v1.LimitedPriorityLevelConfiguration borrowingLimitPercent:4=N lendablePercent:3=N "
                "limitResponse:2=flowcontrol.v1.LimitResponse nominalConcurrencyShares:1=N",
                "flowcontrol.v1.ExemptPriorityLevelConfiguration lendablePercent:2=N nominalConcurrencyShares:1=N",
                "flowcontrol.v1.PriorityLevelConfigurationCondition lastTransitionTime:3=t message:5=s reason:4=s "
                "status:2=s type:1=s",
                "flowcontrol.v1.LimitResponse queuing:2=flowcontrol.v1.QueuingConfiguration type:1=s",
                "flowcontrol.v1.QueuingConfiguration handSize:2=n queueLengthLimit:3=n queues:1=n"},
  };
}

}  // namespace straycat::cluster
