#include <fmt/format.h>

#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"
#include <straycat/model/fault.hpp>

namespace straycat::cluster {
namespace {

// A fault on order: no kind of Kubernetes', and served here alone (cluster/faults works at it).
void validate_fault(Causes& causes, const json& object) {
  const auto fault = model::fault_from(object_or_empty(object, "spec"));
  if (!fault) refuse(causes, "spec", object_or_empty(object, "spec").value("fault", json()), fault.error().message);
}

json fault_cells(const json& object, std::int64_t now_ns) {
  const auto status = model::fault_status(object);
  return json::array({cells::name_of(object), text_at(object, "/spec/fault"), to_string(status.phase), status.message,
                      cells::age(object, now_ns)});
}

}  // namespace

KindRow fault_row() {
  return {
      .kind = model::fault_kind,
      .group = model::fault_group,
      .version = model::fault_version,
      .plural = model::fault_plural,
      .singular = "fault",
      .has_status = true,
      .types =
          {"chaos.v1alpha1.Fault apiVersion=s kind=s metadata=meta.v1.ObjectMeta spec=chaos.v1alpha1.FaultSpec "
           "status=chaos.v1alpha1.FaultStatus",
           "chaos.v1alpha1.FaultSpec container=s delay=s fault=s for=s from=s how=s limit=n node=s pods=list(s) ppm=n "
           "rehearsal=b signal=s stop=b workload=s",
           "chaos.v1alpha1.FaultStatus endTime=s message=s phase=s startTime=s"},
      .columns = {name_column,
                  {"Fault", "string", 0, "What is done."},
                  {"Phase", "string", 0, "Where it stands."},
                  {"Message", "string", 0, "What came of it."},
                  age_column},
      .cells = fault_cells,
      .validate = validate_fault,
  };
}

}  // namespace straycat::cluster
