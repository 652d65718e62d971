#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

void default_network_policy(json& object) {
  auto& spec = own_spec(object);
  auto types = json::array({"Ingress"});
  if (!array_or_empty(spec, "egress").empty()) types.push_back("Egress");
  set_default(spec, "policyTypes", std::move(types));
}

}  // namespace

KindRow network_policy_row() {
  return {
      .kind = "NetworkPolicy",
      .counts_generation = true,
      .types = {"networking.v1.IPBlock cidr:1=s except:2=list(s)",
                "networking.v1.NetworkPolicy apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
                "spec:2=networking.v1.NetworkPolicySpec",
                "networking.v1.NetworkPolicyEgressRule ports:1=list(networking.v1.NetworkPolicyPort) "
                "to:2=list(networking.v1.NetworkPolicyPeer)",
                "networking.v1.NetworkPolicyIngressRule from:2=list(networking.v1.NetworkPolicyPeer) "
                "ports:1=list(networking.v1.NetworkPolicyPort)",
                "networking.v1.NetworkPolicyPeer ipBlock:3=networking.v1.IPBlock "
                "namespaceSelector:2=meta.v1.LabelSelector podSelector:1=meta.v1.LabelSelector",
                "networking.v1.NetworkPolicyPort endPort:3=N port:2=i protocol:1=S",
                "networking.v1.NetworkPolicySpec egress:3=list(networking.v1.NetworkPolicyEgressRule) "
                "ingress:2=list(networking.v1.NetworkPolicyIngressRule) podSelector:1=meta.v1.LabelSelector "
                "policyTypes:4=list(s)"},
      .default_object = default_network_policy,
  };
}

}  // namespace straycat::cluster
