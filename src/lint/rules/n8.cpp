// Pods that policies shut: nobody comes in on the Service's port. Policies add up, so one rule of one of them is
// enough.
#include <algorithm>

#include <fmt/format.h>

#include "lint/rules.hpp"
#include <straycat/finding/words.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::lint {
namespace {

bool admits(const AdmittedPort& one, int port, const std::string& protocol, const Maker& maker) {
  if (one.protocol != protocol) return false;
  if (!one.port) return true;
  const auto number = model::resolve_port(*one.port, maker.workload.pod, protocol);
  return number && (*number == port || (one.last != 0 && *number <= port && port <= one.last));
}

bool admits(const Policy& policy, int port, const std::string& protocol, const Maker& maker) {
  return std::any_of(policy.ingress.begin(), policy.ingress.end(), [&](const Admission& rule) {
    return rule.every_port || std::any_of(rule.ports.begin(), rule.ports.end(),
                                          [&](const AdmittedPort& one) { return admits(one, port, protocol, maker); });
  });
}

std::vector<const Policy*> policies_of(const World& world, const Maker& maker) {
  std::vector<const Policy*> out;
  for (const Policy& one : world.facts().policies)
    if (one.policy.ingress && same_namespace(one, maker) && selects(one.policy.pods, maker) == Match::yes)
      out.push_back(&one);
  return out;
}

// A port that leads to these pods, and that none of the policies lets anybody in on.
const model::ServicePort* shut_port(const ServiceFact& service, const Maker& maker,
                                    const std::vector<const Policy*>& policies) {
  for (const model::ServicePort& port : service.service.ports) {
    const auto number = model::resolve_port(port.target, maker.workload.pod, port.protocol);
    if (number && std::none_of(policies.begin(), policies.end(),
                               [&](const Policy* one) { return admits(*one, *number, port.protocol, maker); }))
      return &port;
  }
  return nullptr;
}

std::vector<Flaw> n8_flaws(const World& world) {
  std::vector<Flaw> out;
  if (!world.knows_all("NetworkPolicy")) return out;
  world.each_home([&](const ServiceFact& service, const Maker& maker) {
    const auto policies = policies_of(world, maker);
    const bool doubt = std::any_of(policies.begin(), policies.end(), [](const Policy* one) { return one->doubtful; });
    const model::ServicePort* port = policies.empty() || doubt ? nullptr : shut_port(service, maker, policies);
    if (port == nullptr) return;
    Flaw flaw = flaw_at(world, *policies.front(), {"spec", "podSelector"}, &service, {"spec", "ports"});
    flaw.sentence =
        fmt::format("{} selects the pods of {}, and no policy lets anybody in on the port that {}:{} leads to.",
                    name_of(*policies.front()), name_of(maker), name_of(service), port->port);
    out.push_back(std::move(flaw));
  });
  return out;
}

}  // namespace

Rule n8_rule() {
  return {{"N8", Severity::note, finding::Cause::network_policy, "a NetworkPolicy lets nobody reach a Service",
           "Every connection to the Service is dropped where the network enforces policies.",
           "NetworkPolicies for incoming traffic select the pods behind the Service, and no rule of any of them lets "
           "anybody in on the port that the Service sends to.",
           "A rule that lets the clients in on that port.", "--notes"},
          n8_flaws};
}

}  // namespace straycat::lint
