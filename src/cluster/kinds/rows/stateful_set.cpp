#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

void default_stateful_set(json& object) {
  auto& spec = own_spec(object);
  set_default(spec, "replicas", 1);
  set_default_value(spec, "podManagementPolicy", "OrderedReady");
  set_default(spec, "revisionHistoryLimit", 10);
  with_default(spec, "updateStrategy", [](json& strategy) {
    set_default_value(strategy, "type", "RollingUpdate");
    if (strategy["type"] != "RollingUpdate") return;
    with_default(strategy, "rollingUpdate", [](json& rolling) { set_default(rolling, "partition", 0); });
  });
  with_default(spec, "persistentVolumeClaimRetentionPolicy", [](json& policy) {
    set_default_value(policy, "whenDeleted", "Retain");
    set_default_value(policy, "whenScaled", "Retain");
  });
  default_template(spec);
}

}  // namespace

KindRow stateful_set_row() {
  return {
      .kind = "StatefulSet",
      .has_status = true,
      .counts_generation = true,
      .categories = {"all"},
      .types = {"apps.v1.RollingUpdateStatefulSetStrategy maxUnavailable:2=i partition:1=N",
                "apps.v1.StatefulSet apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta spec:2=apps.v1.StatefulSetSpec "
                "status:3=apps.v1.StatefulSetStatus",
                "apps.v1.StatefulSetCondition lastTransitionTime:3=t message:5=s reason:4=s status:2=s type:1=s",
                "apps.v1.StatefulSetOrdinals start:1=n",
                "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted:1=s whenScaled:2=s",
                "apps.v1.StatefulSetSpec minReadySeconds:9=n ordinals:11=apps.v1.StatefulSetOrdinals "
                "persistentVolumeClaimRetentionPolicy:10=apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy "
                "podManagementPolicy:6=s replicas:1=N revisionHistoryLimit:8=N selector:2=meta.v1.LabelSelector "
                "serviceName:5=s template:3=core.v1.PodTemplateSpec updateStrategy:7=apps.v1.StatefulSetUpdateStrategy "
                "volumeClaimTemplates:4=list(core.v1.PersistentVolumeClaim)",
                "apps.v1.StatefulSetStatus availableReplicas:11=n collisionCount:9=N "
                "conditions:10=list(apps.v1.StatefulSetCondition;type) currentReplicas:4=n currentRevision:6=s "
                "observedGeneration:1=n readyReplicas:3=n replicas:2=n updateRevision:7=s updatedReplicas:5=n",
                "apps.v1.StatefulSetUpdateStrategy rollingUpdate:2=apps.v1.RollingUpdateStatefulSetStrategy type:1=s"},
      .fixed = {"selector"},
      .default_object = default_stateful_set,
  };
}

}  // namespace straycat::cluster
