#include "cluster/dataplane/rules.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "cluster/dataplane/rule_json.hpp"

namespace straycat::cluster {

using json = nlohmann::json;

namespace {

using Commands = std::vector<json>;
using namespace rule_json;

constexpr const char* cluster_ips_set = "cluster-ips";
constexpr const char* pod_network = "10.244.0.0/16";

std::string affinity_set(const ServiceRule& rule, const ServiceEndpoint& endpoint) {
  return "affinity-" + endpoint_object(rule, endpoint).substr(std::string_view("endpoint-").size());
}

std::string object_named(const char* word, const ServiceRule& rule) {
  return fmt::format("{}-{}/{}/{}/{}", word, rule.ns, rule.name, to_string(rule.transport), rule.port);
}

std::string external_chain(const ServiceRule& rule) { return object_named("external", rule); }
std::string inner_chain(const ServiceRule& rule) { return object_named("inner", rule); }
std::string firewall_chain(const ServiceRule& rule) { return object_named("firewall", rule); }

// An element of one of the maps that lead to a Service's chains.
struct Entry {
  const char* map;
  json key, target;
  bool operator==(const Entry&) const = default;
};

json address_key(const ServiceRule& rule, const std::string& address) {
  return json::object({{"concat", json::array({address, to_string(rule.transport), rule.port})}});
}

// With a policy of Local those that it does not concern may still be served: who is not was not sent on, and only such
// packets meet the map of those without endpoints.
void add_external(std::vector<Entry>& out, const ServiceRule& rule, const json& key, const char* with,
                  const char* without) {
  const auto& outside = *rule.outside;
  if (outside.any()) out.push_back({with, key, verdict("goto", external_chain(rule))});
  if (outside.endpoints.empty())
    out.push_back({without, key, outside.any() ? drop() : verdict("goto", refusal_object(rule))});
}

std::vector<Entry> entries_of(const ServiceRule& rule) {
  std::vector<Entry> out;
  const auto key = address_key(rule, rule.cluster_ip);
  if (rule.endpoints.empty())
    out.push_back({"no-endpoint-services", key, verdict("goto", refusal_object(rule))});
  else
    out.push_back({"service-ips", key, verdict("goto", service_object(rule))});
  if (!rule.outside) return out;
  const auto& outside = *rule.outside;
  for (const auto* some : {&outside.addresses, &outside.balanced})
    for (const auto& address : *some)
      add_external(out, rule, address_key(rule, address), "service-ips", "no-endpoint-services");
  if (!outside.sources.empty())
    for (const auto& address : outside.balanced)
      out.push_back({"firewall-ips", address_key(rule, address), verdict("goto", firewall_chain(rule))});
  const json port = json::object({{"concat", json::array({to_string(rule.transport), outside.node_port})}});
  if (outside.node_port != 0) add_external(out, rule, port, "service-nodeports", "no-endpoint-nodeports");
  return out;
}

Commands entry_removals(const std::vector<Entry>& before, const std::vector<Entry>& after) {
  Commands out;
  for (const auto& entry : before)
    if (std::count(after.begin(), after.end(), entry) == 0) out.push_back(delete_element(entry.map, entry.key));
  return out;
}

Commands entry_additions(const std::vector<Entry>& before, const std::vector<Entry>& after) {
  Commands out;
  for (const auto& entry : after)
    if (std::count(before.begin(), before.end(), entry) == 0)
      out.push_back(add_element(entry.map, json::array({entry.key, entry.target})));
  return out;
}

// Whoever may be sent to, by whatever way.
std::vector<ServiceEndpoint> all_endpoints(const ServiceRule& rule) {
  auto out = rule.endpoints;
  if (!rule.outside) return out;
  std::set<ServiceEndpoint> seen(out.begin(), out.end());
  for (const auto* more : {&rule.outside->endpoints, &rule.outside->inner})
    for (const auto& endpoint : *more)
      if (seen.insert(endpoint).second) out.push_back(endpoint);
  return out;
}

// Hairpin: a pod that reaches itself must come back through the node, or it would see its own address as the client.
Commands endpoint_commands(const ServiceRule& rule, const ServiceEndpoint& endpoint, const LogLabel& label) {
  const auto name = endpoint_object(rule, endpoint);
  Commands out{add_chain(name), flush_chain(name), add_counter(name)};
  json action = json::array();
  if (rule.client_ip_affinity) {
    out.push_back(add_affinity_set(affinity_set(rule, endpoint), rule.affinity_seconds));
    action.push_back(remember_source(affinity_set(rule, endpoint)));
  }
  action.push_back(protocol_is(to_string(rule.transport)));
  action.push_back(count(name));
  if (const auto prefix = label(rule, endpoint); !prefix.empty()) action.push_back(log_to(truth_log_group, prefix));
  action.push_back(dnat(endpoint.address, endpoint.port));
  out.push_back(add_rule(name, json::array({source_is(endpoint.address), verdict("jump", "mark-for-masquerade")})));
  out.push_back(add_rule(name, action));
  return out;
}

Commands endpoint_removal(const ServiceRule& rule, const ServiceEndpoint& endpoint) {
  const auto name = endpoint_object(rule, endpoint);
  Commands out{flush_chain(name), delete_chain(name), delete_object("counter", name)};
  if (rule.client_ip_affinity) out.push_back(delete_object("set", affinity_set(rule, endpoint)));
  return out;
}

// Rules at the end of a chain: count, old friends of an affine Service, then the dice.
//
// The last endpoint stands outside the dice's map, as what is left when the map has no answer. kube-proxy puts all of
// them in, and loses a connection now and then: a packet that meets the rules of the old generation just before a
// commit looks into the map just after it, where the elements of a map that goes with its rule are no longer active.
// Its verdict would then be none, the destination still the ClusterIP, and the client refused (measured: 62 of 126,172
// connections under some 600 rewrites a second; none of 221,000 in this form).
Commands balance(const std::string& chain, const ServiceRule& rule, const std::vector<ServiceEndpoint>& endpoints) {
  if (endpoints.empty()) return {};
  Commands out{add_rule(chain, json::array({count(service_object(rule))}))};
  std::vector<std::string> targets;
  for (const auto& endpoint : endpoints) targets.push_back(endpoint_object(rule, endpoint));
  if (rule.client_ip_affinity)
    for (std::size_t i = 0; i < targets.size(); ++i)
      out.push_back(
          add_rule(chain, json::array({source_in(affinity_set(rule, endpoints[i])), verdict("goto", targets[i])})));
  if (targets.size() > 1) out.push_back(add_rule(chain, json::array({random_choice_but_last(targets)})));
  out.push_back(add_rule(chain, json::array({verdict("goto", targets.back())})));
  return out;
}

void append(Commands& out, Commands more) { out.insert(out.end(), more.begin(), more.end()); }

// Whom no policy holds back: pods and the node itself, as if they had gone out and come in again at another node.
Commands local_policy_commands(const ServiceRule& rule) {
  const auto name = external_chain(rule), inner = inner_chain(rule);
  Commands out{add_chain(inner), flush_chain(inner)};
  append(out, balance(inner, rule, rule.outside->inner));
  out.push_back(add_rule(name, json::array({source_is_local(), verdict("jump", "mark-for-masquerade")})));
  out.push_back(add_rule(name, json::array({source_is_local(), verdict("goto", inner)})));
  out.push_back(
      add_rule(name, json::array({address_in("saddr", blocks({pod_network}).front()), verdict("goto", inner)})));
  return out;
}

Commands external_commands(const ServiceRule& rule) {
  if (!rule.outside) return {};
  const auto name = external_chain(rule);
  Commands out{add_chain(name), flush_chain(name)};
  if (rule.outside->local)
    append(out, local_policy_commands(rule));
  else
    out.push_back(add_rule(name, json::array({verdict("jump", "mark-for-masquerade")})));
  append(out, balance(name, rule, rule.outside->endpoints));
  if (rule.outside->sources.empty()) return out;
  const auto firewall = firewall_chain(rule);
  append(out, {add_chain(firewall), flush_chain(firewall),
               add_rule(firewall, json::array({source_not_in(rule.outside->sources), drop()}))});
  return out;
}

// The chains of a Service beside its own, as far as it has them.
std::vector<std::string> outer_chains(const ServiceRule& rule) {
  if (!rule.outside) return {};
  std::vector<std::string> out{external_chain(rule)};
  if (rule.outside->local) out.push_back(inner_chain(rule));
  if (!rule.outside->sources.empty()) out.push_back(firewall_chain(rule));
  return out;
}

// The Service's chains as they shall be.
Commands service_commands(const ServiceRule& rule) {
  const auto name = service_object(rule);
  Commands out{add_counter(name), add_chain(name), flush_chain(name)};
  append(out, balance(name, rule, rule.endpoints));
  append(out, external_commands(rule));
  return out;
}

// Stands as long as the Service does, reached only while it has no endpoints that it may be sent to.
Commands refusal_commands(const ServiceRule& rule, const LogLabel& label) {
  const auto name = refusal_object(rule);
  json action = json::array({count(name)});
  if (const auto prefix = label(rule, {}); !prefix.empty()) action.push_back(log_to(truth_log_group, prefix));
  action.push_back(rule.drop ? drop() : reject());
  return {add_counter(name), add_chain(name), flush_chain(name), add_rule(name, action)};
}

struct Plan {
  CommandGroups fresh, freed, change, stale;
};

void plan_new(Plan& plan, const ServiceRule& rule, const LogLabel& label) {
  for (const auto& endpoint : all_endpoints(rule)) plan.fresh.push_back(endpoint_commands(rule, endpoint, label));
  plan.fresh.push_back(refusal_commands(rule, label));
  auto commands = service_commands(rule);
  commands.push_back(add_element(cluster_ips_set, rule.cluster_ip));
  append(commands, entry_additions({}, entries_of(rule)));
  plan.change.push_back(std::move(commands));
}

// Chains that lead to each other go from the front: all are emptied before any is deleted.
Commands chain_removals(const std::vector<std::string>& gone) {
  Commands out;
  for (const auto& chain : gone) out.push_back(flush_chain(chain));
  for (const auto& chain : gone) out.push_back(delete_chain(chain));
  return out;
}

void plan_removal(Plan& plan, const ServiceRule& rule) {
  auto commands = entry_removals(entries_of(rule), {});
  commands.push_back(flush_chain(service_object(rule)));
  plan.change.push_back(std::move(commands));
  auto stale = chain_removals(outer_chains(rule));
  append(stale, {delete_chain(service_object(rule)), delete_object("counter", service_object(rule)),
                 flush_chain(refusal_object(rule)), delete_chain(refusal_object(rule)),
                 delete_object("counter", refusal_object(rule))});
  plan.stale.push_back(std::move(stale));
  for (const auto& endpoint : all_endpoints(rule)) plan.stale.push_back(endpoint_removal(rule, endpoint));
}

// The chains of a rule's endpoints, each with the pod that its log label names.
std::map<std::string, std::string> endpoint_chains(const ServiceRule& rule) {
  std::map<std::string, std::string> out;
  for (const auto& endpoint : all_endpoints(rule)) out[endpoint_object(rule, endpoint)] = endpoint.pod;
  return out;
}

void plan_departures(Plan& plan, const ServiceRule& before, const ServiceRule& after) {
  std::vector<std::string> gone;
  const auto kept = outer_chains(after);
  for (auto& chain : outer_chains(before))
    if (std::count(kept.begin(), kept.end(), chain) == 0) gone.push_back(std::move(chain));
  if (!gone.empty()) plan.stale.push_back(chain_removals(gone));
  const auto chains = endpoint_chains(after);
  for (const auto& endpoint : all_endpoints(before))
    if (!chains.contains(endpoint_object(before, endpoint))) plan.stale.push_back(endpoint_removal(before, endpoint));
}

void plan_change(Plan& plan, const ServiceRule& before, const ServiceRule& after, const LogLabel& label) {
  const auto chains = endpoint_chains(before);
  for (const auto& endpoint : all_endpoints(after)) {
    const auto found = chains.find(endpoint_object(after, endpoint));
    if (found == chains.end() || found->second != endpoint.pod)
      plan.fresh.push_back(endpoint_commands(after, endpoint, label));
  }
  const auto old_entries = entries_of(before), new_entries = entries_of(after);
  // What it has no more may be another's in the same table: it is free before anybody takes it.
  std::vector<Entry> kept, freed;
  for (const auto& entry : old_entries) {
    const bool its =
        std::any_of(new_entries.begin(), new_entries.end(), [&](const Entry& one) { return one.key == entry.key; });
    (its ? kept : freed).push_back(entry);
  }
  if (!freed.empty()) plan.freed.push_back(entry_removals(freed, {}));
  auto commands = entry_removals(kept, new_entries);
  if (before.drop != after.drop) append(commands, refusal_commands(after, label));
  append(commands, service_commands(after));
  if (before.cluster_ip != after.cluster_ip) commands.push_back(add_element(cluster_ips_set, after.cluster_ip));
  append(commands, entry_additions(old_entries, new_entries));
  plan.change.push_back(std::move(commands));
  plan_departures(plan, before, after);
}

std::map<std::string, const ServiceRule*> by_key(const ServiceTable& table) {
  std::map<std::string, const ServiceRule*> out;
  for (const auto& rule : table.rules) out.emplace(rule_key(rule), &rule);
  return out;
}

// Addresses that no Service has any more; a Service with several ports shares one.
Commands forgotten_addresses(const ServiceTable& before, const ServiceTable& after) {
  std::vector<std::string> gone, kept;
  for (const auto& rule : after.rules) kept.push_back(rule.cluster_ip);
  for (const auto& rule : before.rules) {
    const bool known =
        std::count(kept.begin(), kept.end(), rule.cluster_ip) + std::count(gone.begin(), gone.end(), rule.cluster_ip) >
        0;
    if (!known) gone.push_back(rule.cluster_ip);
  }
  Commands out;
  for (const auto& address : gone) out.push_back(delete_element(cluster_ips_set, address));
  return out;
}

}  // namespace

std::string rule_key(const ServiceRule& rule) {
  return fmt::format("{}/{}:{}{}", rule.ns, rule.name, rule.port, rule.transport == Transport::udp ? "/udp" : "");
}

std::string service_object(const ServiceRule& rule) { return object_named("service", rule); }
std::string refusal_object(const ServiceRule& rule) { return object_named("refusal", rule); }

std::string endpoint_object(const ServiceRule& rule, const ServiceEndpoint& endpoint) {
  const auto name = fmt::format("{}__{}/{}", object_named("endpoint", rule), endpoint.address, endpoint.port);
  // Another affinity is another chain: its old one goes, with the set that it filled.
  return rule.client_ip_affinity ? fmt::format("{}/affinity-{}", name, rule.affinity_seconds) : name;
}

CommandGroups change_commands(const ServiceTable& before, const ServiceTable& after, const LogLabel& label) {
  const auto old_rules = by_key(before);
  const auto new_rules = by_key(after);
  Plan plan;
  // Removals come first: another Service may take over the address in the same transaction.
  for (const auto& [key, rule] : old_rules)
    if (const auto kept = new_rules.find(key); kept == new_rules.end()) plan_removal(plan, *rule);
  for (const auto& [key, rule] : new_rules) {
    const auto old = old_rules.find(key);
    if (old == old_rules.end())
      plan_new(plan, *rule, label);
    else if (!(*old->second == *rule))
      plan_change(plan, *old->second, *rule, label);
  }
  if (auto addresses = forgotten_addresses(before, after); !addresses.empty())
    plan.stale.push_back(std::move(addresses));
  CommandGroups out = std::move(plan.fresh);
  out.insert(out.end(), plan.freed.begin(), plan.freed.end());
  out.insert(out.end(), plan.change.begin(), plan.change.end());
  out.insert(out.end(), plan.stale.begin(), plan.stale.end());
  return out;
}

std::vector<json> pack_transactions(const CommandGroups& groups, std::size_t limit) {
  std::vector<json> out;
  for (const auto& group : groups) {
    if (out.empty() || out.back()["nftables"].size() + group.size() > limit)
      out.push_back(json::object({{"nftables", json::array()}}));
    for (const auto& command : group) out.back()["nftables"].push_back(command);
  }
  return out;
}

}  // namespace straycat::cluster
