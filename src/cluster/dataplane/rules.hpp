// The nftables rules of a service table, in the form that kube-proxy writes them (kubernetes
// pkg/proxy/nftables/proxier.go), as JSON for libnftables. Pure: tables in, transactions out.
//
//   nat-prerouting, nat-output -> services: vmap @service-ips -> service-NS/NAME/tcp/PORT
//       -> numgen random mod N vmap, else the last -> endpoint-...: mark for hairpin, count, log, dnat
//       and for the node's own address vmap @service-nodeports -> external-NS/NAME/tcp/PORT: mark for masquerade and
//       roll the dice; with a policy of Local pods and the node itself go to inner-..., the rest to this node's own
//   filter-forward, filter-input, filter-output -> service-endpoints-check: vmap @no-endpoint-services
//       -> refusal-NS/NAME/tcp/PORT: count, log, reject or drop (kube-proxy has one such chain for all Services)
//   filter-input -> nodeport-endpoints-check: vmap @no-endpoint-nodeports, likewise
//   filter-prerouting, filter-output -> firewall-check: vmap @firewall-ips -> firewall-...: whom a load balancer lets
//   in filter-forward, filter-output-post-dnat -> cluster-ips-check: an unknown port of a ClusterIP: reject; no
//   Service's: drop nat-postrouting -> masquerading: what was marked
//
// Established connections live in conntrack and never meet these chains again, so any rewrite leaves them alone.
// Counters are named objects, outside the chains, so they survive a rewrite too.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cluster/dataplane/dataplane.hpp"

namespace straycat::cluster {

inline constexpr const char* nft_table = "straycat";
inline constexpr int truth_log_group = 100;

// "ns/name:port", the spelling of counters and of the ground truth; "ns/name:port/udp".
[[nodiscard]] std::string rule_key(const ServiceRule& rule);
[[nodiscard]] std::string service_object(const ServiceRule& rule);  // its chain and its counter
[[nodiscard]] std::string refusal_object(const ServiceRule& rule);  // likewise, for while it has no endpoints
[[nodiscard]] std::string endpoint_object(const ServiceRule& rule, const ServiceEndpoint& endpoint);  // likewise

// The NFLOG prefix by which the ground truth knows this endpoint again (one without an address: the Service's
// refusals);
// "" logs nothing. At most 127 bytes.
using LogLabel = std::function<std::string(const ServiceRule& rule, const ServiceEndpoint& endpoint)>;

// Commands that belong together; a transaction may end between two groups, never inside one.
using CommandGroups = std::vector<std::vector<nlohmann::json>>;

// The empty table: base chains, maps, sets, checks. Replaces whatever stood there. `node`: the address that has the
// node ports.
[[nodiscard]] CommandGroups base_commands(const std::string& node);

// From `before` to `after`. In order: what is new (not reachable yet), the switch (one group a Service port), what
// nobody reaches any more.
[[nodiscard]] CommandGroups change_commands(const ServiceTable& before, const ServiceTable& after,
                                            const LogLabel& label);

// Packs groups into transactions of at most `limit` commands: one, where they fit, so that the whole table changes at
// once. The kernel refuses a transaction beyond its socket buffer ("Message too long", about 800 rules in a user
// namespace).
[[nodiscard]] std::vector<nlohmann::json> pack_transactions(const CommandGroups& groups, std::size_t limit = 500);

}  // namespace straycat::cluster
