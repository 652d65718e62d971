// The kernel as data plane: routed veth pairs, nftables NAT as kube-proxy writes it.
//
// Node: 10.244.0.1/32 (of a further node: the first of its block) on lo, one host route a pod, no bridge between them
// (a bridge would need bridge-nf-call-iptables and a hairpin flag a port). svc0 is a bridge without ports that gives
// the node's own clients a route to 10.96.0.0/12; through lo, ICMP rejects would get lost, and behind a blackhole route
// no packet would reach nftables.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cluster/dataplane/address_pool.hpp"
#include "cluster/dataplane/dataplane.hpp"
#include "cluster/dataplane/netlink.hpp"
#include "cluster/dataplane/nft.hpp"
#include "cluster/dataplane/node_net.hpp"
#include "cluster/dataplane/truth.hpp"

namespace straycat::cluster {

class KernelDataPlane final : public DataPlane {
 public:
  // In the sandbox's network namespace, as its root. `truth_fd`: where the ground truth goes, -1 = nowhere. `first`:
  // the first node's, to which this further one is wired.
  static Result<std::unique_ptr<KernelDataPlane>> create(int truth_fd = -1, NodeNet net = node_nets(1).front(),
                                                         KernelDataPlane* first = nullptr);
  ~KernelDataPlane() override;

  [[nodiscard]] std::string name() const override { return "kernel nftables"; }
  [[nodiscard]] bool isolates_pods() const override { return true; }
  [[nodiscard]] std::string node_address() const override;
  Result<Descriptor> open_socket() override;
  [[nodiscard]] bool owns(const std::string& address) const override;
  Result<std::string> allocate_address() override;
  Result<> attach(pid_t pid, const std::string& address) override;
  // Only frees the address: the wire vanishes with the pod's namespace, while deleting it here would stop this thread
  // for 35 ms.
  void detach(const std::string& address) override;
  Result<> apply(const ServiceTable& table) override;
  Result<> apply_policies(const PolicyTable& table) override;
  Result<> apply_faults(const std::vector<NetworkFault>& faults) override;
  Result<> delay(const std::string& address, Nanos length) override;
  [[nodiscard]] std::map<std::string, std::string> pod_environment(const std::string&) const override { return {}; }
  [[nodiscard]] std::map<std::string, std::uint64_t> service_counters() override;
  // "ns/name:port" -> "address:port" -> connections since the endpoint joined.
  [[nodiscard]] std::map<std::string, std::map<std::string, std::uint64_t>> endpoint_counters();

 private:
  KernelDataPlane(RouteSocket routes, Nft nft, NodeNet net, std::optional<NetworkSpace> space);
  static Result<std::unique_ptr<KernelDataPlane>> create_here(int truth_fd, NodeNet net,
                                                              std::optional<NetworkSpace> space);
  [[nodiscard]] Result<std::optional<NetworkVisit>> visit() const;
  Result<> wire_further(const NodeNet& net, const NetworkSpace& space);
  Result<> wire(pid_t pid, const std::string& name, const std::string& address);
  Result<> await_queue(const std::string& link);
  Result<> rebuild();
  Result<> settle(const ServiceTable& table);
  Result<> route_outside(const ServiceTable& table);
  Result<> run_all(const std::vector<nlohmann::json>& transactions);
  std::map<std::string, std::uint64_t> read_counters();  // by object name
  void note_departures(const ServiceTable& next);

  NodeNet net_;
  std::optional<NetworkSpace> space_;  // of a further node
  RouteSocket routes_;
  Nft nft_;
  AddressPool addresses_;
  std::unique_ptr<TruthLog> truth_;
  ServiceTable applied_;
  std::set<std::string> routed_;                         // addresses from outside that have a route
  bool flows_due_ = false;                               // datagrams may still go to whom they went before
  std::optional<PolicyTable> policies_ = PolicyTable();  // none: a transaction failed
  bool lost_track_ = false;                              // a transaction failed: what the kernel has is not known
  std::map<std::string, std::uint64_t> counted_before_;  // by object: what was counted before a rebuild
};

}  // namespace straycat::cluster
