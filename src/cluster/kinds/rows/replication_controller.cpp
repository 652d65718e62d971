#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

using namespace cells;

// Its selector and labels come from its template where they are left out (pkg/apis/core/v1
// SetDefaults_ReplicationController).
void default_replication_controller(json& object) {
  auto& spec = own_spec(object);
  const json labels = object_or_empty(object_or_empty(object_or_empty(spec, "template"), "metadata"), "labels");
  if (!labels.empty()) {
    if (object_or_empty(spec, "selector").empty()) spec["selector"] = labels;
    if (object_or_empty(object["metadata"], "labels").empty()) object["metadata"]["labels"] = labels;
  }
  set_default(spec, "replicas", 1);
  default_template(spec);
}

void validate_replication_controller(Causes& causes, const json& object) {
  const auto& spec = object_or_empty(object, "spec");
  check_not_negative(causes, spec, "replicas");
  if (object_or_empty(spec, "selector").empty()) require(causes, "spec.selector");
  check_template(causes, spec, {"Always"});
}

json replication_controller_cells(const json& object, std::int64_t now_ns) {
  const json& status = at(object, {"status"});
  json cells = json::array({name_of(object), count(at(object, {"spec", "replicas"})), count(at(status, {"replicas"})),
                            count(at(status, {"readyReplicas"})), age(object, now_ns)});
  add_template(cells, object);
  return cells;
}

}  // namespace

KindRow replication_controller_row() {
  return {
      .kind = "ReplicationController",
      .has_status = true,
      .counts_generation = true,
      .categories = {"all"},
      .types = {"core.v1.ReplicationController apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=core.v1.ReplicationControllerSpec status:3=core.v1.ReplicationControllerStatus",
                "core.v1.ReplicationControllerCondition lastTransitionTime:3=t message:5=s reason:4=s status:2=s "
                "type:1=s",
                "core.v1.ReplicationControllerSpec minReadySeconds:4=n replicas:1=N selector:2=atomic(s) "
                "template:3=core.v1.PodTemplateSpec",
                "core.v1.ReplicationControllerStatus availableReplicas:5=n "
                "conditions:6=list(core.v1.ReplicationControllerCondition;type) fullyLabeledReplicas:2=n "
                "observedGeneration:3=n readyReplicas:4=n replicas:1=n"},
      .columns =
          workload_columns({{"Desired", "integer", 0, "Replicas is the number of desired pods."},
                            {"Current", "integer", 0, "Replicas is the most recently observed number of replicas."},
                            {"Ready", "integer", 0, "The number of ready replicas for this replication controller."}}),
      .cells = replication_controller_cells,
      .default_object = default_replication_controller,
      .complete = [](json& object) { set_default(object["status"], "replicas", 0); },
      .validate = validate_replication_controller,
  };
}

}  // namespace straycat::cluster
