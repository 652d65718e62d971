#include "isolation.hpp"

#include <algorithm>

#include <straycat/model/controller_labels.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {
namespace {

using model::Admission;
using model::NetworkEnd;
using model::NetworkPolicy;
using model::Way;
using Policies = std::vector<const NetworkPolicy*>;

// Those of `kept` that are in `more`, too; the first list is taken as it is.
void intersect(std::optional<Policies>& kept, const Policies& more) {
  if (!kept) kept = more;
  std::erase_if(*kept, [&](const auto* one) { return std::find(more.begin(), more.end(), one) == more.end(); });
}

// One way for all candidates.
struct OneWay {
  Admission worst = Admission::no;  // yes, where one is let through; else unknown, where one cannot be told
  std::optional<Policies> isolating;
};

void add_endpoint(OneWay& way, const model::PolicyAnswer& answer) {
  if (answer.admission == Admission::yes || way.worst == Admission::yes)
    way.worst = Admission::yes;
  else if (answer.admission == Admission::unknown)
    way.worst = Admission::unknown;
  intersect(way.isolating, answer.isolating);
}

Admission of_both(Admission in, Admission out) {
  if (in == Admission::no || out == Admission::no) return Admission::no;
  return in == Admission::unknown || out == Admission::unknown ? Admission::unknown : Admission::yes;
}

std::size_t pods_selected(const Case& the_case, const NetworkPolicy& policy) {
  std::size_t count = 0;
  for (const auto& [key, timeline] : the_case.history.pods)
    count += timeline.last && timeline.last->meta.ns == policy.meta.ns &&
                     model::matches(policy.pods, timeline.last->spec.labels)
                 ? 1
                 : 0;
  return count;
}

}  // namespace

std::optional<NetworkEnd> client_at(const Case& the_case, std::string_view vantage) {
  const auto* place = the_case.history.vantage(vantage);
  if (place == nullptr || place->record.pod.empty()) return std::nullopt;
  const auto* timeline = the_case.history.pod(place->record.ns, place->record.pod, "");
  if (timeline == nullptr || !timeline->last || timeline->last->spec.host_network) return std::nullopt;
  const auto& pod = *timeline->last;
  return NetworkEnd{pod.meta.ns, pod.spec.labels, pod.pod_ip, pod.spec};
}

std::optional<NetworkEnd> client_of(const Case& the_case, const Cell& cell) {
  return client_at(the_case, the_case.history.traffic[cell.traffic].vantage);
}

Policies policies_at(const Case& the_case, std::int64_t ns) {
  Policies out;
  for (const auto& [key, timeline] : the_case.history.policies)
    if (const auto* policy = timeline.at(ns)) out.push_back(policy);
  std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->meta.name < b->meta.name; });
  return out;
}

std::optional<NetworkEnd> server_of(const Case& the_case, const Cell& cell, std::size_t endpoint) {
  const auto& view = the_case.view_of(cell);
  const auto& one = view.endpoints[endpoint];
  const auto* pod = pod_of(the_case.history, view, one);
  if (pod == nullptr || pod->spec.host_network) return std::nullopt;
  return NetworkEnd{pod->meta.ns, pod->spec.labels, one.id.address, pod->spec};
}

Isolation isolation_of(const Case& the_case, const Cell& cell) {
  Isolation out;
  const auto client = client_of(the_case, cell);
  // A policy that comes in the middle: what failed of it first was under way, or began just after.
  const auto policies = policies_at(the_case, cell.first_end_ns);
  if (!client || policies.empty() || cell.candidates.empty()) return out;
  OneWay in, out_way;
  auto worst = Admission::no;
  for (const auto index : cell.candidates) {
    const auto server = server_of(the_case, cell, index);
    if (!server) return {};
    const int port = the_case.endpoint(cell, index).id.port;
    const auto ingress = model::ask_policies(policies, Way::ingress, *client, *server, port);
    const auto egress = model::ask_policies(policies, Way::egress, *client, *server, port);
    out.any = out.any || !ingress.isolating.empty() || !egress.isolating.empty();
    add_endpoint(in, ingress);
    add_endpoint(out_way, egress);
    const auto its = of_both(ingress.admission, egress.admission);
    if (its == Admission::yes || (its == Admission::unknown && worst == Admission::no)) worst = its;
    if (its == Admission::yes) break;
  }
  out.admission = worst;
  if (worst != Admission::no) return out;
  if (in.worst == Admission::no) out.ingress = in.isolating.value_or(Policies{});
  if (out_way.worst == Admission::no) out.egress = out_way.isolating.value_or(Policies{});
  return out;
}

bool let_through(const Case& the_case, const Cell& cell) {
  const auto client = client_of(the_case, cell);
  const auto& here = the_case.view_of(cell);
  for (const auto& there : the_case.history.traffic) {
    const auto other = there.view ? client_at(the_case, there.vantage) : std::nullopt;
    if (!other || !client || other->ns != client->ns || other->labels != client->labels) continue;
    for (const auto index : cell.candidates) {
      for (const auto& endpoint : the_case.history.views[*there.view].endpoints) {
        if (!endpoint.id.same_place(here.endpoints[index].id)) continue;
        for (const DirectProbe& probe : endpoint.probes) {
          const bool then = probe.started_ns >= cell.first_ns && probe.started_ns <= cell.last_ns;
          if (then && probe.ok && probe.traffic == there.name) return true;
        }
      }
    }
  }
  return false;
}

bool policies_seen(const Case& the_case, const Cell& cell) {
  return the_case.history.covered("networkpolicies", {cell.first_ns, std::max(cell.last_ns, cell.first_ns + 1)});
}

const NetworkPolicy* narrowest(const Case& the_case, const Policies& policies) {
  const auto least = std::min_element(policies.begin(), policies.end(), [&](const auto* a, const auto* b) {
    return pods_selected(the_case, *a) < pods_selected(the_case, *b);
  });
  return least == policies.end() ? nullptr : *least;
}

model::Labels labels_of_its_own(model::Labels labels) {
  std::erase_if(labels, [](const auto& label) { return model::is_controller_label(label.first); });
  return labels;
}

model::PolicyRule rule_for(const NetworkEnd& other, const std::string& policy_ns, const std::vector<int>& ports) {
  auto labels = labels_of_its_own(other.labels);
  labels.erase(model::run_label);  // another run's agent has another run's name
  model::PolicyPeer peer;
  peer.pods = model::LabelSelector{std::move(labels), {}};
  if (other.ns != policy_ns) peer.namespaces = model::LabelSelector{{{"kubernetes.io/metadata.name", other.ns}}, {}};
  model::PolicyRule rule{{std::move(peer)}, {}};
  for (const int port : ports) rule.ports.push_back({"TCP", std::to_string(port), 0});
  return rule;
}

}  // namespace straycat::diagnose
