#include "runner/objects.hpp"

#include <cctype>
#include <random>
#include <set>

#include <straycat/model/objects.hpp>

namespace straycat::runner {

namespace {

constexpr const char* rbac = "rbac.authorization.k8s.io/v1";

json meta(const std::string& name, const std::string& ns, const agent::Orders& orders) {
  return {
      {"name", name}, {"namespace", ns}, {"labels", {{model::run_label, orders.run}, {"straycat.dev/role", "agent"}}}};
}

json field(const char* name, const char* path) {
  return {{"name", name}, {"valueFrom", {{"fieldRef", {{"fieldPath", path}}}}}};
}

std::set<std::string> namespaces_of(const agent::Orders& orders) {
  std::set<std::string> out{orders.ns};
  for (const auto& traffic : orders.traffic)
    if (!traffic.service_ns.empty()) out.insert(traffic.service_ns);
  return out;
}

json rule(const char* group, const char* resource, std::vector<std::string> verbs) {
  return {{"apiGroups", std::vector<std::string>{group}},
          {"resources", std::vector<std::string>{resource}},
          {"verbs", std::move(verbs)}};
}

json role(const std::string& name, const std::string& ns, const agent::Orders& orders) {
  return {{"apiVersion", rbac},
          {"kind", "Role"},
          {"metadata", meta(name, ns, orders)},
          {"rules", json::array({rule("discovery.k8s.io", "endpointslices", {"get", "list", "watch"}),
                                 rule("", "services", {"get", "list", "watch"})})}};
}

json role_binding(const std::string& name, const std::string& ns, const agent::Orders& orders) {
  const json subject{{"kind", "ServiceAccount"}, {"name", name}, {"namespace", orders.ns}};
  return {{"apiVersion", rbac},
          {"kind", "RoleBinding"},
          {"metadata", meta(name, ns, orders)},
          {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Role"}, {"name", name}}},
          {"subjects", json::array({subject})}};
}

}  // namespace

std::string make_run_id(std::uint64_t entropy) {
  // No vowels and no look-alikes: an id is no word, and can be read over the telephone.
  static constexpr char letters[] = "bcdfghjkmnpqrstvwxz2456789";
  std::mt19937_64 random{entropy};
  std::string id;
  for (int i = 0; i < 6; ++i) id.push_back(letters[random() % (sizeof letters - 1)]);
  return id;
}

std::string namespace_name(const std::string& scenario, const std::string& run_id) {
  std::string middle;
  for (const unsigned char c : scenario) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain)
      middle.push_back(static_cast<char>(c));
    else if (c >= 'A' && c <= 'Z')
      middle.push_back(static_cast<char>(std::tolower(c)));
    else if (!middle.empty() && middle.back() != '-')
      middle.push_back('-');
  }
  const std::size_t room = 63 - std::string_view{"straycat--"}.size() - run_id.size();
  if (middle.size() > room) middle.resize(room);
  while (!middle.empty() && middle.back() == '-') middle.pop_back();
  return "straycat-" + (middle.empty() ? "" : middle + "-") + run_id;
}

json labelled(json object, const std::string& ns, const std::string& run_id) {
  auto& metadata = object["metadata"];
  if (!ns.empty() && !metadata.contains("namespace")) metadata["namespace"] = ns;
  metadata["labels"][model::run_label] = run_id;
  return object;
}

json namespace_object(const std::string& name, const std::string& run_id) {
  return {{"apiVersion", "v1"},
          {"kind", "Namespace"},
          {"metadata", {{"name", name}, {"labels", {{model::run_label, run_id}}}}}};
}

AgentNames agent_names(const std::string& run_id, const std::string& vantage) {
  const auto end = run_id + "-" + vantage;
  return {.account = "straycat-agent-" + end, .pod = "straycat-agent-" + end, .beacon = "straycat-beacon-" + end};
}

std::vector<json> agent_sign_in(const agent::Orders& orders) {
  const auto name = agent_names(orders.run, orders.vantage).account;
  std::vector<json> out;
  out.push_back({{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", meta(name, orders.ns, orders)}});
  for (const auto& ns : namespaces_of(orders)) {
    out.push_back(role(name, ns, orders));
    out.push_back(role_binding(name, ns, orders));
  }
  return out;
}

json agent_pod(const agent::Orders& orders, const std::string& image, const std::string& node) {
  const auto names = agent_names(orders.run, orders.vantage);
  const auto told = agent::to_json(orders).dump(-1, ' ', false, json::error_handler_t::replace);
  json env = json::array({json{{"name", "STRAYCAT_ORDERS"}, {"value", told}}});
  env.push_back(field("POD_NAME", "metadata.name"));
  env.push_back(field("POD_NAMESPACE", "metadata.namespace"));
  env.push_back(field("POD_IP", "status.podIP"));
  env.push_back(field("NODE_NAME", "spec.nodeName"));
  const json container{{"name", "agent"},
                       {"image", image},
                       {"env", std::move(env)},
                       {"securityContext",
                        {{"allowPrivilegeEscalation", false},
                         {"readOnlyRootFilesystem", true},
                         {"capabilities", {{"drop", std::vector<std::string>{"ALL"}}}}}}};
  json spec{{"serviceAccountName", names.account},
            {"restartPolicy", "Never"},
            {"terminationGracePeriodSeconds", 5},
            {"securityContext",
             {{"runAsNonRoot", true}, {"runAsUser", 65532}, {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
            {"containers", json::array({container})}};
  if (!node.empty()) spec["nodeName"] = node;
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", meta(names.pod, orders.ns, orders)},
          {"spec", std::move(spec)}};
}

json beacon_slice(const agent::Orders& orders) {
  return {{"apiVersion", "discovery.k8s.io/v1"},
          {"kind", "EndpointSlice"},
          {"metadata", meta(agent_names(orders.run, orders.vantage).beacon, orders.ns, orders)},
          {"addressType", "IPv4"},
          {"endpoints", json::array()},
          {"ports", json::array()}};
}

}  // namespace straycat::runner
