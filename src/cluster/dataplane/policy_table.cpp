// From NetworkPolicies, Pods and Namespaces to the table (see policy_table.hpp).
#include "cluster/dataplane/policy_table.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "cluster/dataplane/address_block.hpp"
#include "cluster/dataplane/dataplane.hpp"
#include "cluster/kinds/labels.hpp"
#include <straycat/model/objects.hpp>

namespace straycat::cluster {
namespace {

using model::Labels;

// A pod that has a place in the network.
struct Member {
  std::string ns, address;
  Labels labels, ns_labels;
  std::vector<model::ContainerPort> ports;
};
using Members = std::vector<Member>;
using NamespaceLabels = std::map<std::string, Labels>;

// Where one rule leads: everybody, a block, or members.
struct Party {
  bool anybody = false;
  std::optional<AddressBlock> block;
  std::vector<AddressBlock> except;
  std::vector<const Member*> members;
};

// --- reading

std::vector<model::ContainerPort> ports_in(const json& spec) {
  std::vector<model::ContainerPort> out;
  const auto add = [&](const json& container) {
    for (const json& port : array_or_empty(container, "ports"))
      out.push_back({string_or(port, "name"), static_cast<int>(integer_or(port, "containerPort")),
                     string_or(port, "protocol", "TCP")});
  };
  for (const json& container : array_or_empty(spec, "containers")) add(container);
  for (const json& container : array_or_empty(spec, "initContainers"))
    if (string_or(container, "restartPolicy") == "Always") add(container);
  return out;
}

std::optional<Member> member_of(const json& pod, const NamespaceLabels& namespaces) {
  const auto& spec = object_or_empty(pod, "spec");
  const auto& status = object_or_empty(pod, "status");
  const auto phase = string_or(status, "phase");
  const auto address = string_or(status, "podIP");
  const auto host = spec.find("hostNetwork");
  const bool of_the_host = host != spec.end() && *host == true;
  if (of_the_host || phase == "Succeeded" || phase == "Failed" || !parse_address(address)) return std::nullopt;
  Member out{text_at(pod, "/metadata/namespace"), address, labels_of(pod), {}, ports_in(spec)};
  if (const auto found = namespaces.find(out.ns); found != namespaces.end()) out.ns_labels = found->second;
  return out;
}

Members members_of(const std::vector<Object>& pods, const std::vector<Object>& namespaces) {
  NamespaceLabels labels;
  for (const auto& ns : namespaces) labels[text_at(*ns, "/metadata/name")] = labels_of(*ns);
  Members out;
  for (const auto& pod : pods)
    if (auto member = member_of(*pod, labels)) out.push_back(std::move(*member));
  std::sort(out.begin(), out.end(), [](const Member& a, const Member& b) { return a.address < b.address; });
  return out;
}

// The node answers for names, where a real cluster has pods: to policies it is one of those, as they are labelled
// there.
Member name_server(const std::vector<Object>& namespaces) {
  Member out{
      "kube-system", name_server_address, {{"k8s-app", "kube-dns"}}, {}, {{"dns", 53, "UDP"}, {"dns-tcp", 53, "TCP"}}};
  for (const auto& ns : namespaces)
    if (text_at(*ns, "/metadata/name") == out.ns) out.ns_labels = labels_of(*ns);
  return out;
}

bool chooses(const json& selector, const Labels& labels) { return model::matches(label_selector(selector), labels); }

// --- parties

bool is_peer(const json& peer, const Member& member, const std::string& policy_ns) {
  const bool by_namespace = peer.contains("namespaceSelector") && peer["namespaceSelector"].is_object();
  const bool by_pod = peer.contains("podSelector") && peer["podSelector"].is_object();
  if (!by_namespace && !by_pod) return false;
  if (by_namespace ? !chooses(peer["namespaceSelector"], member.ns_labels) : member.ns != policy_ns) return false;
  return !by_pod || chooses(peer["podSelector"], member.labels);
}

std::optional<Party> block_party(const json& block) {
  Party out;
  out.block = parse_block(string_or(block, "cidr"));
  if (!out.block) return std::nullopt;
  for (const json& item : array_or_empty(block, "except"))
    if (const auto except = parse_block(item.is_string() ? item.get<std::string>() : std::string()))
      out.except.push_back(*except);
  return out;
}

std::vector<Party> parties_of(const json& peers, const std::string& ns, const Members& members) {
  std::vector<Party> out;
  if (peers.empty()) {
    out.emplace_back().anybody = true;
    return out;
  }
  Party chosen;
  for (const json& peer : peers) {
    if (!peer.is_object()) continue;
    if (const auto& block = object_or_empty(peer, "ipBlock"); !block.empty()) {
      if (auto party = block_party(block)) out.push_back(std::move(*party));
      continue;
    }
    for (const auto& member : members)
      if (is_peer(peer, member, ns)) chosen.members.push_back(&member);
  }
  if (!chosen.members.empty()) out.push_back(std::move(chosen));
  return out;
}

bool holds(const Party& party, const Member& member) {
  if (party.anybody) return true;
  if (!party.block) return std::find(party.members.begin(), party.members.end(), &member) != party.members.end();
  const auto address = *parse_address(member.address);
  const auto inside = [&](const AddressBlock& block) { return block.contains(address); };
  return inside(*party.block) && std::none_of(party.except.begin(), party.except.end(), inside);
}

// --- allowances

Allowance allowance_of(const Party& party) {
  Allowance out;
  out.anybody = party.anybody;
  for (const auto* member : party.members) out.addresses.push_back(member->address);
  std::sort(out.addresses.begin(), out.addresses.end());
  out.addresses.erase(std::unique(out.addresses.begin(), out.addresses.end()), out.addresses.end());
  if (party.block) out.block = party.block->text();
  for (const auto& except : party.except) out.except.push_back(except.text());
  return out;
}

std::optional<int> number_of(const Member& member, const std::string& name, const std::string& protocol) {
  for (const auto& port : member.ports)
    if (port.name == name && port.protocol == protocol) return port.port;
  return std::nullopt;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return text;
}

// A port by its name at the other end: each pod there may have another number for it.
void add_named_elsewhere(const Party& party, const std::string& name, const std::string& protocol,
                         const Members& members, std::vector<Allowance>& out) {
  std::map<int, Allowance> by_number;
  for (const auto& member : members) {
    const auto number = holds(party, member) ? number_of(member, name, protocol) : std::nullopt;
    if (number) by_number[*number].addresses.push_back(member.address);
  }
  for (auto& [number, allowance] : by_number) {
    allowance.protocol = lower(protocol);
    allowance.from_port = allowance.to_port = number;
    out.push_back(std::move(allowance));
  }
}

// `own`: the selected pod, whose names of ports count; null where they are those of the other end.
void add_port(const Party& party, const json& port, const Member* own, const Members& members,
              std::vector<Allowance>& out) {
  const auto protocol = string_or(port, "protocol", "TCP");
  Allowance allowance = allowance_of(party);
  allowance.protocol = lower(protocol);
  if (const auto name = string_or(port, "port"); !name.empty()) {
    if (own == nullptr) return add_named_elsewhere(party, name, protocol, members, out);
    const auto number = number_of(*own, name, protocol);
    if (!number) return;
    allowance.from_port = allowance.to_port = *number;
  } else {
    allowance.from_port = static_cast<int>(integer_or(port, "port"));
    allowance.to_port = std::max(allowance.from_port, static_cast<int>(integer_or(port, "endPort")));
  }
  out.push_back(std::move(allowance));
}

void add_rules(const json& rules, const char* peers, const std::string& ns, const Member* own, const Members& members,
               std::vector<Allowance>& out) {
  for (const json& rule : rules) {
    for (const Party& party : parties_of(array_or_empty(rule, peers), ns, members)) {
      const auto& ports = array_or_empty(rule, "ports");
      if (ports.empty()) out.push_back(allowance_of(party));
      for (const json& port : ports) add_port(party, port, own, members, out);
    }
  }
}

bool restricts(const json& spec, const char* type) {
  const auto& types = array_or_empty(spec, "policyTypes");
  if (types.empty()) return std::string_view(type) == "Ingress" || !array_or_empty(spec, "egress").empty();
  return std::find(types.begin(), types.end(), type) != types.end();
}

// `peers`: the members, and whoever else a pod may send to.
void add_policy(const json& policy, const Member& pod, const Members& members, const Members& peers, PodRules& rules) {
  const auto ns = text_at(policy, "/metadata/namespace");
  const auto& spec = object_or_empty(policy, "spec");
  if (ns != pod.ns || !chooses(object_or_empty(spec, "podSelector"), pod.labels)) return;
  if (restricts(spec, "Ingress")) {
    rules.ingress = true;
    add_rules(array_or_empty(spec, "ingress"), "from", ns, &pod, members, rules.from);
  }
  if (restricts(spec, "Egress")) {
    rules.egress = true;
    add_rules(array_or_empty(spec, "egress"), "to", ns, nullptr, peers, rules.to);
  }
}

void put_in_order(std::vector<Allowance>& all) {
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
}

}  // namespace

PolicyTable compute_policy_table(const std::vector<Object>& policies, const std::vector<Object>& pods,
                                 const std::vector<Object>& namespaces) {
  PolicyTable table;
  if (policies.empty()) return table;
  const Members members = members_of(pods, namespaces);
  Members peers = members;
  peers.push_back(name_server(namespaces));
  for (const auto& member : members) {
    PodRules rules{member.address, false, false, {}, {}};
    for (const auto& policy : policies) add_policy(*policy, member, members, peers, rules);
    if (!rules.ingress && !rules.egress) continue;
    put_in_order(rules.from);
    put_in_order(rules.to);
    table.pods.push_back(std::move(rules));
  }
  return table;
}

}  // namespace straycat::cluster
