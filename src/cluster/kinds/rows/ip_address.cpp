#include <arpa/inet.h>

#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

// It is called as the address that it holds, written as shortly as can be (validation.ValidateIPAddressName).
void check_address_name(Causes& causes, const json& object) {
  const auto name = text_at(object, "/metadata/name");
  const int family = name.find(':') == std::string::npos ? AF_INET : AF_INET6;
  in6_addr address{};
  char text[INET6_ADDRSTRLEN] = "";
  const bool good = inet_pton(family, name.c_str(), &address) == 1 && inet_ntop(family, &address, text, sizeof text);
  if (!good)
    refuse(causes, "metadata.name", name, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
  else if (name != text)
    refuse(causes, "metadata.name", name, "must be in canonical form (\"" + std::string(text) + "\")");
}

}  // namespace

KindRow ip_address_row() {
  return {
      .kind = "IPAddress",
      .group = "networking.k8s.io",
      .version = "v1",
      .plural = "ipaddresses",
      .singular = "ipaddress",
      .short_names = {"ip"},
      .namespaced = false,
      .counts_generation = true,
      .naming = Naming::path_segment,
      .types = {"networking.v1.IPAddress apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=networking.v1.IPAddressSpec",
                "networking.v1.IPAddressSpec parentRef:1=networking.v1.ParentReference",
                "networking.v1.ParentReference group:1=s name:4=s namespace:3=s resource:2=s"},
      .validate = check_address_name,
  };
}

}  // namespace straycat::cluster
