#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/service_checks.hpp"
#include "cluster/kinds/service_ip.hpp"

namespace straycat::cluster {
namespace {

using namespace cells;

// Fields that are no pointers in Go: typed clients send their zero where a person left them out.
void default_service(json& spec) {
  set_default_value(spec, "type", "ClusterIP");
  set_default_value(spec, "sessionAffinity", "None");
  if (spec["sessionAffinity"] == "ClientIP") {
    set_default(spec["sessionAffinityConfig"]["clientIP"], "timeoutSeconds", 10800);
  } else {
    spec.erase("sessionAffinityConfig");
  }
  each_object(spec, "ports", [](json& port) {
    set_default_value(port, "protocol", "TCP");
    if (port.contains("port")) set_default_value(port, "targetPort", port["port"]);
  });
  const auto type = string_or(spec, "type");
  if (type == "ExternalName") return;
  set_default(spec, "ipFamilies", json::array({"IPv4"}));
  set_default(spec, "ipFamilyPolicy", "SingleStack");
  set_default(spec, "internalTrafficPolicy", "Cluster");
  if (is_reached_from_outside(spec)) set_default_value(spec, "externalTrafficPolicy", "Cluster");
  if (type == "LoadBalancer") set_default(spec, "allocateLoadBalancerNodePorts", true);
}

// The addresses that a load balancer gave it.
std::vector<std::string> balancer_addresses(const json& object) {
  std::vector<std::string> out;
  for (const json& one : at(object, {"status", "loadBalancer", "ingress"}))
    for (const char* key : {"ip", "hostname"})
      if (const auto where = text(at(one, {key}), ""); !where.empty()) out.push_back(where);
  return out;
}

// kubernetes pkg/printers/internalversion getServiceExternalIP.
std::string external_of(const json& object) {
  const std::string type = text(at(object, {"spec", "type"}), "ClusterIP");
  if (type == "ExternalName") return text(at(object, {"spec", "externalName"}));
  auto all = type == "LoadBalancer" ? balancer_addresses(object) : std::vector<std::string>();
  for (const json& one : at(object, {"spec", "externalIPs"})) all.push_back(text(one));
  if (!all.empty()) return fmt::format("{}", fmt::join(all, ","));
  return type == "LoadBalancer" ? "<pending>" : "<none>";
}

std::string service_ports(const json& object) {
  std::string all;
  for (const json& port : at(object, {"spec", "ports"})) {
    const std::int64_t node_port = count(at(port, {"nodePort"}));
    const std::string protocol = text(at(port, {"protocol"}), "TCP");
    all += all.empty() ? "" : ",";
    all += node_port != 0 ? fmt::format("{}:{}/{}", count(at(port, {"port"})), node_port, protocol)
                          : fmt::format("{}/{}", count(at(port, {"port"})), protocol);
  }
  return all.empty() ? "<none>" : all;
}

json service_cells(const json& object, std::int64_t now_ns) {
  const std::string type = text(at(object, {"spec", "type"}), "ClusterIP");
  return json::array({name_of(object), type, text(at(object, {"spec", "clusterIP"})), external_of(object),
                      service_ports(object), age(object, now_ns), joined(at(object, {"spec", "selector"}))});
}

}  // namespace

KindRow service_row() {
  return {
      .kind = "Service",
      .has_status = true,
      .categories = {"all"},
      .deleted_as_object = true,
      .subresources = {{"proxy", "ServiceProxyOptions", {"create", "delete", "get", "patch", "update"}}},
      .selectable = {"spec.clusterIP", "spec.type"},
      .types =
          {"core.v1.Service apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta spec:2=core.v1.ServiceSpec "
           "status:3=core.v1.ServiceStatus",
           "core.v1.ServicePort appProtocol:6=S name:1=s nodePort:5=n port:3=n protocol:2=s targetPort:4=i",
           "core.v1.ServiceSpec allocateLoadBalancerNodePorts:20=B clusterIP:3=s clusterIPs:18=list(s) "
           "externalIPs:5=list(s) externalName:10=s externalTrafficPolicy:11=s healthCheckNodePort:12=n "
           "internalTrafficPolicy:22=S ipFamilies:19=list(s) ipFamilyPolicy:17=S loadBalancerClass:21=S "
           "loadBalancerIP:8=s loadBalancerSourceRanges:9=list(s) ports:1=list(core.v1.ServicePort;port,protocol) "
           "publishNotReadyAddresses:13=b selector:2=atomic(s) sessionAffinity:7=s "
           "sessionAffinityConfig:14=core.v1.SessionAffinityConfig trafficDistribution:23=S type:4=s",
           "core.v1.ServiceStatus conditions:2=list(meta.v1.Condition;type) loadBalancer:1=core.v1.LoadBalancerStatus",
           "core.v1.SessionAffinityConfig clientIP:1=core.v1.ClientIPConfig",
           "core.v1.ClientIPConfig timeoutSeconds:1=N",
           "core.v1.LoadBalancerIngress hostname:2=s ip:1=s ipMode:3=S ports:4=list(core.v1.PortStatus)",
           "core.v1.LoadBalancerStatus ingress:1=list(core.v1.LoadBalancerIngress)",
           "core.v1.PortStatus error:3=S port:1=n protocol:2=s"},
      .empty = json::object({{"spec", json::object()}, {"status", {{"loadBalancer", json::object()}}}}),
      .columns = {name_column,
                  {"Type", "string", 0, "Type determines how the Service is exposed."},
                  {"Cluster-IP", "string", 0, "clusterIP is the IP address of the service."},
                  {"External-IP", "string", 0,
                   "externalIPs is a list of IP addresses for which nodes will also accept traffic."},
                  {"Port(s)", "string", 0, "The list of ports that are exposed by this service."},
                  age_column,
                  {"Selector", "string", 1,
                   "Route service traffic to pods with label keys and values matching this selector."}},
      .cells = service_cells,
      .default_object = [](json& object) { default_service(own_spec(object)); },
      .complete = [](json& object) { set_default(object["status"], "loadBalancer", json::object()); },
      .validate = validate_service,
      .validate_update = validate_service_update,
      .keep = keep_service_values,
      .allocate = allocate_service_addresses,
  };
}

}  // namespace straycat::cluster
