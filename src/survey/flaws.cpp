// What can be wrong with a Service although nobody strays: its ports, its pods, its slices.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "survey/place.hpp"
#include <straycat/finding/kubectl.hpp>
#include <straycat/finding/shape.hpp>

namespace straycat::survey {
namespace {

using finding::Cause;
using finding::Finding;
using finding::Weight;

constexpr std::int64_t minute_ns = 60'000'000'000;

// --- ports

std::string list_of(const std::vector<int>& ports) {
  std::string out;
  for (const int port : std::set<int>(ports.begin(), ports.end()))
    out += (out.empty() ? "" : ", ") + std::to_string(port);
  return out;
}

// The Service's ports as a manifest writes them, one target changed.
json ports_with(const model::Service& service, int port, int target) {
  json ports = json::array();
  for (const auto& one : service.ports) {
    json out = json::object({{"port", one.port}, {"protocol", one.protocol}});
    if (!one.name.empty()) out["name"] = one.name;
    if (one.node_port != 0) out["nodePort"] = one.node_port;
    if (one.port == port)
      out["targetPort"] = target;
    else
      std::visit([&](const auto& value) { out["targetPort"] = value; }, one.target);
    ports.push_back(std::move(out));
  }
  return ports;
}

finding::Fix port_fix(const model::Service& service, const PortFit& fit, int target, const model::ObjectRef& workload) {
  finding::Fix fix;
  fix.target.kind = "Service";
  fix.target.name = service.meta.name;
  fix.merge_patch = json::object({{"spec", json::object({{"ports", ports_with(service, fit.port, target)}})}});
  fix.yaml =
      fmt::format("spec:\n  ports:\n  - port: {}\n    targetPort: {}  # was: {}\n", fit.port, target, fit.target);
  fix.order = {"Change the targetPort in the Service's manifest as above.", "Apply it; no pod has to be made anew."};
  fix.checked = {fmt::format("{} declares port {}, and no other", workload.display(), target)};
  fix.kubectl = {finding::kubectl_slices(service.meta.ns, service.meta.name)};
  return fix;
}

void wrong_target(const model::Service& service, const Standing& one, const PortFit& fit, Survey& survey) {
  Finding finding = finding_for(survey, Cause::wrong_target_port);
  finding.workload = one.workload;
  finding.sentence = fmt::format(
      "Service/{} sends port {} to port {} of the pods of {}, which declare {} instead: if nothing listens there, "
      "every "
      "connection is refused.",
      survey.service, fit.port, *fit.number, one.workload.display(), list_of(fit.others));
  finding.evidence.push_back(
      fact("port-not-declared", Weight::decides,
           fmt::format("targetPort is {}, the containers declare {}", fit.target, list_of(fit.others)),
           finding::kubectl_object(survey.ns, "get", one.workload.kind, one.workload.name, "-o yaml")));
  finding.evidence.push_back(fact("declared-only", Weight::against,
                                  "a declared port is a statement, not a listener: --probe tells which it is"));
  const std::set<int> others(fit.others.begin(), fit.others.end());
  if (others.size() == 1)
    finding.fix = port_fix(service, fit, *others.begin(), one.workload);
  else
    finding.no_fix = "the pods declare several ports, and which is meant cannot be told";
  survey.findings.push_back(std::move(finding));
}

void missing_name(const Standing& one, const PortFit& fit, Survey& survey) {
  Finding finding = finding_for(survey, Cause::missing_named_port);
  finding.workload = one.workload;
  const std::string which =
      fit.lacking < fit.pods ? fmt::format("{} of the {} pods", fit.lacking, fit.pods) : "the pods";
  finding.sentence = fmt::format(
      "Service/{} sends port {} to the port named {}, which {} of {} do not have: no proxy sends them anything.",
      survey.service, fit.port, fit.target, which, one.workload.display());
  finding.evidence.push_back(fact("no-such-port", Weight::decides,
                                  fmt::format("no container declares a port named {}", fit.target),
                                  finding::kubectl_slices(survey.ns, survey.service)));
  finding.no_fix = "name the container's port, or let the Service's targetPort name one that is there";
  survey.findings.push_back(std::move(finding));
}

// --- pods and slices

bool crashes(const model::Pod& pod, std::int64_t now) {
  return std::any_of(pod.statuses.begin(), pod.statuses.end(), [&](const model::ContainerStatus& status) {
    const bool lately = status.last_finished_wall_ns != 0 && now - status.last_finished_wall_ns < 10 * minute_ns;
    return status.reason == "CrashLoopBackOff" || (status.restart_count >= 2 && lately);
  });
}

std::string crash_words(const model::Pod& pod) {
  for (const auto& status : pod.statuses)
    if (status.restart_count > 0)
      return fmt::format("container {} restarted {}, last with {} (exit code {})", status.name,
                         status.restart_count == 1 ? "once" : fmt::format("{} times", status.restart_count),
                         status.last_reason.empty() ? "no reason given" : status.last_reason, status.last_exit_code);
  return "a container does not stay up";
}

// Endpoints that name a pod that is gone.
// The lists are not of one moment: a pod that has just come may be in its slice and not among the pods.
constexpr std::int64_t settles_ns = 10'000'000'000;

std::vector<std::string> stale_addresses(const Place& place, const model::EndpointSlice& slice) {
  std::vector<std::string> out;
  for (const auto& endpoint : slice.endpoints) {
    if (endpoint.pod.empty() || !endpoint.is_ready() || endpoint.addresses.empty()) continue;
    const model::Pod* pod = place.pod_named(endpoint.pod);
    const bool there = pod != nullptr && (endpoint.pod_uid.empty() || endpoint.pod_uid == pod->meta.uid);
    if (!there) out.push_back(endpoint.addresses.front() + " (pod " + endpoint.pod + ")");
  }
  return out;
}

void foreign_slice(const model::EndpointSlice& slice, Survey& survey) {
  Finding finding = finding_for(survey, Cause::selector_unwanted);
  const std::string who = slice.managed_by.empty() ? "nobody that it names" : slice.managed_by;
  finding.sentence = fmt::format(
      "Slice {} of Service/{} is managed by {}, though the Service has a selector: its {} stay whatever happens to the "
      "pods.",
      slice.meta.name, survey.service, who, count_of(slice.endpoints.size(), "endpoint"));
  finding.evidence.push_back(fact("managed-by", Weight::decides,
                                  fmt::format("its label endpointslice.kubernetes.io/managed-by is {}", who),
                                  finding::kubectl_slices(survey.ns, survey.service)));
  finding.no_fix = "delete the slice, or let its maker keep it, once it is known who needs it";
  survey.findings.push_back(std::move(finding));
}

}  // namespace

void find_port_flaws(const Place&, const model::Service& service, Survey& survey) {
  for (const Standing& one : survey.behind) {
    const bool counts = one.meant || (!survey.intent.known() && !one.stray);
    if (!counts) continue;
    for (const PortFit& fit : one.ports) {
      if (fit.lacking > 0) {
        missing_name(one, fit, survey);
      } else if (!fit.fits() && fit.silent) {
        survey.notes.push_back(
            fmt::format("no container of {} declares port {}; one declares none at all, and may listen there: --probe "
                        "tells",
                        one.workload.display(), *fit.number));
      } else if (!fit.fits() && !fit.others.empty()) {
        wrong_target(service, one, fit, survey);
      }
    }
  }
}

void find_pod_flaws(const Place& place, const model::Service& service, Survey& survey) {
  for (const Standing& one : survey.behind) {
    for (const PodLine& line : one.pods) {
      const bool peers = service.publish_not_ready && service.cluster_ip == "None";
      if (line.routable && !line.ready && !line.terminating && peers)
        survey.notes.push_back(fmt::format(
            "pod {} gets connections though it is not ready: the Service publishes addresses that are not", line.name));
    }
    for (const model::Pod* pod : place.pods_of(service)) {
      if (pod->terminal() || !same(place.owner_of(pod->meta), one.workload) || !crashes(*pod, place.snapshot().wall_ns))
        continue;
      Finding finding = finding_for(survey, Cause::crash_loop);
      finding.workload = one.workload;
      finding.sentence = fmt::format("Pod {} of {} behind Service/{} crashes: {}.", pod->meta.name,
                                     one.workload.display(), survey.service, crash_words(*pod));
      finding.evidence.push_back(fact("restarts", Weight::decides, crash_words(*pod),
                                      finding::kubectl_object(survey.ns, "describe", "Pod", pod->meta.name)));
      survey.findings.push_back(std::move(finding));
      break;  // one of a workload's pods tells it
    }
  }
}

void find_slice_flaws(const Place& place, const model::Service& service, Survey& survey) {
  for (const auto& slice : place.slices_of(service.meta.name)) {
    if (!finding::is_kept(slice) && !service.selector.empty()) foreign_slice(slice, survey);
    if (!place.snapshot().knows("pods")) continue;
    const auto stale = stale_addresses(place, slice);
    if (stale.empty()) continue;
    if (place.snapshot().wall_ns - slice.trigger_wall_ns < settles_ns) {
      survey.open.push_back(
          fmt::format("{} of slice {} name pods that were not listed, and it has just changed: ask again",
                      count_of(stale.size(), "endpoint"), slice.meta.name));
      continue;
    }
    Finding finding = finding_for(survey, Cause::stale_slice);
    finding.sentence =
        fmt::format("Service/{} sends to {}, of a pod that does not exist.", survey.service, stale.front());
    finding.evidence.push_back(fact("no-such-pod", Weight::decides,
                                    fmt::format("{} of slice {} name pods that were not listed",
                                                count_of(stale.size(), "endpoint"), slice.meta.name),
                                    finding::kubectl_slices(survey.ns, survey.service)));
    survey.findings.push_back(std::move(finding));
  }
}

}  // namespace straycat::survey
