#include <straycat/core/endpoint_id.hpp>

namespace straycat {

std::string EndpointId::display() const {
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

void to_json(nlohmann::json& out, const EndpointId& id) {
  out = nlohmann::json::object({{"address", id.address}, {"port", id.port}, {"pod", id.pod}, {"podUid", id.uid}});
}

}  // namespace straycat
