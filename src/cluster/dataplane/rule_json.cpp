#include "cluster/dataplane/rule_json.hpp"

#include "cluster/dataplane/rules.hpp"

namespace straycat::cluster::rule_json {
namespace {

json named(const std::string& name) { return json::object({{"family", "ip"}, {"table", nft_table}, {"name", name}}); }

json command(const std::string& verb, const std::string& type, json object) {
  return json::object({{verb, json::object({{type, std::move(object)}})}});
}

json payload(const std::string& protocol, const std::string& field) {
  return json::object({{"payload", json::object({{"protocol", protocol}, {"field", field}})}});
}

json meta(const std::string& key) { return json::object({{"meta", json::object({{"key", key}})}}); }

json match(const std::string& op, json left, json right) {
  return json::object({{"match", json::object({{"op", op}, {"left", std::move(left)}, {"right", std::move(right)}})}});
}

json elements(const std::string& verb, const std::string& set, json element) {
  auto object = named(set);
  object["elem"] = json::array({std::move(element)});
  return command(verb, "element", std::move(object));
}

}  // namespace

json add_chain(const std::string& name) { return command("add", "chain", named(name)); }

json add_base_chain(const std::string& name, const std::string& type, const std::string& hook, int priority) {
  auto object = named(name);
  object.update(json::object({{"type", type}, {"hook", hook}, {"prio", priority}, {"policy", "accept"}}));
  return command("add", "chain", std::move(object));
}

json flush_chain(const std::string& name) { return command("flush", "chain", named(name)); }
json delete_chain(const std::string& name) { return command("delete", "chain", named(name)); }

json add_rule(const std::string& chain, json statements) {
  return command(
      "add", "rule",
      json::object({{"family", "ip"}, {"table", nft_table}, {"chain", chain}, {"expr", std::move(statements)}}));
}

json add_counter(const std::string& name) { return command("add", "counter", named(name)); }

json add_verdict_map(const std::string& name) {
  auto object = named(name);
  object["type"] = json::array({"ipv4_addr", "inet_proto", "inet_service"});
  object["map"] = "verdict";
  return command("add", "map", std::move(object));
}

json add_port_map(const std::string& name) {
  auto object = named(name);
  object["type"] = json::array({"inet_proto", "inet_service"});
  object["map"] = "verdict";
  return command("add", "map", std::move(object));
}

json add_address_set(const std::string& name) {
  auto object = named(name);
  object["type"] = "ipv4_addr";
  return command("add", "set", std::move(object));
}

json add_affinity_set(const std::string& name, int seconds) {
  auto object = named(name);
  object.update(json::object({{"type", "ipv4_addr"}, {"flags", json::array({"timeout"})}, {"timeout", seconds}}));
  return command("add", "set", std::move(object));
}

json delete_object(const std::string& type, const std::string& name) { return command("delete", type, named(name)); }
json add_element(const std::string& set, json element) { return elements("add", set, std::move(element)); }
json delete_element(const std::string& set, json element) { return elements("delete", set, std::move(element)); }

json verdict(const std::string& kind, const std::string& target) {
  return json::object({{kind, json::object({{"target", target}})}});
}

json source_is(const std::string& address) { return match("==", payload("ip", "saddr"), address); }
json source_in(const std::string& set) { return match("==", payload("ip", "saddr"), "@" + set); }
json destination_in(json right) { return match("==", payload("ip", "daddr"), std::move(right)); }
json is_tcp() { return match("==", meta("l4proto"), "tcp"); }
json is_new() { return match("in", json::object({{"ct", json::object({{"key", "state"}})}}), "new"); }
json source_is_local() {
  json kind = json::object({{"result", "type"}, {"flags", json::array({"saddr"})}});
  return match("==", json::object({{"fib", std::move(kind)}}), "local");
}

json blocks(const std::vector<std::string>& texts) {
  json out = json::array();
  for (const auto& text : texts) {
    const auto slash = text.find('/');
    out.push_back(json::object(
        {{"prefix", json::object({{"addr", text.substr(0, slash)}, {"len", std::stoi(text.substr(slash + 1))}})}}));
  }
  return out;
}

json source_not_in(const std::vector<std::string>& texts) {
  return match("!=", payload("ip", "saddr"), json::object({{"set", blocks(texts)}}));
}

json reject() { return json::object({{"reject", nullptr}}); }
json drop() { return json::object({{"drop", nullptr}}); }
json count(const std::string& counter) { return json::object({{"counter", counter}}); }

json log_to(int group, const std::string& prefix) {
  // 64 bytes hold the IP and TCP headers' addresses; 64 packets a message keep the cost of a flood low.
  return json::object(
      {{"log", json::object({{"prefix", prefix}, {"group", group}, {"snaplen", 64}, {"queue-threshold", 64}})}});
}

json dnat(const std::string& address, std::uint16_t port) {
  return json::object({{"dnat", json::object({{"addr", address}, {"port", port}})}});
}

json remember_source(const std::string& set) {
  return json::object(
      {{"set", json::object({{"op", "update"}, {"elem", payload("ip", "saddr")}, {"set", "@" + set}})}});
}

json random_choice_but_last(const std::vector<std::string>& targets) {
  json choices = json::array();
  for (std::size_t i = 0; i + 1 < targets.size(); ++i) choices.push_back(json::array({i, verdict("goto", targets[i])}));
  json dice = json::object({{"mode", "random"}, {"mod", targets.size()}, {"offset", 0}});
  return json::object({{"vmap", json::object({{"key", json::object({{"numgen", std::move(dice)}})},
                                              {"data", json::object({{"set", std::move(choices)}})}})}});
}

json lookup_service(const std::string& map) {
  json key = json::array({payload("ip", "daddr"), meta("l4proto"), payload("th", "dport")});
  return json::object(
      {{"vmap", json::object({{"key", json::object({{"concat", std::move(key)}})}, {"data", "@" + map}})}});
}

json lookup_port(const std::string& map) {
  json key = json::array({meta("l4proto"), payload("th", "dport")});
  return json::object(
      {{"vmap", json::object({{"key", json::object({{"concat", std::move(key)}})}, {"data", "@" + map}})}});
}

json mark_packet(const std::string& op, unsigned bit) {
  json value = json::object({{op, json::array({meta("mark"), bit})}});
  return json::object({{"mangle", json::object({{"key", meta("mark")}, {"value", std::move(value)}})}});
}

json add_address_map(const std::string& name) {
  auto object = named(name);
  object.update(json::object({{"type", "ipv4_addr"}, {"map", "verdict"}}));
  return command("add", "map", std::move(object));
}

json address_in(const char* side, json right) { return match("==", payload("ip", side), std::move(right)); }
json address_not_in(const char* side, json right) { return match("!=", payload("ip", side), std::move(right)); }
json protocol_is(const std::string& protocol) { return match("==", meta("l4proto"), protocol); }

json port_between(int from, int to) {
  if (from == to) return match("==", payload("th", "dport"), from);
  return match("==", payload("th", "dport"), json::object({{"range", json::array({from, to})}}));
}

json lookup_address(const char* side, const std::string& map) {
  return json::object({{"vmap", json::object({{"key", payload("ip", side)}, {"data", "@" + map}})}});
}

json is_known() {
  return match("in", json::object({{"ct", json::object({{"key", "state"}})}}), json::array({"established", "related"}));
}

json accept() { return json::object({{"accept", nullptr}}); }
json go_back() { return json::object({{"return", nullptr}}); }

json is_direction(const char* direction) {
  return match("==", json::object({{"ct", json::object({{"key", "direction"}})}}), direction);
}

namespace {
json flag_of_tcp(const char* flag) {
  return json::object({{"&", json::array({payload("tcp", "flags"), json::array({flag})})}});
}
}  // namespace

json has_flag(const char* flag) { return match("!=", flag_of_tcp(flag), 0); }
json lacks_flag(const char* flag) { return match("==", flag_of_tcp(flag), 0); }
json reject_with_reset() { return json::object({{"reject", json::object({{"type", "tcp reset"}})}}); }

json hashed_below(const char* side, const char* port, int of, unsigned salt, int below) {
  json both = json::object({{"concat", json::array({payload("ip", side), payload("tcp", port)})}});
  json hash = json::object({{"mod", of}, {"seed", salt}, {"expr", std::move(both)}});
  return match("<", json::object({{"jhash", std::move(hash)}}), below);
}

json dice_below(int of, int below) {
  json dice = json::object({{"mode", "random"}, {"mod", of}, {"offset", 0}});
  return match("<", json::object({{"numgen", std::move(dice)}}), below);
}

json more_connections_than(int limit) {
  return json::object({{"ct count", json::object({{"val", limit}, {"inv", true}})}});
}

json is_marked(unsigned bit) { return match("!=", json::object({{"&", json::array({meta("mark"), bit})}}), 0); }

}  // namespace straycat::cluster::rule_json
