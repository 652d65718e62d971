// Where pods and Services meet the network. Two real implementations: the kernel's (namespaces, veth, nftables NAT as
// kube-proxy writes it), and the loopback fallback (no privilege at all; clients choose the endpoint themselves).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "cluster/dataplane/network_fault.hpp"
#include "cluster/dataplane/policy_table.hpp"
#include "cluster/system/descriptor.hpp"
#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>

namespace straycat::cluster {

// Where pods ask for names: the node itself answers there, in the kernel's plane. Out of those that no Service gets.
inline constexpr const char* name_server_address = "10.96.0.10";

// Makes a TCP socket (IPv4) in the network of a node.
using OpenSocket = std::function<Result<Descriptor>()>;
[[nodiscard]] Result<Descriptor> open_tcp_socket();  // in that of this thread

struct ServiceEndpoint {
  std::string address;
  std::uint16_t port = 0;
  std::string pod;  // for the ground truth's file and for comments
  auto operator<=>(const ServiceEndpoint&) const = default;
};

// What a Service port carries. ("tcp", "udp": as in the packet filter's rules and the names of its chains.)
enum class Transport { tcp, udp };
[[nodiscard]] inline const char* to_string(Transport transport) { return transport == Transport::tcp ? "tcp" : "udp"; }

// How a Service port is reached beside its ClusterIP (kubernetes pkg/proxy/nftables/proxier.go, the "external" chain).
struct Outside {
  std::vector<std::string> addresses;  // externalIPs
  std::vector<std::string> balanced;   // those that a load balancer gave it (status.loadBalancer)
  std::vector<std::string> sources;    // whom alone `balanced` lets in (loadBalancerSourceRanges, CIDRs); empty: all
  std::uint16_t node_port = 0;
  bool local = false;  // externalTrafficPolicy: whom these lead to keeps the client's address, and stands on this node
  std::vector<ServiceEndpoint> endpoints;  // of the policy
  std::vector<ServiceEndpoint> inner;      // for pods and the node itself, whom a policy of Local does not concern
  [[nodiscard]] bool any() const { return !endpoints.empty() || !inner.empty(); }
  bool operator==(const Outside&) const = default;
};

// One Service port as the kernel must know it.
struct ServiceRule {
  std::string ns, name, port_name;
  std::string cluster_ip;
  std::uint16_t port = 0;
  std::vector<ServiceEndpoint> endpoints;  // empty: reject, or drop
  bool client_ip_affinity = false;
  int affinity_seconds = 10800;
  // Only endpoints of this node count (internalTrafficPolicy Local), and all that can be sent to stand elsewhere.
  bool drop = false;
  Transport transport = Transport::tcp;
  std::optional<Outside> outside = {};
  // UDP: those that serve, whoever may be sent to them. Flows to others are forgotten when the rule is written.
  std::vector<ServiceEndpoint> serving = {};
  bool operator==(const ServiceRule&) const = default;
};

// What a load balancer asks a node about one of its Services (healthCheckNodePort): how many endpoints it has here.
struct HealthPort {
  std::uint16_t port = 0;
  std::string ns, name;
  int local_endpoints = 0;
  bool operator==(const HealthPort&) const = default;
};

// Everything at once: `apply` makes the kernel equal to this.
struct ServiceTable {
  std::vector<ServiceRule> rules;
  std::vector<HealthPort> health = {};
  bool operator==(const ServiceTable&) const = default;
};

class DataPlane {
 public:
  virtual ~DataPlane() = default;
  [[nodiscard]] virtual std::string name() const = 0;  // "kernel nftables", "loopback fallback"
  // Whether a pod's process must unshare its network and mount namespaces before `attach`.
  [[nodiscard]] virtual bool isolates_pods() const = 0;
  [[nodiscard]] virtual std::string node_address()
      const = 0;  // where pods reach the node (API server, health probes from)
  // As kubelet's probes and kube-proxy's own ports need one: what they send comes from this node.
  virtual Result<Descriptor> open_socket() = 0;
  // Whether it hands out that address.
  [[nodiscard]] virtual bool owns(const std::string& address) const = 0;
  // A free pod address; addresses are not handed out again before all others were (address reuse hides bugs).
  virtual Result<std::string> allocate_address() = 0;
  // Wires the network namespace of process `pid` (which has unshared it) to the node under `address`. A no-op in the
  // fallback.
  virtual Result<> attach(pid_t pid, const std::string& address) = 0;
  virtual void detach(const std::string& address) = 0;
  // Atomically makes the kernel's rules equal to the table.
  virtual Result<> apply(const ServiceTable& table) = 0;
  // Makes the packet filter equal to the policies. The fallback has none, and what they forbid goes through there.
  virtual Result<> apply_policies(const PolicyTable& table) = 0;
  // Makes the faults on order that are under way equal to these. Errors (bad_input): what this data plane, or this
  // kernel, cannot do; nothing has changed then.
  virtual Result<> apply_faults(const std::vector<NetworkFault>& faults) = 0;
  // Packets to the pod come so much later; 0: as ever. With "" it is only tried whether that can be done. Errors
  // (bad_input): likewise.
  virtual Result<> delay(const std::string& address, Nanos length) = 0;
  // Environment that a pod's process needs beside the usual (the fallback's service map); empty for the kernel.
  [[nodiscard]] virtual std::map<std::string, std::string> pod_environment(const std::string& address) const = 0;
  // New connections that the kernel sent to each Service rule since it was made: "ns/name:port" -> count. Empty in the
  // fallback.
  [[nodiscard]] virtual std::map<std::string, std::uint64_t> service_counters() = 0;
};

}  // namespace straycat::cluster
