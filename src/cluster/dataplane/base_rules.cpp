// What stands in the table before the first Service.
#include "cluster/dataplane/rule_json.hpp"
#include "cluster/dataplane/rules.hpp"

namespace straycat::cluster {
namespace {

using namespace rule_json;
using Commands = std::vector<json>;

constexpr unsigned masquerade_bit = 0x4000;  // kube-proxy's
// nf_nat's priorities: destination NAT at -100, source NAT at 100; kube-proxy filters just before (-110) and just after
// (-90).
constexpr int before_dnat = -110, dnat_priority = -100, after_dnat = -90, snat_priority = 100;

json table(const char* verb) {
  return json::object({{verb, json::object({{"table", {{"family", "ip"}, {"name", nft_table}}}})}});
}

json service_network() { return json::object({{"prefix", json::object({{"addr", "10.96.0.0"}, {"len", 12}})}}); }

Commands objects() {
  Commands out{add_verdict_map("service-ips"), add_verdict_map("no-endpoint-services"), add_address_set("cluster-ips")};
  for (const char* name :
       {"services", "service-endpoints-check", "cluster-ips-check", "mark-for-masquerade", "masquerading"})
    out.push_back(add_chain(name));
  out.push_back(add_base_chain("nat-prerouting", "nat", "prerouting", dnat_priority));
  out.push_back(add_base_chain("nat-output", "nat", "output", dnat_priority));
  out.push_back(add_base_chain("nat-postrouting", "nat", "postrouting", snat_priority));
  out.push_back(add_base_chain("filter-forward", "filter", "forward", before_dnat));
  out.push_back(add_base_chain("filter-output", "filter", "output", before_dnat));
  out.push_back(add_base_chain("filter-output-post-dnat", "filter", "output", after_dnat));
  return out;
}

Commands rules() {
  const auto masquerade = json::object({{"masquerade", json::object({{"flags", "fully-random"}})}});
  return {
      add_rule("nat-prerouting", json::array({verdict("jump", "services")})),
      add_rule("nat-output", json::array({verdict("jump", "services")})),
      add_rule("services", json::array({lookup_service("service-ips")})),
      add_rule("nat-postrouting", json::array({verdict("jump", "masquerading")})),
      add_rule("mark-for-masquerade", json::array({mark_packet("|", masquerade_bit)})),
      add_rule("masquerading", json::array({is_marked(masquerade_bit), mark_packet("^", masquerade_bit), masquerade})),
      add_rule("filter-forward", json::array({is_new(), verdict("jump", "service-endpoints-check")})),
      add_rule("filter-forward", json::array({is_new(), verdict("jump", "cluster-ips-check")})),
      add_rule("filter-output", json::array({is_new(), verdict("jump", "service-endpoints-check")})),
      add_rule("filter-output-post-dnat", json::array({is_new(), verdict("jump", "cluster-ips-check")})),
      add_rule("service-endpoints-check", json::array({lookup_service("no-endpoint-services")})),
      add_rule("cluster-ips-check", json::array({destination_in("@cluster-ips"), reject()})),
      add_rule("cluster-ips-check", json::array({destination_in(service_network()), drop()})),
  };
}

}  // namespace

CommandGroups base_commands() {
  // Added, deleted, added: the only way to say "replace it, if it is there" in one transaction.
  Commands all{table("add"), table("delete"), table("add")};
  for (auto& command : objects()) all.push_back(std::move(command));
  for (auto& command : rules()) all.push_back(std::move(command));
  return {all};
}

}  // namespace straycat::cluster
