#include "cluster/dataplane/fault_rules.hpp"

#include <limits>

#include "cluster/dataplane/rule_json.hpp"

namespace straycat::cluster {
namespace {

using namespace rule_json;
using Commands = std::vector<json>;

// After the policies' filter (0): what a policy forbids is nobody's fault.
constexpr int fault_priority = 10;
constexpr int last_priority = std::numeric_limits<int>::max();  // conntrack's own confirmation has it
constexpr int million = 1'000'000;

json fault_table(const char* verb, const char* name) {
  return json::object({{verb, json::object({{"table", {{"family", "ip"}, {"name", name}}}})}});
}

Commands in_fault_table(const char* name, Commands commands) {
  for (auto& command : commands)
    for (auto& [verb, object] : command.items())
      for (auto& [type, fields] : object.items()) fields["table"] = name;
  return commands;
}

// Which way a packet goes, seen from the pod that is hit.
enum class Way { to, back };

json start_of(const NetworkFault& fault, Way way, const NodeNet& net) {
  const bool to = way == Way::to;
  json out = json::array({address_in(to ? "daddr" : "saddr", json::object({{"set", fault.addresses}})), is_tcp(),
                          is_direction(to ? "original" : "reply")});
  if (!fault.node.empty()) out.push_back(address_in(to ? "saddr" : "daddr", blocks({net.block.text()}).front()));
  return out;
}

// The client's end tells which connection it is, both ways.
void push_share(json& rule, const NetworkFault& fault, Way way) {
  if (fault.ppm >= million) return;
  const bool to = way == Way::to;
  rule.push_back(hashed_below(to ? "saddr" : "daddr", to ? "sport" : "dport", million, fault.salt, fault.ppm));
}

// What has been translated and confirmed, and does not arrive.
json rule_leaving(const NetworkFault& fault, const NodeNet& net) {
  json rule = start_of(fault, Way::to, net);
  if (fault.from == FaultFrom::node) rule.push_back(address_in("saddr", net.address));
  if (fault.from == FaultFrom::pods) rule.push_back(address_not_in("saddr", net.address));
  if (fault.word == FaultWord::drop) push_share(rule, fault, Way::to);
  if (fault.word == FaultWord::lose && fault.ppm < million) rule.push_back(dice_below(million, fault.ppm));
  rule.push_back(drop());
  return rule;
}

// `reset` waits for the client's first words: what a program writes at once ends with a PSH.
json rule_to(const NetworkFault& fault, const NodeNet& net) {
  json rule = start_of(fault, Way::to, net);
  push_share(rule, fault, Way::to);
  rule.push_back(fault.word == FaultWord::refuse ? is_new() : has_flag("psh"));
  rule.push_back(reject_with_reset());
  return rule;
}

// `stall` lets the handshake through, and so does `reset`: a server that speaks first is not heard either.
json rule_back(const NetworkFault& fault, const NodeNet& net) {
  json rule = start_of(fault, Way::back, net);
  if (fault.word == FaultWord::stall || fault.word == FaultWord::reset) {
    push_share(rule, fault, Way::back);
    rule.push_back(fault.word == FaultWord::stall ? lacks_flag("syn") : has_flag("psh"));
  } else if (fault.ppm < million) {
    rule.push_back(dice_below(million, fault.ppm));
  }
  rule.push_back(drop());
  return rule;
}

// What has no room in the table is dropped before it is in it: its first packet vanishes.
Commands limit_commands(const NetworkFault& fault) {
  const json rule = json::array({is_new(), more_connections_than(fault.limit), drop()});
  return {add_rule("table", rule)};
}

// `addresses`: the blocks of the nodes that are cut off. Whatever passes here on its way to them or from them is lost;
// to them when it leaves, as on a wire: a SYN that is sent again goes to the same pod.
json lost(const NetworkFault& fault, const char* side) {
  return json::array({address_in(side, json::object({{"set", blocks(fault.addresses)}})), drop()});
}

Commands commands_of(const NetworkFault& fault, const NodeNet& net) {
  if (fault.word == FaultWord::node_down)
    return {add_rule("forward", lost(fault, "saddr")), add_rule("input", lost(fault, "saddr"))};
  if (fault.word == FaultWord::connections) return limit_commands(fault);
  const bool to = fault.word == FaultWord::refuse || fault.word == FaultWord::reset;
  const bool back = fault.word == FaultWord::stall || fault.word == FaultWord::lose || fault.word == FaultWord::reset;
  Commands out;
  if (to && fault.from != FaultFrom::node) out.push_back(add_rule("forward", rule_to(fault, net)));
  if (to && fault.from != FaultFrom::pods) out.push_back(add_rule("output", rule_to(fault, net)));
  if (back && fault.from != FaultFrom::node) out.push_back(add_rule("forward", rule_back(fault, net)));
  if (back && fault.from != FaultFrom::pods) out.push_back(add_rule("input", rule_back(fault, net)));
  return out;
}

Commands fault_chains() {
  Commands out{add_chain("table")};
  for (const char* hook : {"forward", "output", "input"})
    out.push_back(add_base_chain(hook, "filter", hook, fault_priority));
  for (const char* hook : {"forward", "output"}) out.push_back(add_rule(hook, json::array({verdict("jump", "table")})));
  return out;
}

void append_to(Commands& all, Commands more) {
  for (auto& one : more) all.push_back(std::move(one));
}

}  // namespace

CommandGroups fault_base_commands() {
  Commands all{fault_table("add", nft_leaving_table)};
  append_to(all,
            in_fault_table(nft_leaving_table, {add_base_chain("leaving", "filter", "postrouting", last_priority)}));
  return {all};
}

CommandGroups fault_commands(const std::vector<NetworkFault>& faults, const NodeNet& net) {
  Commands leaving{flush_chain("leaving")};
  Commands inside;
  for (const NetworkFault& fault : faults) {
    if (fault.word == FaultWord::drop || fault.word == FaultWord::lose)
      leaving.push_back(add_rule("leaving", rule_leaving(fault, net)));
    if (fault.word == FaultWord::node_down) leaving.push_back(add_rule("leaving", lost(fault, "daddr")));
    append_to(inside, commands_of(fault, net));
  }
  Commands all = in_fault_table(nft_leaving_table, std::move(leaving));
  append_to(all, {fault_table("add", nft_fault_table), fault_table("delete", nft_fault_table)});
  if (inside.empty()) return {all};
  all.push_back(fault_table("add", nft_fault_table));
  append_to(all, in_fault_table(nft_fault_table, fault_chains()));
  append_to(all, in_fault_table(nft_fault_table, std::move(inside)));
  return {all};
}

}  // namespace straycat::cluster
