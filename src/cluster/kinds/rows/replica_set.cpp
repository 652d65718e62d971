#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

using namespace cells;

void default_replica_set(json& object) {
  auto& spec = own_spec(object);
  set_default(spec, "replicas", 1);
  default_template(spec);
}

void validate_replica_set(Causes& causes, const json& object) {
  const auto& spec = object_or_empty(object, "spec");
  check_not_negative(causes, spec, "replicas");
  check_selector(causes, spec, "deployment");  // the API server's own slip of the pen
  check_template(causes, spec, {"Always"});
}

json replica_set_cells(const json& object, std::int64_t now_ns) {
  const json& status = at(object, {"status"});
  json cells = json::array({name_of(object), count(at(object, {"spec", "replicas"})), count(at(status, {"replicas"})),
                            count(at(status, {"readyReplicas"})), age(object, now_ns)});
  add_template(cells, object);
  return cells;
}

}  // namespace

KindRow replica_set_row() {
  return {
      .kind = "ReplicaSet",
      .has_status = true,
      .counts_generation = true,
      .categories = {"all"},
      .selectable = {"status.replicas"},
      .types =
          {"apps.v1.ReplicaSet apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta spec:2=apps.v1.ReplicaSetSpec "
           "status:3=apps.v1.ReplicaSetStatus",
           "apps.v1.ReplicaSetCondition lastTransitionTime:3=t message:5=s reason:4=s status:2=s type:1=s",
           "apps.v1.ReplicaSetSpec minReadySeconds:4=n replicas:1=N selector:2=meta.v1.LabelSelector "
           "template:3=core.v1.PodTemplateSpec",
           "apps.v1.ReplicaSetStatus availableReplicas:5=n conditions:6=list(apps.v1.ReplicaSetCondition;type) "
           "fullyLabeledReplicas:2=n observedGeneration:3=n readyReplicas:4=n replicas:1=n terminatingReplicas:7=N"},
      .fixed = {"selector"},
      .columns = workload_columns(
          {{"Desired", "integer", 0, "Replicas is the number of desired pods."},
           {"Current", "integer", 0, "Replicas is the most recently observed number of non-terminating pods."},
           {"Ready", "integer", 0,
            "The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition."}}),
      .cells = replica_set_cells,
      .default_object = default_replica_set,
      .complete = [](json& object) { set_default(object["status"], "replicas", 0); },
      .validate = validate_replica_set,
  };
}

}  // namespace straycat::cluster
