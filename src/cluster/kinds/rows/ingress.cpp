#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

void validate_path(Causes& causes, const std::string& field, const json& path) {
  const auto type = string_or(path, "pathType");
  if (type.empty()) return require(causes, field + ".pathType", "pathType must be specified");
  if (type != "Exact" && type != "Prefix" && type != "ImplementationSpecific")
    return refuse_unsupported(causes, field + ".pathType", type, {"Exact", "ImplementationSpecific", "Prefix"});
  const auto text = string_or(path, "path");
  if (type != "ImplementationSpecific" && text.rfind('/', 0) != 0)
    refuse(causes, field + ".path", text, "must be an absolute path");
}

void validate_ingress(Causes& causes, const json& object) {
  const auto& spec = object_or_empty(object, "spec");
  const auto& rules = array_or_empty(spec, "rules");
  if (rules.empty() && !spec.contains("defaultBackend"))
    refuse(causes, "spec", spec, "either `defaultBackend` or `rules` must be specified");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto& paths = array_or_empty(object_or_empty(rules[i], "http"), "paths");
    for (std::size_t j = 0; j < paths.size(); ++j)
      validate_path(causes, "spec.rules[" + std::to_string(i) + "].http.paths[" + std::to_string(j) + "]", paths[j]);
  }
}

json ingress_cells(const json& object, std::int64_t now_ns) {
  const auto& spec = object_or_empty(object, "spec");
  std::string hosts;
  for (const auto& rule : array_or_empty(spec, "rules"))
    if (const auto host = string_or(rule, "host"); !host.empty()) hosts += (hosts.empty() ? "" : ",") + host;
  return json::array({cells::name_of(object), string_or(spec, "ingressClassName", "<none>"),
                      hosts.empty() ? "*" : hosts, "", array_or_empty(spec, "tls").empty() ? "80" : "80, 443",
                      cells::age(object, now_ns)});
}

}  // namespace

KindRow ingress_row() {
  return {
      .kind = "Ingress",
      .has_status = true,
      .counts_generation = true,
      .types = {"networking.v1.Ingress apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=networking.v1.IngressSpec status:3=networking.v1.IngressStatus",
                "networking.v1.HTTPIngressPath backend:2=networking.v1.IngressBackend path:1=s pathType:3=S",
                "networking.v1.HTTPIngressRuleValue paths:1=list(networking.v1.HTTPIngressPath)",
                "networking.v1.IngressBackend resource:3=core.v1.TypedLocalObjectReference "
                "service:4=networking.v1.IngressServiceBackend",
                "networking.v1.IngressLoadBalancerIngress hostname:2=s ip:1=s "
                "ports:4=list(networking.v1.IngressPortStatus)",
                "networking.v1.IngressLoadBalancerStatus ingress:1=list(networking.v1.IngressLoadBalancerIngress)",
                "networking.v1.IngressPortStatus error:3=S port:1=n protocol:2=s",
                "networking.v1.IngressRule host:1=s ~:2=networking.v1.IngressRuleValue",
                "networking.v1.IngressRuleValue http:1=networking.v1.HTTPIngressRuleValue",
                "networking.v1.IngressServiceBackend name:1=s port:2=networking.v1.ServiceBackendPort",
                "networking.v1.IngressSpec defaultBackend:1=networking.v1.IngressBackend ingressClassName:4=S "
                "rules:3=list(networking.v1.IngressRule) tls:2=list(networking.v1.IngressTLS)",
                "networking.v1.IngressStatus loadBalancer:1=networking.v1.IngressLoadBalancerStatus",
                "networking.v1.IngressTLS hosts:1=list(s) secretName:2=s",
                "networking.v1.ServiceBackendPort! name:1=s number:2=n"},
      .columns = {name_column,
                  {"Class", "string", 0, "The name of the IngressClass resource that should be used."},
                  {"Hosts", "string", 0, "Hosts that incoming requests are matched against before the ingress rule"},
                  {"Address", "string", 0, "Address is a list containing ingress points for the load-balancer"},
                  {"Ports", "string", 0, "Ports of TLS configurations that open"},
                  age_column},
      .cells = ingress_cells,
      .complete = [](json& object) { set_default(object["status"], "loadBalancer", json::object()); },
      .validate = validate_ingress,
  };
}

}  // namespace straycat::cluster
