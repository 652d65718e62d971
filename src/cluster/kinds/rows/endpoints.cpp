#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

void default_endpoints(json& object) {
  each_object(object, "subsets", [](json& subset) {
    each_object(subset, "ports", [](json& port) { set_default_value(port, "protocol", "TCP"); });
  });
}

}  // namespace

KindRow endpoints_row() {
  return {
      .kind = "Endpoints",
      .types =
          {"core.v1.Endpoints apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta subsets:2=list(core.v1.EndpointSubset)",
           "core.v1.EndpointSubset addresses:1=list(core.v1.EndpointAddress) "
           "notReadyAddresses:2=list(core.v1.EndpointAddress) ports:3=list(core.v1.EndpointPort)",
           "core.v1.EndpointAddress! hostname:3=s ip:1=s nodeName:4=S targetRef:2=core.v1.ObjectReference",
           "core.v1.EndpointPort! appProtocol:4=S name:1=s port:2=n protocol:3=s"},
      .default_object = default_endpoints,
  };
}

}  // namespace straycat::cluster
