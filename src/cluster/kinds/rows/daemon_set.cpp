#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

void default_daemon_set(json& object) {
  auto& spec = own_spec(object);
  set_default(spec, "revisionHistoryLimit", 10);
  with_default(spec, "updateStrategy", [](json& strategy) {
    set_default_value(strategy, "type", "RollingUpdate");
    if (strategy["type"] != "RollingUpdate") return;
    with_default(strategy, "rollingUpdate", [](json& rolling) {
      set_default(rolling, "maxUnavailable", 1);
      set_default(rolling, "maxSurge", 0);
    });
  });
  default_template(spec);
}

}  // namespace

KindRow daemon_set_row() {
  return {
      .kind = "DaemonSet",
      .has_status = true,
      .counts_generation = true,
      .categories = {"all"},
      .types = {"apps.v1.DaemonSet apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta spec:2=apps.v1.DaemonSetSpec "
                "status:3=apps.v1.DaemonSetStatus",
                "apps.v1.DaemonSetCondition lastTransitionTime:3=t message:5=s reason:4=s status:2=s type:1=s",
                "apps.v1.DaemonSetSpec minReadySeconds:4=n revisionHistoryLimit:6=N selector:1=meta.v1.LabelSelector "
                "template:2=core.v1.PodTemplateSpec updateStrategy:3=apps.v1.DaemonSetUpdateStrategy",
                "apps.v1.DaemonSetStatus collisionCount:9=N conditions:10=list(apps.v1.DaemonSetCondition;type) "
                "currentNumberScheduled:1=n desiredNumberScheduled:3=n numberAvailable:7=n numberMisscheduled:2=n "
                "numberReady:4=n numberUnavailable:8=n observedGeneration:5=n updatedNumberScheduled:6=n",
                "apps.v1.DaemonSetUpdateStrategy rollingUpdate:2=apps.v1.RollingUpdateDaemonSet type:1=s",
                "apps.v1.RollingUpdateDaemonSet maxSurge:2=i maxUnavailable:1=i"},
      .fixed = {"selector"},
      .default_object = default_daemon_set,
  };
}

}  // namespace straycat::cluster
