// NetworkPolicies isolate every endpoint that could have got the request, or the client itself, and none of them lets
// this client through: connections are dropped in silence. Another's program may be as it likes: no workload is at
// fault.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/forbidden_names.hpp"
#include "diagnose/isolation.hpp"
#include "diagnose/words.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

using model::Admission;
using model::NetworkEnd;
using model::NetworkPolicy;
using model::Way;

const NetworkPolicy* accused_of(const Case& the_case, const Isolation& isolation) {
  return narrowest(the_case, isolation.ingress.empty() ? isolation.egress : isolation.ingress);
}

// Strays are not to be let in, but to be taken out.
bool only_of_others(const Case& the_case, const Cell& cell) { return !other_owners(the_case, cell).empty(); }

std::string who_asks(const NetworkEnd& client) {
  return fmt::format("pods of namespace {} with the labels {}", safe(client.ns),
                     safe(model::to_string(labels_of_its_own(client.labels))));
}

std::string names_of(const std::vector<const NetworkPolicy*>& policies) {
  std::string out;
  for (const auto* one : policies) out += (out.empty() ? "" : ", ") + safe(one->meta.ref().display());
  return out;
}

std::string sentence_of(const Case& the_case, const Cell& cell, const Isolation& isolation,
                        const NetworkPolicy& policy) {
  const auto& view = the_case.view_of(cell);
  const int port = the_case.endpoint(cell, cell.candidates.front()).id.port;
  if (isolation.ingress.empty())
    return fmt::format(
        "{} restricts where the client may connect to, and no rule lets it reach port {} of the pods behind "
        "Service/{}: its connections get no answer.",
        safe(policy.meta.ref().display()), port, safe(view.service));
  return fmt::format(
      "{} isolates the pods behind Service/{}, and no rule lets the client in on their port {}: its connections get "
      "no answer.",
      safe(policy.meta.ref().display()), safe(view.service), port);
}

Evidence policy_evidence(const Case& the_case, const Cell& cell, const Isolation& isolation,
                         const NetworkPolicy& policy) {
  const auto& all = isolation.ingress.empty() ? isolation.egress : isolation.ingress;
  const auto& view = the_case.view_of(cell);
  const auto client = client_of(the_case, cell);
  return {
      "policy-forbids", Weight::decides,
      fmt::format("{} {} {}, and none of {} rules allows {} on port {}", names_of(all),
                  all.size() == 1 ? "selects" : "select",
                  isolation.ingress.empty() ? "the client's pod" : "every endpoint that could have got the requests",
                  all.size() == 1 ? "its" : "their", client ? who_asks(*client) : "the client",
                  the_case.endpoint(cell, cell.candidates.front()).id.port),
      kubectl_object(view.ns, "get", "networkpolicy", policy.meta.name, "-o yaml"), json::object()};
}

// Why a cell that policies may have made is not theirs for sure; "" when it is, or when they have no part in it.
std::string why_unsure(const Case& the_case, const Cell& cell, const Isolation& isolation) {
  if (!isolation.any || isolation.admission == Admission::yes) return "";
  const auto& view = the_case.view_of(cell);
  if (!policies_seen(the_case, cell))
    return "the NetworkPolicies were not watched all the time, and one more may have let the client through";
  if (isolation.admission == Admission::unknown)
    return fmt::format(
        "whether the NetworkPolicies let the client reach the pods behind Service/{} cannot be told: what they ask for "
        "(a namespace's labels, a block of addresses, a port by name) is not in the log",
        safe(view.service));
  if (isolation.ingress.empty() && isolation.egress.empty())
    return "several NetworkPolicies forbid it, each to other endpoints";
  if (let_through(the_case, cell))
    return "a NetworkPolicy forbids it, and a client of the same labels was answered meanwhile: nobody enforces it";
  return "";
}

struct Forbidden {
  std::map<std::string, Book> books;  // by the policy's name
  std::vector<std::string> open;
};

Forbidden gather_forbidden(const Case& the_case, const Scope& scope) {
  Forbidden out;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (!judgeable(cell) || cell.candidates.empty() || only_of_others(the_case, cell)) continue;
    const auto isolation = isolation_of(the_case, cell);
    if (auto why = why_unsure(the_case, cell, isolation); !why.empty()) {
      if (std::find(out.open.begin(), out.open.end(), why) == out.open.end()) out.open.push_back(std::move(why));
      continue;
    }
    const auto* policy = isolation.admission == Admission::no ? accused_of(the_case, isolation) : nullptr;
    if (policy != nullptr) out.books[policy->meta.name].add(the_case, index, {});
  }
  return out;
}

Ruling network_policy_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  auto forbidden = gather_forbidden(the_case, scope);
  for (const auto& [name, book] : forbidden.books) {
    for (const auto& page : book.pages()) {
      // Asked directly, the same client is forbidden alike.
      if (const auto direct = reached(the_case, page.cells); direct.failed_alike == 0) {
        forbidden.open.push_back("a NetworkPolicy forbids it, and no direct request was seen to fail alike");
        continue;
      }
      const Cell& first = the_case.cells[page.cells.front()];
      const auto isolation = isolation_of(the_case, first);
      const auto* policy = accused_of(the_case, isolation);
      ruling.claims.push_back(
          claim_of(the_case, page, Cause::network_policy, sentence_of(the_case, first, isolation, *policy)));
      Finding& finding = ruling.claims.back().finding;
      finding.endpoints.clear();  // none of them is at fault
      finding.workload = policy->meta.ref();
      finding.evidence.push_back(policy_evidence(the_case, first, isolation, *policy));
    }
  }
  claim_forbidden_names(the_case, scope, ruling);
  ruling.open = std::move(forbidden.open);
  ruling.excluded =
      "no NetworkPolicy that was seen isolates the endpoints that could have got a failed request, or it lets this "
      "client through, or the client is no pod that the log knows";
  return ruling;
}

// --- the cure

std::vector<int> ports_asked(const Case& the_case, const Cell& cell) {
  std::vector<int> out;
  for (const auto index : cell.candidates) out.push_back(the_case.endpoint(cell, index).id.port);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// The policy with a rule more for each way that it forbids.
NetworkPolicy opened(const Case& the_case, const Cell& cell, const NetworkEnd& client, const Isolation& isolation,
                     const NetworkPolicy& policy) {
  const auto ports = ports_asked(the_case, cell);
  NetworkPolicy out = policy;
  if (!isolation.ingress.empty()) out.ingress_rules->push_back(rule_for(client, policy.meta.ns, ports));
  const auto server = server_of(the_case, cell, cell.candidates.front());
  if (!isolation.egress.empty() && server) out.egress_rules->push_back(rule_for(*server, policy.meta.ns, ports));
  return out;
}

// With `changed` in its old self's place, all candidates are reached.
bool cures(const Case& the_case, const Cell& cell, const NetworkEnd& client, const NetworkPolicy& changed) {
  auto policies = policies_at(the_case, cell.first_end_ns);
  for (auto& one : policies)
    if (one->meta.name == changed.meta.name && one->meta.ns == changed.meta.ns) one = &changed;
  return std::all_of(cell.candidates.begin(), cell.candidates.end(), [&](std::size_t index) {
    const auto server = server_of(the_case, cell, index);
    const int port = the_case.endpoint(cell, index).id.port;
    return server && model::ask_policies(policies, Way::ingress, client, *server, port).admission == Admission::yes &&
           model::ask_policies(policies, Way::egress, client, *server, port).admission == Admission::yes;
  });
}

json patch_of(const NetworkPolicy& before, const NetworkPolicy& after) {
  json spec = json::object();
  if (after.ingress_rules != before.ingress_rules)
    spec["ingress"] = model::rules_json(*after.ingress_rules, Way::ingress);
  if (after.egress_rules != before.egress_rules) spec["egress"] = model::rules_json(*after.egress_rules, Way::egress);
  return json::object({{"spec", std::move(spec)}});
}

void network_policy_cure(const Case& the_case, const Scope& cells, Finding& finding) {
  const Cell& cell = the_case.cells[cells.front()];
  if (likeness(cell.kind) == Likeness::name) return cure_forbidden_names(the_case, cells, finding);
  const auto isolation = isolation_of(the_case, cell);
  const auto client = client_of(the_case, cell);
  const auto* policy = accused_of(the_case, isolation);
  if (policy == nullptr || !client || !policy->ingress_rules || !policy->egress_rules) {
    finding.no_fix = "the log does not hold the policy's rules";
    return;
  }
  const auto changed = opened(the_case, cell, *client, isolation, *policy);
  const bool all = std::all_of(cells.begin(), cells.end(), [&](std::size_t index) {
    return cures(the_case, the_case.cells[index], *client, changed);
  });
  if (!all) {
    finding.no_fix = fmt::format("more than one policy forbids it ({}, {}), and a rule in one of them is not enough",
                                 names_of(isolation.ingress), names_of(isolation.egress));
    return;
  }
  const auto& rivals = isolation.ingress.empty() ? isolation.egress : isolation.ingress;
  std::vector<std::string> checked = {
      fmt::format("with that rule the policies let {} through, and whoever they let through before", who_asks(*client)),
      "the list is printed whole, as a change of it replaces it; a rule with your own clients' labels does as well"};
  if (rivals.size() > 1)
    checked.push_back(fmt::format("a rule in any of {} would do: this one selects the fewest pods", names_of(rivals)));
  change_object(
      the_case, {"NetworkPolicy", policy->meta.name, ""}, patch_of(*policy, changed),
      {fmt::format("Change {} as above.", safe(policy->meta.ref().display())), "Apply it; no pod has to be made anew."},
      std::move(checked), finding);
}

}  // namespace

Rule network_policy_rule() {
  return {.cause = Cause::network_policy,
          .explains = {Likeness::no_answer, Likeness::name},
          .claim = network_policy_claim,
          .cure = network_policy_cure};
}

}  // namespace straycat::diagnose
