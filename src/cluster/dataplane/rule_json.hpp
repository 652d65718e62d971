// The words of libnftables' JSON (libnftables-json(5)) that the rules are made of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace straycat::cluster {

using json = nlohmann::json;

namespace rule_json {

// Commands.
json add_chain(const std::string& name);
json add_base_chain(const std::string& name, const std::string& type, const std::string& hook, int priority);
json flush_chain(const std::string& name);
json delete_chain(const std::string& name);
json add_rule(const std::string& chain, json statements);
json add_counter(const std::string& name);
json add_verdict_map(const std::string& name);  // address . protocol . port : verdict
json add_port_map(const std::string& name);     // protocol . port : verdict
json add_address_set(const std::string& name);
json add_affinity_set(const std::string& name, int seconds);
json delete_object(const std::string& type, const std::string& name);  // "counter", "set"
json add_element(const std::string& set, json element);
json delete_element(const std::string& set, json element);

// Statements.
json verdict(const std::string& kind, const std::string& target);  // {"goto": {"target": ...}}
json source_is(const std::string& address);
json source_in(const std::string& set);
json destination_in(json right);
json is_tcp();
json is_new();
json source_is_local();                              // an address of this node's own
json blocks(const std::vector<std::string>& texts);  // "192.0.2.0/24": the elements of a set
json source_not_in(const std::vector<std::string>& texts);
json reject();
json drop();
json count(const std::string& counter);
json log_to(int group, const std::string& prefix);
json dnat(const std::string& address, std::uint16_t port);
json remember_source(const std::string& set);
// Rolls a die with a side for each target and goes there; the last side leads to the next rule.
json random_choice_but_last(const std::vector<std::string>& targets);
json lookup_service(const std::string& map);
json lookup_port(const std::string& map);
json mark_packet(const std::string& op, unsigned bit);  // op: "|" or "^"
json is_marked(unsigned bit);

// Those of the policies' filter. `side`: "saddr" or "daddr".
json add_address_map(const std::string& name);  // address : verdict
json address_in(const char* side, json right);
json address_not_in(const char* side, json right);
json protocol_is(const std::string& protocol);
json port_between(int from, int to);
json lookup_address(const char* side, const std::string& map);
json is_known();  // established or related
json accept();
json go_back();  // to the chain that jumped here

// Those of the faults' filter.
json is_direction(const char* direction);  // of the connection: "original", "reply"
json has_flag(const char* flag);           // of TCP
json lacks_flag(const char* flag);
json reject_with_reset();
// A hash of an address and a port of the packet, of `of` values, is below `below`.
json hashed_below(const char* side, const char* port, int of, unsigned salt, int below);
json dice_below(int of, int below);
json more_connections_than(int limit);

}  // namespace rule_json

}  // namespace straycat::cluster
