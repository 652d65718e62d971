// What is wrong with the Service's own manifest, or with the slices that somebody wrote for it.
#include <algorithm>

#include <fmt/format.h>

#include "survey/place.hpp"
#include <straycat/finding/kubectl.hpp>
#include <straycat/finding/shape.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::survey {
namespace {

using finding::Cause;
using finding::Finding;
using finding::Weight;

finding::Fix change_of(const char* kind, const std::string& name, json patch, std::string yaml,
                       std::vector<std::string> checked) {
  finding::Fix fix;
  fix.target.kind = kind;
  fix.target.name = name;
  fix.merge_patch = std::move(patch);
  fix.yaml = std::move(yaml);
  fix.order = {fmt::format("Change the manifest of {}/{} as above, and apply it.", kind, name)};
  fix.checked = std::move(checked);
  return fix;
}

// --- publishes-unready

void publishes_unready(const model::Service& service, Survey& survey) {
  if (!finding::sends_clients_to_unready(service)) return;
  for (const Standing& one : survey.behind) {
    const auto unready = std::find_if(one.pods.begin(), one.pods.end(), [](const PodLine& pod) {
      return pod.routable && !pod.ready && !pod.terminating;
    });
    if (unready == one.pods.end()) continue;
    Finding finding = finding_for(survey, Cause::publishes_unready);
    finding.sentence = fmt::format(
        "Service/{} sends clients to pod {} of {}, which is not ready: it publishes addresses that are not.",
        survey.service, unready->name, one.workload.display());
    finding.evidence.push_back(fact("published-unready", Weight::decides,
                                    "spec.publishNotReadyAddresses is true, and the pod's condition Ready is not",
                                    finding::kubectl_slices(survey.ns, survey.service)));
    finding.fix =
        change_of("Service", survey.service, {{"spec", {{"publishNotReadyAddresses", false}}}},
                  "spec:\n  publishNotReadyAddresses: false  # was: true\n",
                  {"no pod is taken out that says that it is ready",
                   "peers that must find each other before they are ready need a headless Service of their own"});
    survey.findings.push_back(std::move(finding));
    return;
  }
}

// --- slice-port-mismatch

void slice_port_mismatch(const Place& place, const model::Service& service, Survey& survey) {
  if (!service.selector.empty() || !place.snapshot().knows("endpointslices")) return;
  const auto& slices = place.slices_of(service.meta.name);
  const bool any = std::any_of(slices.begin(), slices.end(),
                               [](const auto& slice) { return !slice.endpoints.empty() && !slice.ports.empty(); });
  if (!any) return;
  const model::ServicePort* lost = finding::port_without_slice(service, slices);
  if (lost == nullptr) return;
  const model::ServicePort& port = *lost;
  const auto& slice = slices.front();
  Finding finding = finding_for(survey, Cause::slice_port_mismatch);
  finding.workload = model::ObjectRef{"EndpointSlice", survey.ns, slice.meta.name, ""};
  finding.sentence = fmt::format(
      "Port {} of Service/{} is named \"{}\", and no slice of it bears a port of that name: no proxy sends it "
      "anywhere.",
      port.port, survey.service, port.name);
  std::string names;
  for (const auto& one : slice.ports) names += (names.empty() ? "\"" : ", \"") + one.name + "\"";
  finding.evidence.push_back(fact("port-names", Weight::decides,
                                  fmt::format("slice {} has {}", slice.meta.name, names.empty() ? "no port" : names),
                                  finding::kubectl_slices(survey.ns, survey.service)));
  const bool clear =
      slices.size() == 1 && slice.ports.size() == 1 && service.ports.size() == 1 && slice.ports.front().port;
  if (clear) {
    json ports = json::array({{{"name", port.name}, {"port", *slice.ports.front().port}, {"protocol", port.protocol}}});
    finding.fix = change_of("EndpointSlice", slice.meta.name, {{"ports", std::move(ports)}},
                            fmt::format("ports:\n- name: {}  # was: {}\n  port: {}\n", json(port.name).dump(),
                                        json(slice.ports.front().name).dump(), *slice.ports.front().port),
                            {"it is the Service's only slice, with one port, and the Service has one port"});
  } else {
    finding.no_fix = "which port of the slices is meant cannot be told";
  }
  // That nobody is sent to is how it shows.
  std::erase_if(survey.findings, [&](const Finding& one) {
    if (one.cause == Cause::no_endpoints) finding.showed_as(one.cause, one.sentence);
    return one.cause == Cause::no_endpoints;
  });
  survey.findings.push_back(std::move(finding));
}

// --- selector-misses

// "web-blue" stands for "web": a selector that asks for one of several such is by design.
bool bears_the_name(const std::string& workload, const std::string& service) {
  return workload.find(service) != std::string::npos || service.find(workload) != std::string::npos;
}

bool declares_the_target(const model::Service& service, const model::Workload& workload) {
  return any_fits(fits_of(service, workload.pod));
}

// The workload of the Service's own name, for good, declares the port that it asks for and is not selected; nobody of
// those that are bears anything of that name.
void selector_misses(const Place& place, const model::Service& service, Survey& survey) {
  if (service.selector.empty() || survey.behind.empty() || survey.intent.given()) return;
  const auto others = [&](const auto& all) {
    return std::none_of(all.begin(), all.end(),
                        [&](const auto& one) { return bears_the_name(one.workload.name, service.meta.name); });
  };
  if (!others(survey.behind) || !others(survey.prospects)) return;
  for (const auto& workload : place.workloads()) {
    const bool own = workload.meta.name == service.meta.name && model::stands_for_good(workload.meta.kind) &&
                     workload.meta.owners.empty();
    if (!own || model::selects(service.selector, workload.pod.labels) || !declares_the_target(service, workload))
      continue;
    Finding finding = finding_for(survey, Cause::selector_misses);
    finding.sentence =
        fmt::format("Service/{} selects only the pods of {}, not those of {}, which bears its name.", survey.service,
                    survey.behind.front().workload.display(), workload.meta.ref().display());
    finding.evidence.push_back(
        fact("selector-misses", Weight::decides,
             fmt::format("its selector is {}, the pods of {} have {}", model::to_string(service.selector),
                         workload.meta.ref().display(), model::to_string(own_labels(workload.pod.labels))),
             finding::kubectl_list(survey.ns, "pods", service.selector, "--show-labels")));
    finding.no_fix = "whom it is for is told by names only: see that before its selector is changed";
    survey.findings.push_back(std::move(finding));
    return;
  }
}

}  // namespace

void find_service_flaws(const Place& place, const model::Service& service, Survey& survey) {
  publishes_unready(service, survey);
  slice_port_mismatch(place, service, survey);
  selector_misses(place, service, survey);
}

}  // namespace straycat::survey
