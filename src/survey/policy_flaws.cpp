// NetworkPolicies that let nobody in where the Service sends.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "survey/place.hpp"
#include <straycat/finding/kubectl.hpp>
#include <straycat/model/policy.hpp>

namespace straycat::survey {
namespace {

using finding::Finding;

// What the policies say of one pod and one port: nobody is let in, whoever it is. The policies that isolate it, by
// name; none: somebody may be let in, or it cannot be told.
std::vector<const model::NetworkPolicy*> closed_by(const Place& place, const model::Pod& pod, int port) {
  if (pod.spec.host_network) return {};
  const model::NetworkEnd server{pod.meta.ns, pod.spec.labels, pod.pod_ip, pod.spec, {}};
  auto answer = model::anybody_admitted(place.policies(), server, port);
  if (answer.admission != model::Admission::no) return {};
  std::sort(answer.isolating.begin(), answer.isolating.end(),
            [](const auto* a, const auto* b) { return a->meta.name < b->meta.name; });
  return answer.isolating;
}

struct ClosedPort {
  const PortFit* fit = nullptr;
  const model::Pod* pod = nullptr;
  std::vector<const model::NetworkPolicy*> policies;
};

// The first port of the Service that every pod which it is sent to keeps closed.
std::optional<ClosedPort> closed_port(const Place& place, const Survey& survey) {
  std::optional<ClosedPort> first;
  for (const Standing& one : survey.behind) {
    for (const PodLine& line : one.pods) {
      if (!line.routable) continue;
      const auto* pod = place.pod_named(line.name);
      const auto* fit = first ? first->fit : one.ports.empty() ? nullptr : &one.ports.front();
      if (pod == nullptr || fit == nullptr || !fit->number) return std::nullopt;
      auto policies = closed_by(place, *pod, *fit->number);
      if (policies.empty()) return std::nullopt;
      if (!first) first = ClosedPort{fit, pod, std::move(policies)};
    }
  }
  return first;
}

}  // namespace

void find_policy_flaws(const Place& place, const model::Service&, Survey& survey) {
  const auto closed = closed_port(place, survey);
  if (!closed) return;
  std::string names;
  for (const auto* policy : closed->policies)
    names += (names.empty() ? "NetworkPolicy/" : ", NetworkPolicy/") + policy->meta.name;
  const auto& first = closed->policies.front()->meta;
  Finding finding = finding_for(survey, finding::Cause::network_policy);
  finding.workload = model::ObjectRef{"NetworkPolicy", survey.ns, first.name, first.uid};
  finding.sentence = fmt::format(
      "Service/{} sends port {} to port {} of pods on which {} lets nobody in: where the network enforces it, "
      "connections get no answer.",
      survey.service, closed->fit->port, *closed->fit->number, names);
  finding.evidence.push_back(fact(
      "nobody-admitted", finding::Weight::decides,
      fmt::format("{} {} pod {}, and no ingress rule has port {}", names,
                  closed->policies.size() == 1 ? "selects" : "select", closed->pod->meta.name, *closed->fit->number),
      finding::kubectl_object(survey.ns, "get", "networkpolicy", first.name, "-o yaml")));
  finding.no_fix = "whom it is to let in is not known: a rule with their labels and this port does it";
  survey.findings.push_back(std::move(finding));
}

}  // namespace straycat::survey
