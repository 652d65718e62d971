// What NetworkPolicies allow, pod by pod, as a packet filter must know it. The cluster's own reading of them: judges
// have another (model/policy.hpp), and a test holds the two together.
#pragma once

#include <string>
#include <vector>

#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

// One way in or out: everybody, these addresses, or a block less some others; on these ports.
struct Allowance {
  bool anybody = false;
  std::vector<std::string> addresses;  // in order
  std::string block;                   // "10.0.0.0/8", host bits cleared; "" = none
  std::vector<std::string> except;     // likewise
  std::string protocol;                // "tcp", "udp", "sctp"; "" = any
  int from_port = 0, to_port = 0;      // 0 = any
  auto operator<=>(const Allowance&) const = default;
};

// A pod that some policy isolates.
struct PodRules {
  std::string address;
  bool ingress = false, egress = false;  // whether it is, this way
  std::vector<Allowance> from, to;       // what all policies that select it allow together
  bool operator==(const PodRules&) const = default;
};

struct PolicyTable {
  std::vector<PodRules> pods;  // by address
  bool operator==(const PolicyTable&) const = default;
};

// Pure. Rules: kubernetes staging/src/k8s.io/api/networking/v1/types.go. A pod that a policy selects is isolated in the
// directions of policyTypes (none given: Ingress, and Egress where there are egress rules); what several allow adds up;
// an empty list of rules allows nothing, one without peers everybody, one without ports every port, a port without
// protocol TCP. A named port is the selected pod's for ingress, the destination's for egress. Pods of the host's
// network and those that are over are neither isolated nor anybody's peer; IPv4 only.
[[nodiscard]] PolicyTable compute_policy_table(const std::vector<Object>& policies, const std::vector<Object>& pods,
                                               const std::vector<Object>& namespaces);

}  // namespace straycat::cluster
