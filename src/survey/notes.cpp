// What a reader should know of a Service, and is no flaw.
#include <algorithm>

#include <fmt/format.h>

#include "survey/place.hpp"
#include <straycat/finding/shape.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::survey {
namespace {

// What a slice that the controller does not keep sends to.
std::string addresses_of(const model::EndpointSlice& slice) {
  constexpr std::size_t most = 5;
  std::string out;
  for (std::size_t i = 0; i < std::min(slice.endpoints.size(), most); ++i)
    for (const std::string& address : slice.endpoints[i].addresses) out += (out.empty() ? "" : ", ") + address;
  if (slice.endpoints.size() > most) out += fmt::format(" and {} more", slice.endpoints.size() - most);
  return out.empty() ? "nobody" : out;
}

void note_slices(const Place& place, const model::Service& service, Survey& survey) {
  survey.notes.emplace_back("it has no selector: its endpoints are written by hand or by a program");
  for (const auto& slice : place.slices_of(service.meta.name))
    survey.notes.push_back(fmt::format("slice {} (managed by {}) sends to {}", slice.meta.name,
                                       slice.managed_by.empty() ? "nobody that it names" : slice.managed_by,
                                       addresses_of(slice)));
}

// Nobody translates ports on the way to a headless Service's pods.
void note_headless(const model::Service& service, const Survey& survey, std::vector<std::string>& notes) {
  notes.emplace_back("it is headless: its name stands for the pods' own addresses, with no proxy in between");
  for (const Standing& one : survey.behind) {
    const PortFit* fit = finding::untranslated_port(service, one.ports);
    if (fit == nullptr) continue;
    notes.push_back(fmt::format("nothing translates its port: clients of {}:{} must dial port {} of the pods, not {}",
                                service.meta.name, fit->port, *fit->number, fit->port));
    return;
  }
}

void note_events(const Place& place, Survey& survey) {
  std::set<std::string> pods;
  for (const Standing& one : survey.behind)
    for (const PodLine& pod : one.pods) pods.insert(pod.name);
  std::size_t told = 0;
  for (const auto* event : place.events()) {
    const bool its = event->regarding.kind == "Pod" && pods.count(event->regarding.name) != 0;
    if (event->type != "Warning" || !its || ++told > 3) continue;
    survey.notes.push_back(fmt::format("{} ago, pod {}: {}: {}", age(place.snapshot().wall_ns, event->last_wall_ns),
                                       event->regarding.name, event->reason, event->message.substr(0, 160)));
  }
}

}  // namespace

void add_notes(const Place& place, const model::Service& service, Survey& survey) {
  if (service.selector.empty()) note_slices(place, service, survey);
  if (service.cluster_ip == "None") note_headless(service, survey, survey.notes);
  if (service.session_affinity == "ClientIP")
    survey.notes.emplace_back("sessionAffinity is ClientIP: one client always meets the same endpoint, good or bad");
  if (service.internal_traffic_policy == "Local" || service.external_traffic_policy == "Local")
    survey.notes.emplace_back(
        "its traffic policy is Local: from a node without an endpoint of it, connections are dropped");
  for (const Standing& one : survey.behind)
    if (one.meant && one.readiness.empty())
      survey.notes.push_back(fmt::format(
          "the pods of {} have no readiness probe: they get connections as soon as they run", one.workload.display()));
  for (const auto* policy : place.policies()) {
    const bool hits =
        policy->ingress && std::any_of(survey.behind.begin(), survey.behind.end(),
                                       [&](const Standing& one) { return model::matches(policy->pods, one.labels); });
    if (hits)
      survey.notes.push_back(fmt::format("NetworkPolicy/{} restricts who may reach its pods", policy->meta.name));
  }
  note_events(place, survey);
}

}  // namespace straycat::survey
