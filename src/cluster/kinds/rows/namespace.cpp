#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

using namespace cells;

// Selectors of namespaces can name one by this label.
void name_by_label(json& object) {
  set_default(object["metadata"]["labels"], "kubernetes.io/metadata.name", text_at(object, "/metadata/name"));
}

void begin_life(json& object) {
  set_default(object["spec"], "finalizers", json::array({"kubernetes"}));
  set_default(object["status"], "phase", "Active");
}

json namespace_cells(const json& object, std::int64_t now_ns) {
  return json::array({name_of(object), text(at(object, {"status", "phase"}), "Active"), age(object, now_ns)});
}

}  // namespace

KindRow namespace_row() {
  return {
      .kind = "Namespace",
      .has_status = true,
      .deletion = DeletionStyle::when_empty,
      .collection_deletable = false,
      .subresources = {{"finalize", "", {"update"}}},
      .selectable = {"status.phase"},
      .types = {"core.v1.Namespace apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta spec:2=core.v1.NamespaceSpec "
                "status:3=core.v1.NamespaceStatus",
                "core.v1.NamespaceCondition lastTransitionTime:4=t message:6=s reason:5=s status:2=s type:1=s",
                "core.v1.NamespaceSpec finalizers:1=list(s)",
                "core.v1.NamespaceStatus conditions:2=list(core.v1.NamespaceCondition;type) phase:1=s"},
      .columns = {name_column, {"Status", "string", 0, "The status of the namespace"}, age_column},
      .cells = namespace_cells,
      .default_object = name_by_label,
      .complete = begin_life,
  };
}

}  // namespace straycat::cluster
