#include "cluster/dataplane/kernel_plane.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "cluster/dataplane/address_block.hpp"
#include "cluster/dataplane/fault_rules.hpp"
#include "cluster/dataplane/flows.hpp"
#include "cluster/dataplane/policy_rules.hpp"
#include "cluster/dataplane/rules.hpp"

namespace straycat::cluster {
namespace {

constexpr const char* uplink = "uplink";  // a further node's end of its wire to the first

// A prober opens a new connection for each request: without these a client falls off a cliff at some 14,000 connections
// (ports in TIME_WAIT), and conntrack fills at some 2,200 connections a second. What refuses to be set is left as it
// is.
void widen_port_limits() {
  (void)write_sysctl("net.ipv4.ip_local_port_range", "1024 65535");
  (void)write_sysctl("net.ipv4.tcp_tw_reuse", "1");
}

// ICMP limits stay the kernel's own: a cluster's clients meet them, too.
Result<> set_node_sysctls() {
  if (auto done = write_sysctl("net.ipv4.ip_forward", "1"); !done) return done;
  widen_port_limits();
  for (const char* family : {"all", "default"}) {
    (void)write_sysctl(fmt::format("net.ipv4.conf.{}.rp_filter", family), "0");
    (void)write_sysctl(fmt::format("net.ipv4.conf.{}.send_redirects", family),
                       "0");  // a hairpin leaves by the link it came
    (void)write_sysctl(fmt::format("net.ipv6.conf.{}.disable_ipv6", family), "1");
  }
  return {};
}

// These exist only once the kernel tracks connections, so after the first NAT chain.
void shorten_conntrack() {
  (void)write_sysctl("net.netfilter.nf_conntrack_tcp_timeout_time_wait", "1");
  (void)write_sysctl("net.netfilter.nf_conntrack_tcp_timeout_close", "1");
}

Result<> wire_node(RouteSocket& routes, const NodeNet& net) {
  const auto loopback = routes.link_index("lo");
  if (!loopback) return loopback.error();
  if (auto done = routes.set_up(*loopback); !done) return done;
  if (auto done = routes.add_address(*loopback, net.address, 32); !done) return done;
  if (net.index == 0)
    if (auto done = routes.add_address(*loopback, name_server_address, 32); !done) return done;
  if (auto done = routes.add_bridge("svc0"); !done) return done;
  const auto services = routes.link_index("svc0");
  if (!services) return services.error();
  return routes.add_route({"10.96.0.0", 12, "", net.address, *services});
}

// A further node reaches everybody else by the first, where the name server is, too.
Result<> wire_uplink(RouteSocket& routes, const std::string& own, const std::string& first) {
  const auto link = routes.link_index(uplink);
  if (!link) return link.error();
  if (auto done = routes.set_up(*link); !done) return done;
  if (auto done = routes.add_route({first, 32, "", own, *link}); !done) return done;
  if (auto done = routes.add_route({"", 0, first, own, *link}); !done) return done;
  return routes.add_route({name_server_address, 32, first, own, *link});
}

Result<> wire_pod(RouteSocket& routes, const std::string& address, const std::string& gateway) {
  const auto loopback = routes.link_index("lo");
  if (!loopback) return loopback.error();
  if (auto done = routes.set_up(*loopback); !done) return done;
  const auto link = routes.link_index("eth0");
  if (!link) return link.error();
  if (auto done = routes.set_up(*link); !done) return done;
  if (auto done = routes.add_address(*link, address, 32); !done) return done;
  if (auto done = routes.add_route({gateway, 32, "", "", *link}); !done) return done;
  return routes.add_route({"", 0, gateway, "", *link});
}

// "10.244.3.17" -> "pod3.17"; a link's name has at most 15 letters.
std::string link_name(const std::string& address) {
  const auto dot = address.find('.', address.find('.') + 1);
  return "pod" + address.substr(dot + 1);
}

std::vector<ServiceRule> datagram_rules(const ServiceTable& table) {
  std::vector<ServiceRule> out;
  for (const auto& rule : table.rules)
    if (rule.transport == Transport::udp) out.push_back(rule);
  return out;
}

// But for those of the node and of pods, to which it has a way.
std::set<std::string> outside_addresses(const ServiceTable& table) {
  std::set<std::string> out;
  const auto pods = *parse_block("10.244.0.0/16");
  for (const auto& rule : table.rules)
    if (rule.outside)
      for (const auto* some : {&rule.outside->addresses, &rule.outside->balanced})
        out.insert(some->begin(), some->end());
  std::erase_if(out, [&](const auto& one) { return pods.contains(parse_address(one).value_or(pods.first)); });
  return out;
}

}  // namespace

KernelDataPlane::KernelDataPlane(RouteSocket routes, Nft nft, NodeNet net, std::optional<NetworkSpace> space)
    : net_(std::move(net)),
      space_(std::move(space)),
      routes_(std::move(routes)),
      nft_(std::move(nft)),
      addresses_(net_.block.first + 2, net_.block.last() - 1) {}

// The sockets by which routes, rules and the ground truth are spoken of stay in the namespace in which they were made.
Result<std::unique_ptr<KernelDataPlane>> KernelDataPlane::create(int truth_fd, NodeNet net, KernelDataPlane* first) {
  if (first == nullptr) return create_here(truth_fd, std::move(net), std::nullopt);
  auto space = NetworkSpace::make();
  if (!space) return space.error();
  const auto own = net.address;
  auto visit = NetworkVisit::enter(*space);
  if (!visit) return visit.error();
  auto plane = create_here(truth_fd, net, std::move(*space));
  if (!plane) return plane;
  if (auto done = first->wire_further(net, *(*plane)->space_); !done) return done.error();
  if (auto done = wire_uplink((*plane)->routes_, own, first->node_address()); !done) return done.error();
  if (auto done = first->await_queue(net.name()); !done) return done.error();
  return plane;
}

Result<> KernelDataPlane::wire_further(const NodeNet& net, const NetworkSpace& space) {
  if (auto done = routes_.add_wire(net.name(), uplink, space); !done) return done;
  const auto link = routes_.link_index(net.name());
  if (!link) return link.error();
  if (auto done = routes_.set_up(*link); !done) return done;
  if (auto done = routes_.add_route({net.address, 32, "", net_.address, *link}); !done) return done;
  const auto block = net.block.text();
  return routes_.add_route({block.substr(0, block.find('/')), net.block.length, net.address, net_.address, *link});
}

Result<std::unique_ptr<KernelDataPlane>> KernelDataPlane::create_here(int truth_fd, NodeNet net,
                                                                      std::optional<NetworkSpace> space) {
  auto routes = RouteSocket::open();
  if (!routes) return routes.error();
  if (auto done = set_node_sysctls(); !done) return done.error();
  if (auto done = wire_node(*routes, net); !done) return done.error();
  auto nft = Nft::open();
  if (!nft) return nft.error();
  std::unique_ptr<KernelDataPlane> plane(
      new KernelDataPlane(std::move(*routes), std::move(*nft), std::move(net), std::move(space)));
  if (auto done = plane->run_all(pack_transactions(fault_base_commands())); !done) return done.error();
  if (auto done = plane->rebuild(); !done) return done.error();
  shorten_conntrack();
  if (truth_fd >= 0) {
    auto truth = TruthLog::open(truth_fd);
    if (!truth) return truth.error().within("the ground truth");
    plane->truth_ = std::move(*truth);
  }
  return plane;
}

KernelDataPlane::~KernelDataPlane() { note_departures({}); }

std::string KernelDataPlane::node_address() const { return net_.address; }

// Nothing to enter for the first node: this thread is there.
Result<std::optional<NetworkVisit>> KernelDataPlane::visit() const {
  if (!space_) return std::optional<NetworkVisit>();
  auto entered = NetworkVisit::enter(*space_);
  if (!entered) return entered.error();
  return std::optional<NetworkVisit>(std::move(*entered));
}

Result<Descriptor> KernelDataPlane::open_socket() {
  const auto there = visit();
  if (!there) return there.error();
  return open_tcp_socket();
}

bool KernelDataPlane::owns(const std::string& address) const {
  const auto parsed = parse_address(address);
  return parsed && net_.block.contains(*parsed);
}

Result<std::string> KernelDataPlane::allocate_address() {
  auto address = addresses_.take();
  if (!address) return own_trouble("no free pod address");
  return *address;
}

// An end of a wire that was opened before the other gets its queue only when the kernel's link watch comes round, and
// drops what is sent until then: of a first ARP request, so that nobody reaches the pod for a second. From Linux 6.8 on
// a question for the link waits for that (linkwatch_sync_dev in rtnl_getlink); before, the wait is merely short.
Result<> KernelDataPlane::await_queue(const std::string& link) {
  const auto found = routes_.link_index(link);
  if (!found) return found.error();
  return {};
}

Result<> KernelDataPlane::attach(pid_t pid, const std::string& address) {
  const auto name = link_name(address);
  if (auto done = wire(pid, name, address); !done) return done;
  return await_queue(name);
}

Result<> KernelDataPlane::wire(pid_t pid, const std::string& name, const std::string& address) {
  if (routes_.link_index(name))
    (void)routes_.delete_link(name);  // the namespace of a pod long gone is still held by somebody
  if (auto done = routes_.add_wire(name, "eth0", pid); !done) return done;
  const auto link = routes_.link_index(name);
  if (!link) return link.error();
  if (auto done = routes_.set_up(*link); !done) return done;
  if (auto done = routes_.add_route({address, 32, "", net_.address, *link}); !done) return done;
  const auto visit = NetworkVisit::enter(pid);
  if (!visit) return visit.error().within("enter the pod's network");
  widen_port_limits();
  // As containerd sets them: ports below 1024 and ping are for every user of a pod.
  (void)write_sysctl("net.ipv4.ip_unprivileged_port_start", "0");
  (void)write_sysctl("net.ipv4.ping_group_range", "0 2147483647");
  auto inside = RouteSocket::open();
  if (!inside) return inside.error();
  return wire_pod(*inside, address, net_.address);
}

void KernelDataPlane::detach(const std::string& address) { addresses_.give_back(address); }

Result<> KernelDataPlane::run_all(const std::vector<nlohmann::json>& transactions) {
  for (const auto& transaction : transactions)
    if (auto answer = nft_.run(transaction); !answer) return answer.error();
  return {};
}

Result<> KernelDataPlane::rebuild() {
  applied_ = {};
  return run_all(pack_transactions(base_commands(net_.address)));
}

Result<> KernelDataPlane::apply(const ServiceTable& table) {
  if (lost_track_) {
    counted_before_ = read_counters();
    if (auto done = rebuild(); !done) return done;
    lost_track_ = false;
  }
  if (table == applied_) return settle(table);
  note_departures(table);
  const auto label = [this](const ServiceRule& rule, const ServiceEndpoint& endpoint) {
    return truth_ && rule.transport == Transport::tcp ? truth_->label(rule, endpoint) : std::string();
  };
  auto done = run_all(pack_transactions(change_commands(applied_, table, label)));
  lost_track_ = !done;
  if (!done) return done;
  flows_due_ = flows_due_ || datagram_rules(applied_) != datagram_rules(table);
  applied_ = table;
  return settle(table);
}

// What is no rule of nft; whatever of it fails is tried again with the next table, though the rules are the same.
Result<> KernelDataPlane::settle(const ServiceTable& table) {
  if (auto routed = route_outside(table); !routed) return routed;
  if (!flows_due_) return {};
  const auto there = visit();
  if (!there) return there.error();
  if (const auto forgotten = forget_stale_flows(table); !forgotten) return forgotten.error();
  flows_due_ = false;
  return {};
}

// The node's own clients need a way to addresses that are nowhere, as they have one to 10.96.0.0/12.
Result<> KernelDataPlane::route_outside(const ServiceTable& table) {
  const auto wanted = outside_addresses(table);
  if (routed_ == wanted) return {};
  const auto services = routes_.link_index("svc0");
  if (!services) return services.error();
  const auto route = [&](const std::string& address) { return KernelRoute{address, 32, "", net_.address, *services}; };
  std::erase_if(routed_, [&](const std::string& address) {
    const bool gone = !wanted.contains(address);
    if (gone) (void)routes_.delete_route(route(address));
    return gone;
  });
  for (const auto& address : wanted) {
    if (routed_.contains(address)) continue;
    if (auto done = routes_.add_route(route(address)); !done) return done;
    routed_.insert(address);
  }
  return {};
}

Result<> KernelDataPlane::apply_policies(const PolicyTable& table) {
  if (policies_ == table) return {};
  auto done = run_all(pack_transactions(policy_commands(table)));
  policies_ = done ? std::optional(table) : std::nullopt;
  return done;
}

Result<> KernelDataPlane::apply_faults(const std::vector<NetworkFault>& faults) {
  const auto done = run_all(pack_transactions(fault_commands(faults, net_)));
  if (!done) return bad_input("this kernel's packet filter cannot do it: " + done.error().message);
  return {};
}

// Without an address it is only tried: on the link behind which nobody is.
Result<> KernelDataPlane::delay(const std::string& address, Nanos length) {
  const auto link = routes_.link_index(address.empty() ? "svc0" : link_name(address));
  if (!link) return link.error();
  auto done = routes_.set_delay(*link, length);
  if (done && address.empty()) return routes_.set_delay(*link, Nanos{});
  return done;
}

// The kernel's count of a Service goes with its rules: into the ground truth it goes before. (A connection between this
// and the removal is in the file by its own line.)
void KernelDataPlane::note_departures(const ServiceTable& next) {
  const auto stays = [&](const ServiceRule& rule) {
    return std::any_of(next.rules.begin(), next.rules.end(),
                       [&](const auto& other) { return rule_key(other) == rule_key(rule); });
  };
  if (std::all_of(applied_.rules.begin(), applied_.rules.end(), stays)) return;
  auto counters = truth_ ? read_counters() : std::map<std::string, std::uint64_t>();
  for (const auto& rule : applied_.rules) {
    if (stays(rule)) continue;
    if (truth_) truth_->write_counter(rule_key(rule), counters[service_object(rule)], counters[refusal_object(rule)]);
    counted_before_.erase(service_object(rule));
    counted_before_.erase(refusal_object(rule));
  }
}

std::map<std::string, std::uint64_t> KernelDataPlane::read_counters() {
  const auto table = nlohmann::json::object({{"family", "ip"}, {"name", nft_table}});
  const auto list = nlohmann::json::object({{"list", nlohmann::json::object({{"table", table}})}});
  const auto answer = nft_.run(nlohmann::json::object({{"nftables", nlohmann::json::array({list})}}));
  auto out = counted_before_;
  const auto listed = answer ? nlohmann::json::parse(*answer, nullptr, false) : nlohmann::json();
  if (!listed.is_object()) return out;
  for (const auto& item : listed.value("nftables", nlohmann::json::array()))
    if (const auto counter = item.find("counter"); counter != item.end())
      out[counter->value("name", "")] += counter->value("packets", std::uint64_t{0});
  return out;
}

std::map<std::string, std::uint64_t> KernelDataPlane::service_counters() {
  const auto counters = read_counters();
  std::map<std::string, std::uint64_t> out;
  for (const auto& rule : applied_.rules) {
    const auto found = counters.find(service_object(rule));
    out[rule_key(rule)] = found == counters.end() ? 0 : found->second;
  }
  return out;
}

std::map<std::string, std::map<std::string, std::uint64_t>> KernelDataPlane::endpoint_counters() {
  const auto counters = read_counters();
  std::map<std::string, std::map<std::string, std::uint64_t>> out;
  for (const auto& rule : applied_.rules)
    for (const auto& endpoint : rule.endpoints)
      if (const auto found = counters.find(endpoint_object(rule, endpoint)); found != counters.end())
        out[rule_key(rule)][fmt::format("{}:{}", endpoint.address, endpoint.port)] = found->second;
  return out;
}

}  // namespace straycat::cluster
