#include "cluster/dataplane/policy_rules.hpp"

#include "cluster/dataplane/dataplane.hpp"
#include "cluster/dataplane/rule_json.hpp"

namespace straycat::cluster {
namespace {

using namespace rule_json;
using Commands = std::vector<json>;

constexpr int filter_priority = 0;

json policy_table(const char* verb) {
  return json::object({{verb, json::object({{"table", {{"family", "ip"}, {"name", nft_policy_table}}}})}});
}

// The same command, about the policies' table.
json in_policies(json command) {
  for (auto& [verb, object] : command.items())
    for (auto& [type, fields] : object.items()) fields["table"] = nft_policy_table;
  return command;
}

json set_of(json items) { return json::object({{"set", std::move(items)}}); }

// `side`: where the other end stands in the packet, "saddr" for a way in and "daddr" for one out.
json permission(const Allowance& one, const char* side) {
  json out = json::array();
  if (!one.addresses.empty()) out.push_back(address_in(side, set_of(one.addresses)));
  if (!one.block.empty() && !one.block.ends_with("/0")) out.push_back(address_in(side, blocks({one.block}).front()));
  if (!one.except.empty()) out.push_back(address_not_in(side, set_of(blocks(one.except))));
  if (!one.protocol.empty()) out.push_back(protocol_is(one.protocol));
  if (one.from_port != 0) out.push_back(port_between(one.from_port, one.to_port));
  out.push_back(go_back());
  return out;
}

Commands chain_of(const std::string& map, const char* side, const std::string& address,
                  const std::vector<Allowance>& allowed) {
  const auto name = map + "-" + address;
  Commands out{add_chain(name), add_rule(name, json::array({address_in(side, address), go_back()}))};
  for (const auto& one : allowed) out.push_back(add_rule(name, permission(one, side)));
  out.push_back(add_rule(name, json::array({drop()})));
  out.push_back(add_element(map, json::array({address, verdict("jump", name)})));
  return out;
}

Commands hook() {
  return {
      add_base_chain("forward", "filter", "forward", filter_priority),
      add_rule("forward", json::array({is_known(), accept()})),
      add_rule("forward", json::array({lookup_address("saddr", "egress")})),
      add_rule("forward", json::array({lookup_address("daddr", "ingress")})),
      // Of what ends at the node itself only the name server counts as somewhere else: it is a pod on a real one.
      add_base_chain("input", "filter", "input", filter_priority),
      add_rule("input", json::array({is_known(), accept()})),
      add_rule("input", json::array({address_in("daddr", name_server_address), lookup_address("saddr", "egress")}))};
}

}  // namespace

CommandGroups policy_commands(const PolicyTable& table) {
  if (table.pods.empty()) return {{policy_table("add"), policy_table("delete")}};
  CommandGroups groups{{policy_table("add"), policy_table("delete"), policy_table("add"), add_address_map("egress"),
                        add_address_map("ingress")}};
  for (const auto& pod : table.pods) {
    if (pod.egress) groups.push_back(chain_of("egress", "daddr", pod.address, pod.to));
    if (pod.ingress) groups.push_back(chain_of("ingress", "saddr", pod.address, pod.from));
  }
  groups.push_back(hook());
  for (auto& group : groups)
    for (auto& command : group)
      if (!command.begin()->contains("table")) command = in_policies(std::move(command));
  return groups;
}

}  // namespace straycat::cluster
