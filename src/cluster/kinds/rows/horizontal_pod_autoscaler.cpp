#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

// pkg/apis/autoscaling/v2 SetDefaults_HorizontalPodAutoscaler.
void default_autoscaler(json& object) {
  auto& spec = own_spec(object);
  set_default(spec, "minReplicas", 1);
  if (!array_or_empty(spec, "metrics").empty()) return;
  auto metric = json::object({{"type", "Resource"}});
  metric["resource"]["name"] = "cpu";
  metric["resource"]["target"] = json::object({{"type", "Utilization"}, {"averageUtilization", 80}});
  spec["metrics"] = json::array({std::move(metric)});
}

void validate_autoscaler(Causes& causes, const json& object) {
  const auto& spec = object_or_empty(object, "spec");
  const auto& target = object_or_empty(spec, "scaleTargetRef");
  for (const char* key : {"kind", "name"})
    if (string_or(target, key).empty()) require(causes, "spec.scaleTargetRef." + std::string(key));
  const auto least = integer_or(spec, "minReplicas"), most = integer_or(spec, "maxReplicas");
  if (least < 1) refuse(causes, "spec.minReplicas", least, "must be greater than or equal to 1");
  if (most < 1) return refuse(causes, "spec.maxReplicas", most, "must be greater than 0");
  if (most < least) refuse(causes, "spec.maxReplicas", most, "must be greater than or equal to `minReplicas`");
}

json autoscaler_cells(const json& object, std::int64_t now_ns) {
  const auto& target = object_or_empty(object_or_empty(object, "spec"), "scaleTargetRef");
  const auto& spec = object_or_empty(object, "spec");
  return json::array({cells::name_of(object), string_or(target, "kind") + "/" + string_or(target, "name"), "<unknown>",
                      std::to_string(integer_or(spec, "minReplicas")), integer_or(spec, "maxReplicas"),
                      integer_or(object_or_empty(object, "status"), "currentReplicas"), cells::age(object, now_ns)});
}

}  // namespace

KindRow horizontal_pod_autoscaler_row() {
  return {
      .kind = "HorizontalPodAutoscaler",
      .has_status = true,
      .categories = {"all"},
      .types = {"autoscaling.v2.HorizontalPodAutoscaler apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=autoscaling.v2.HorizontalPodAutoscalerSpec "
                "status:3=autoscaling.v2.HorizontalPodAutoscalerStatus",
                "autoscaling.v2.ContainerResourceMetricSource container:3=s name:1=s "
                "target:2=autoscaling.v2.MetricTarget",
                "autoscaling.v2.ContainerResourceMetricStatus container:3=s "
                "current:2=autoscaling.v2.MetricValueStatus name:1=s",
                "autoscaling.v2.CrossVersionObjectReference apiVersion:3=s kind:1=s name:2=s",
                "autoscaling.v2.ExternalMetricSource metric:1=autoscaling.v2.MetricIdentifier "
                "target:2=autoscaling.v2.MetricTarget",
                "autoscaling.v2.ExternalMetricStatus current:2=autoscaling.v2.MetricValueStatus "
                "metric:1=autoscaling.v2.MetricIdentifier",
                "autoscaling.v2.HPAScalingPolicy periodSeconds:3=n type:1=s value:2=n",
                "autoscaling.v2.HPAScalingRules policies:2=list(autoscaling.v2.HPAScalingPolicy) selectPolicy:1=S "
                "stabilizationWindowSeconds:3=N tolerance:4=q",
                "autoscaling.v2.HorizontalPodAutoscalerBehavior scaleDown:2=autoscaling.v2.HPAScalingRules "
                "scaleUp:1=autoscaling.v2.HPAScalingRules",
                "autoscaling.v2.HorizontalPodAutoscalerCondition lastTransitionTime:3=t message:5=s reason:4=s "
                "status:2=s type:1=s",
                "autoscaling.v2.HorizontalPodAutoscalerSpec behavior:5=autoscaling.v2.HorizontalPodAutoscalerBehavior "
                "maxReplicas:3=n metrics:4=list(autoscaling.v2.MetricSpec) minReplicas:2=N "
                "scaleTargetRef:1=autoscaling.v2.CrossVersionObjectReference",
                "autoscaling.v2.HorizontalPodAutoscalerStatus "
                "conditions:6=list(autoscaling.v2.HorizontalPodAutoscalerCondition;type) "
                "currentMetrics:5=list(autoscaling.v2.MetricStatus) currentReplicas:3=n desiredReplicas:4=n "
                "lastScaleTime:2=t observedGeneration:1=N",
                "autoscaling.v2.MetricIdentifier name:1=s selector:2=meta.v1.LabelSelector",
                "autoscaling.v2.MetricSpec containerResource:7=autoscaling.v2.ContainerResourceMetricSource "
                "external:5=autoscaling.v2.ExternalMetricSource object:2=autoscaling.v2.ObjectMetricSource "
                "pods:3=autoscaling.v2.PodsMetricSource resource:4=autoscaling.v2.ResourceMetricSource type:1=s",
                "autoscaling.v2.MetricStatus containerResource:7=autoscaling.v2.ContainerResourceMetricStatus "
                "external:5=autoscaling.v2.ExternalMetricStatus object:2=autoscaling.v2.ObjectMetricStatus "
                "pods:3=autoscaling.v2.PodsMetricStatus resource:4=autoscaling.v2.ResourceMetricStatus type:1=s",
                "autoscaling.v2.MetricTarget averageUtilization:4=N averageValue:3=q type:1=s value:2=q",
                "autoscaling.v2.MetricValueStatus averageUtilization:3=N averageValue:2=q value:1=q",
                "autoscaling.v2.ObjectMetricSource describedObject:1=autoscaling.v2.CrossVersionObjectReference "
                "metric:3=autoscaling.v2.MetricIdentifier target:2=autoscaling.v2.MetricTarget",
                "autoscaling.v2.ObjectMetricStatus current:2=autoscaling.v2.MetricValueStatus "
                "describedObject:3=autoscaling.v2.CrossVersionObjectReference "
                "metric:1=autoscaling.v2.MetricIdentifier",
                "autoscaling.v2.PodsMetricSource metric:1=autoscaling.v2.MetricIdentifier "
                "target:2=autoscaling.v2.MetricTarget",
                "autoscaling.v2.PodsMetricStatus current:2=autoscaling.v2.MetricValueStatus "
                "metric:1=autoscaling.v2.MetricIdentifier",
                "autoscaling.v2.ResourceMetricSource name:1=s target:2=autoscaling.v2.MetricTarget",
                "autoscaling.v2.ResourceMetricStatus current:2=autoscaling.v2.MetricValueStatus name:1=s"},
      .columns = {name_column,
                  {"Reference", "string", 0, "CrossVersionObjectReference that is scaled."},
                  {"Targets", "string", 0, "What the metrics should be."},
                  {"MinPods", "string", 0, "minReplicas is the lower limit for the number of replicas."},
                  {"MaxPods", "integer", 0, "maxReplicas is the upper limit for the number of replicas."},
                  {"Replicas", "integer", 0, "currentReplicas is the current number of replicas."},
                  age_column},
      .cells = autoscaler_cells,
      .default_object = default_autoscaler,
      .validate = validate_autoscaler,
  };
}

}  // namespace straycat::cluster
