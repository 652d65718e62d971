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

// kube-proxy looks at what came for a node port once it is in (its chain filter-input has the priority 0).
constexpr int input_priority = 0;

json service_network() { return json::object({{"prefix", json::object({{"addr", "10.96.0.0"}, {"len", 12}})}}); }

Commands objects() {
  Commands out{add_verdict_map("service-ips"),        add_verdict_map("no-endpoint-services"),
               add_verdict_map("firewall-ips"),       add_port_map("service-nodeports"),
               add_port_map("no-endpoint-nodeports"), add_address_set("cluster-ips"),
               add_address_set("nodeport-ips")};
  for (const char* name : {"services", "service-endpoints-check", "nodeport-endpoints-check", "cluster-ips-check",
                           "firewall-check", "mark-for-masquerade", "masquerading"})
    out.push_back(add_chain(name));
  out.push_back(add_base_chain("nat-prerouting", "nat", "prerouting", dnat_priority));
  out.push_back(add_base_chain("nat-output", "nat", "output", dnat_priority));
  out.push_back(add_base_chain("nat-postrouting", "nat", "postrouting", snat_priority));
  out.push_back(add_base_chain("filter-prerouting", "filter", "prerouting", before_dnat));
  out.push_back(add_base_chain("filter-input", "filter", "input", input_priority));
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
      add_rule("services", json::array({destination_in("@nodeport-ips"), lookup_port("service-nodeports")})),
      add_rule("nat-postrouting", json::array({verdict("jump", "masquerading")})),
      add_rule("mark-for-masquerade", json::array({mark_packet("|", masquerade_bit)})),
      add_rule("masquerading", json::array({is_marked(masquerade_bit), mark_packet("^", masquerade_bit), masquerade})),
      add_rule("filter-prerouting", json::array({is_new(), verdict("jump", "firewall-check")})),
      add_rule("filter-input", json::array({is_new(), verdict("jump", "nodeport-endpoints-check")})),
      add_rule("filter-input", json::array({is_new(), verdict("jump", "service-endpoints-check")})),
      add_rule("filter-forward", json::array({is_new(), verdict("jump", "service-endpoints-check")})),
      add_rule("filter-forward", json::array({is_new(), verdict("jump", "cluster-ips-check")})),
      add_rule("filter-output", json::array({is_new(), verdict("jump", "service-endpoints-check")})),
      add_rule("filter-output", json::array({is_new(), verdict("jump", "firewall-check")})),
      add_rule("filter-output-post-dnat", json::array({is_new(), verdict("jump", "cluster-ips-check")})),
      add_rule("service-endpoints-check", json::array({lookup_service("no-endpoint-services")})),
      add_rule("nodeport-endpoints-check",
               json::array({destination_in("@nodeport-ips"), lookup_port("no-endpoint-nodeports")})),
      add_rule("firewall-check", json::array({lookup_service("firewall-ips")})),
      // On a further node's way to the first, which answers there.
      add_rule("cluster-ips-check", json::array({address_in("daddr", name_server_address), go_back()})),
      add_rule("cluster-ips-check", json::array({destination_in("@cluster-ips"), reject()})),
      add_rule("cluster-ips-check", json::array({destination_in(service_network()), drop()})),
  };
}

}  // namespace

CommandGroups base_commands(const std::string& node) {
  // Added, deleted, added: the only way to say "replace it, if it is there" in one transaction.
  Commands all{table("add"), table("delete"), table("add")};
  for (auto& command : objects()) all.push_back(std::move(command));
  for (auto& command : rules()) all.push_back(std::move(command));
  all.push_back(add_element("nodeport-ips", node));
  return {all};
}

}  // namespace straycat::cluster
