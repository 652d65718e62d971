#include <fmt/format.h>

#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

using namespace cells;

void default_slice(json& object) {
  each_object(object, "ports", [](json& port) {
    set_default(port, "name", "");
    set_default(port, "protocol", "TCP");
  });
}

// At most three are shown, as formatDiscoveryPorts and formatDiscoveryEndpoints do.
std::string first_three(const std::vector<std::string>& all, const char* empty) {
  std::string shown;
  for (std::size_t i = 0; i < all.size() && i < 3; ++i) shown += (i == 0 ? "" : ",") + all[i];
  if (all.size() > 3) shown += fmt::format(" + {} more...", all.size() - 3);
  return shown.empty() ? empty : shown;
}

json slice_cells(const json& object, std::int64_t now_ns) {
  std::vector<std::string> ports, addresses;
  for (const json& port : at(object, {"ports"})) {
    const json& number = at(port, {"port"});
    ports.push_back(number.is_number_integer() ? std::to_string(count(number)) : text(at(port, {"name"}), "*"));
  }
  for (const json& endpoint : at(object, {"endpoints"})) {
    for (const json& address : at(endpoint, {"addresses"})) addresses.push_back(text(address));
  }
  return json::array({name_of(object), text(at(object, {"addressType"}), ""), first_three(ports, "<unset>"),
                      first_three(addresses, "<unset>"), age(object, now_ns)});
}

}  // namespace

KindRow endpoint_slice_row() {
  return {
      .kind = "EndpointSlice",
      .counts_generation = true,
      .types =
          {"discovery.v1.Endpoint addresses:1=set(s) conditions:2=discovery.v1.EndpointConditions "
           "deprecatedTopology:5=map(s) hints:8=discovery.v1.EndpointHints hostname:3=S nodeName:6=S "
           "targetRef:4=core.v1.ObjectReference zone:7=S",
           "discovery.v1.EndpointConditions ready:1=B serving:2=B terminating:3=B",
           "discovery.v1.EndpointHints forNodes:2=list(discovery.v1.ForNode) forZones:1=list(discovery.v1.ForZone)",
           "discovery.v1.EndpointPort! appProtocol:4=S name:1=S port:3=N protocol:2=S",
           "discovery.v1.EndpointSlice addressType:4=s apiVersion=s endpoints:2=list(discovery.v1.Endpoint) kind=s "
           "metadata:1=meta.v1.ObjectMeta ports:3=list(discovery.v1.EndpointPort)",
           "discovery.v1.ForNode name:1=s", "discovery.v1.ForZone name:1=s"},
      .empty = json::object({{"addressType", ""}, {"endpoints", nullptr}, {"ports", nullptr}}),
      .columns = {name_column,
                  {"AddressType", "string", 0,
                   "addressType specifies the type of address carried by this EndpointSlice."},
                  {"Ports", "string", 0,
                   "ports specifies the list of network ports exposed by each endpoint in this slice."},
                  {"Endpoints", "string", 0, "endpoints is a list of unique endpoints in this slice."},
                  age_column},
      .cells = slice_cells,
      .default_object = default_slice,
      // Readers go by labels too (endpointslice strategy PrepareForUpdate).
      .count =
          [](json& rest, const json& object) {
            rest["labels"] = object_or_empty(object_or_empty(object, "metadata"), "labels");
          },
  };
}

}  // namespace straycat::cluster
