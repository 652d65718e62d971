#include <fmt/format.h>

#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

using namespace cells;

void default_deployment(json& spec) {
  set_default(spec, "replicas", 1);
  set_default(spec, "revisionHistoryLimit", 10);
  set_default(spec, "progressDeadlineSeconds", 600);
  with_default(spec, "strategy", [](json& strategy) {
    set_default_value(strategy, "type", "RollingUpdate");
    if (strategy["type"] != "RollingUpdate") return;
    with_default(strategy, "rollingUpdate", [](json& rolling) {
      set_default(rolling, "maxUnavailable", "25%");
      set_default(rolling, "maxSurge", "25%");
    });
  });
  default_template(spec);
}

bool is_zero(const json& amount) { return amount == json(0) || amount == json("0%") || amount == json("0"); }

void check_strategy(Causes& causes, const json& spec) {
  const auto& strategy = object_or_empty(spec, "strategy");
  const auto type = string_or(strategy, "type");
  if (type == "Recreate" && strategy.contains("rollingUpdate")) {
    causes.push_back({"FieldValueForbidden", "Forbidden: may not be specified when strategy `type` is 'Recreate'",
                      "spec.strategy.rollingUpdate"});
  } else if (type != "RollingUpdate" && type != "Recreate") {
    refuse_unsupported(causes, "spec.strategy.type", type, {"Recreate", "RollingUpdate"});
  }
  const auto& rolling = object_or_empty(strategy, "rollingUpdate");
  if (rolling.contains("maxUnavailable") && is_zero(rolling["maxUnavailable"]) && rolling.contains("maxSurge") &&
      is_zero(rolling["maxSurge"])) {
    refuse(causes, "spec.strategy.rollingUpdate.maxUnavailable", rolling["maxUnavailable"],
           "may not be 0 when `maxSurge` is 0");
  }
}

void validate_deployment(Causes& causes, const json& object) {
  const auto& spec = object_or_empty(object, "spec");
  for (const char* key : {"replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"})
    check_not_negative(causes, spec, key);
  check_selector(causes, spec, "deployment");
  check_template(causes, spec, {"Always"});
  check_strategy(causes, spec);
}

json deployment_cells(const json& object, std::int64_t now_ns) {
  const json& status = at(object, {"status"});
  json cells = json::array(
      {name_of(object),
       fmt::format("{}/{}", count(at(status, {"readyReplicas"})), count(at(object, {"spec", "replicas"}))),
       count(at(status, {"updatedReplicas"})), count(at(status, {"availableReplicas"})), age(object, now_ns)});
  add_template(cells, object);
  return cells;
}

}  // namespace

KindRow deployment_row() {
  return {
      .kind = "Deployment",
      .has_status = true,
      .counts_generation = true,
      .categories = {"all"},
      .types = {"apps.v1.Deployment apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta spec:2=apps.v1.DeploymentSpec "
                "status:3=apps.v1.DeploymentStatus",
                "apps.v1.DeploymentCondition lastTransitionTime:7=t lastUpdateTime:6=t message:5=s reason:4=s "
                "status:2=s type:1=s",
                "apps.v1.DeploymentSpec minReadySeconds:5=n paused:7=b progressDeadlineSeconds:9=N replicas:1=N "
                "revisionHistoryLimit:6=N selector:2=meta.v1.LabelSelector strategy:4=apps.v1.DeploymentStrategy "
                "template:3=core.v1.PodTemplateSpec",
                "apps.v1.DeploymentStatus availableReplicas:4=n collisionCount:8=N "
                "conditions:6=list(apps.v1.DeploymentCondition;type) observedGeneration:1=n readyReplicas:7=n "
                "replicas:2=n terminatingReplicas:9=N unavailableReplicas:5=n updatedReplicas:3=n",
                "apps.v1.DeploymentStrategy rollingUpdate:2=apps.v1.RollingUpdateDeployment type:1=s",
                "apps.v1.RollingUpdateDeployment maxSurge:2=i maxUnavailable:1=i"},
      .empty = json::object(
          {{"spec",
            {{"replicas", 0}, {"selector", nullptr}, {"strategy", json::object()}, {"template", empty_template()}}},
           {"status", json::object()}}),
      .fixed = {"selector"},
      .columns = workload_columns(
          {{"Ready", "string", 0, "Number of the pod with ready state"},
           {"Up-to-date", "string", 0,
            "Total number of non-terminating pods targeted by this deployment that have the desired template spec."},
           {"Available", "string", 0, "Total number of available non-terminating pods targeted by this deployment."}}),
      .cells = deployment_cells,
      .default_object = [](json& object) { default_deployment(own_spec(object)); },
      .validate = validate_deployment,
  };
}

}  // namespace straycat::cluster
