// NetworkPolicies as judges read them: whether one connection is let through, where that can be told. (The embedded
// cluster enforces them by a reading of its own, cluster/dataplane/policy_table.hpp; a test holds the two together.)
// Pure.
//
// Rules: kubernetes staging/src/k8s.io/api/networking/v1/types.go and the page "Network Policies" of its documentation.
// A pod that no policy selects for a direction is open; one that some select is let through by what any of them allows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <straycat/model/objects.hpp>

namespace straycat::model {

// One end of a connection: a pod, as far as it is known.
struct NetworkEnd {
  std::string ns;
  Labels labels;
  std::string address;
  PodShape shape = {};  // its containers' ports; without containers their names are not known
  // Of its namespace; unset: only the name's, which the API server sets (kubernetes.io/metadata.name).
  std::optional<Labels> ns_labels = {};
};

enum class Way { ingress, egress };

// "Cannot tell": a namespace's labels are asked for and not known; a block holds a pod's address (whether those count
// is each network plugin's own, the documentation wants blocks to be of addresses outside the cluster); a name of a
// port where the pod's are not known; a policy of a log that does not hold its rules.
enum class Admission { yes, no, unknown };

struct PolicyAnswer {
  Admission admission = Admission::yes;
  std::vector<const NetworkPolicy*> isolating;  // those that select the end in question; empty: it is open
};

// Of the server for Way::ingress, of the client for Way::egress. `port`: as dialled on the server's pod.
[[nodiscard]] PolicyAnswer ask_policies(const std::vector<const NetworkPolicy*>& policies, Way way,
                                        const NetworkEnd& client, const NetworkEnd& server, int port,
                                        const std::string& protocol = "TCP");

// Whether the policies that isolate this pod's ingress let anybody in on this port at all; yes where none does.
[[nodiscard]] PolicyAnswer anybody_admitted(const std::vector<const NetworkPolicy*>& policies, const NetworkEnd& server,
                                            int port, const std::string& protocol = "TCP");

// The rules of one direction as a manifest writes them.
[[nodiscard]] json rules_json(const std::vector<PolicyRule>& rules, Way way);

}  // namespace straycat::model
