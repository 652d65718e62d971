#include "forbidden_names.hpp"

#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>

#include "cures.hpp"
#include "time.hpp"
#include "words.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

using model::Admission;
using model::NetworkEnd;
using model::NetworkPolicy;
using model::PolicyPort;
using model::Way;

// 53, and those of name servers that run without privileges (OpenShift's: 5353, Gardener's: 8053): a policy is asked
// with the pod's own port where the Service is translated first.
constexpr int name_ports[] = {53, 5353, 8053};
// Our prober asks for a name once a second (its age), and a policy takes its time to be enforced everywhere.
constexpr std::int64_t kept_addresses = 3 * second;

NetworkEnd usual_server() {
  NetworkEnd out{"kube-system", {{"k8s-app", "kube-dns"}}, ""};
  out.ns_labels = model::Labels{{"kubernetes.io/metadata.name", out.ns}};
  return out;
}

// A port by its name may be one of them.
bool holds_names(const PolicyPort& port) {
  if (port.port.empty() || port.port.find_first_not_of("0123456789") != std::string::npos || port.port.size() > 5)
    return true;
  const int from = std::stoi(port.port), to = std::max(from, port.end);
  return std::any_of(std::begin(name_ports), std::end(name_ports), [&](int one) { return from <= one && one <= to; });
}

bool lets_names_out(const model::PolicyRule& rule) {
  return rule.ports.empty() || std::any_of(rule.ports.begin(), rule.ports.end(), holds_names);
}

// Of all that isolate the client, any may let it out.
Admission admitted(const std::vector<const NetworkPolicy*>& all, const NetworkEnd& client) {
  bool somewhere = false;
  for (const auto* policy : all) {
    if (!policy->egress_rules) return Admission::unknown;
    somewhere = somewhere || std::any_of(policy->egress_rules->begin(), policy->egress_rules->end(), lets_names_out);
  }
  if (!somewhere) return Admission::no;
  const auto usual = model::ask_policies(all, Way::egress, client, usual_server(), name_ports[0], "UDP");
  return usual.admission == Admission::yes ? Admission::yes : Admission::unknown;
}

// Since when the policies stand as they do.
std::int64_t standing_since(const Case& the_case, const std::vector<const NetworkPolicy*>& policies) {
  std::int64_t since = 0;
  for (const auto& [key, timeline] : the_case.history.policies)
    for (const auto& version : timeline.versions)
      if (version.object && std::find(policies.begin(), policies.end(), &*version.object) != policies.end())
        since = std::max(since, version.at.ns);
  return since;
}

// A network plugin may not know policies at all: then names resolved while they stood, and what fails is the name
// server. An answer to a request that began soon after may rest on an address that was known before.
bool names_went_out(const Case& the_case, const Cell& cell, const NetworkEnd& client,
                    const std::vector<const NetworkPolicy*>& policies) {
  const std::int64_t from = standing_since(the_case, policies) + kept_addresses;
  return std::any_of(the_case.history.traffic.begin(), the_case.history.traffic.end(), [&](const auto& traffic) {
    const auto other = client_at(the_case, traffic.vantage);
    return other && other->ns == client.ns && other->labels == client.labels &&
           std::any_of(traffic.windows.begin(), traffic.windows.end(), [&](const AttemptWindow& window) {
             return window.last_ok_start_ns >= from && window.last_ok_start_ns <= cell.last_ns;
           });
  });
}

Evidence names_evidence(const Case& the_case, const Cell& cell, const NamesWay& way, const NetworkPolicy& policy) {
  return {"policy-forbids-names", Weight::decides,
          fmt::format("{} {} the client's pod, and none of {} rules lets it out on port 53, UDP or TCP, to anybody",
                      way.isolating.size() == 1 ? safe(policy.meta.ref().display())
                                                : fmt::format("{} NetworkPolicies", way.isolating.size()),
                      way.isolating.size() == 1 ? "selects" : "select", way.isolating.size() == 1 ? "its" : "their"),
          kubectl_object(the_case.view_of(cell).ns, "get", "networkpolicy", policy.meta.name, "-o yaml"),
          json::object()};
}

// What a pod needs to ask: the usual name server, by UDP, and by TCP where the answer is long.
model::PolicyRule rule_to_names() {
  model::PolicyPeer peer;
  peer.namespaces = model::LabelSelector{{{"kubernetes.io/metadata.name", "kube-system"}}, {}};
  peer.pods = model::LabelSelector{{{"k8s-app", "kube-dns"}}, {}};
  return {{std::move(peer)}, {{"UDP", "53", 0}, {"TCP", "53", 0}}};
}

// The endpoints that the client will be sent to once it knows the address, and may not reach.
std::vector<model::PolicyRule> rules_to_pods(const Case& the_case, const Cell& cell, const NamesWay& way,
                                             const NetworkEnd& client, const std::string& policy_ns) {
  std::vector<model::PolicyRule> out;
  const auto& view = the_case.view_of(cell);
  for (std::size_t i = 0; i < view.endpoints.size(); ++i) {
    const auto server = server_of(the_case, cell, i);
    const int port = view.endpoints[i].id.port;
    if (!server || model::ask_policies(way.isolating, Way::egress, client, *server, port).admission == Admission::yes)
      continue;
    const auto rule = rule_for(*server, policy_ns, {port});
    if (std::find(out.begin(), out.end(), rule) == out.end()) out.push_back(rule);
  }
  return out;
}

}  // namespace

NamesWay way_to_names(const Case& the_case, const Cell& cell) {
  NamesWay out;
  const auto policies = policies_at(the_case, cell.first_end_ns);
  const auto client = client_of(the_case, cell);
  if (!policies_seen(the_case, cell)) out.admission = Admission::unknown;
  if (!client) {
    // One that is no pod is nobody's to isolate; one that the log does not know may be anybody.
    const auto* place = the_case.history.vantage(the_case.history.traffic[cell.traffic].vantage);
    const bool a_pod = place != nullptr && !place->record.pod.empty();
    if (a_pod && !policies.empty()) out.admission = Admission::unknown;
    return out;
  }
  for (const auto* policy : policies)
    if (policy->egress && policy->meta.ns == client->ns && model::matches(policy->pods, client->labels))
      out.isolating.push_back(policy);
  if (!out.isolating.empty() && out.admission == Admission::yes) out.admission = admitted(out.isolating, *client);
  if (out.admission == Admission::no && names_went_out(the_case, cell, *client, out.isolating))
    out.admission = Admission::unknown;
  return out;
}

void claim_forbidden_names(const Case& the_case, const Scope& scope, Ruling& ruling) {
  std::map<std::string, Book> books;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (likeness(cell.kind) != Likeness::name || cell.sight != Sight::seen) continue;
    const auto way = way_to_names(the_case, cell);
    const auto* policy = way.admission == Admission::no ? narrowest(the_case, way.isolating) : nullptr;
    if (policy != nullptr) books[policy->meta.name].add(the_case, index, {});
  }
  for (const auto& [name, book] : books) {
    for (const auto& page : book.pages()) {
      const Cell& first = the_case.cells[page.cells.front()];
      const auto way = way_to_names(the_case, first);
      const auto* policy = narrowest(the_case, way.isolating);
      ruling.claims.push_back(claim_of(
          the_case, page, Cause::network_policy,
          fmt::format("{} restricts where the client may send to, and no rule lets it ask a name server (port 53): no "
                      "name resolves there, that of Service/{} neither.",
                      safe(policy->meta.ref().display()), safe(the_case.view_of(first).service))));
      Finding& finding = ruling.claims.back().finding;
      finding.endpoints.clear();
      finding.workload = policy->meta.ref();
      finding.evidence.push_back(names_evidence(the_case, first, way, *policy));
    }
  }
}

void cure_forbidden_names(const Case& the_case, const Scope& cells, Finding& finding) {
  const Cell& cell = the_case.cells[cells.front()];
  const auto way = way_to_names(the_case, cell);
  const auto client = client_of(the_case, cell);
  const auto* policy = narrowest(the_case, way.isolating);
  if (policy == nullptr || !client || !policy->egress_rules) {
    finding.no_fix = "the log does not hold the policy's rules";
    return;
  }
  auto rules = *policy->egress_rules;
  rules.push_back(rule_to_names());
  for (auto& rule : rules_to_pods(the_case, cell, way, *client, policy->meta.ns)) rules.push_back(std::move(rule));
  const json patch = json::object({{"spec", json::object({{"egress", model::rules_json(rules, Way::egress)}})}});
  change_object(
      the_case, {"NetworkPolicy", policy->meta.name, ""}, patch,
      {fmt::format("Change {} as above.", safe(policy->meta.ref().display())), "Apply it; no pod has to be made anew."},
      {"whoever it let through before it lets through, and the client may ask for names and reach the pods "
       "behind the Service",
       "the name server is known here by its usual labels (k8s-app: kube-dns in kube-system): where yours "
       "stands elsewhere, the rule must name that"},
      finding);
}

}  // namespace straycat::diagnose
