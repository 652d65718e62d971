// Workloads that a Service selects and was probably not made for: now, later, or a while ago. One finding for each.
#include <algorithm>

#include <fmt/format.h>

#include "survey/place.hpp"
#include <straycat/finding/kubectl.hpp>
#include <straycat/finding/label_fix.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::survey {
namespace {

using finding::Cause;
using finding::Finding;
using finding::Weight;

// All that is known of one workload beside the meant one.
struct Dossier {
  model::ObjectRef workload;
  Standing* standing = nullptr;
  Prospect* prospect = nullptr;
  std::vector<Past*> past;
  bool fits = false, transient = false, has_port = true, readiness = false;
};

Dossier& dossier_of(std::vector<Dossier>& all, const model::ObjectRef& ref) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Dossier& one) { return same(one.workload, ref); });
  if (found != all.end()) return *found;
  all.emplace_back();
  all.back().workload = ref;
  return all.back();
}

void read_shape(Dossier& one, const model::Service& service, const model::PodShape& pod, const std::string& helm_hook) {
  const auto fits = fits_of(service, pod);
  one.fits = any_fits(fits);
  one.has_port = std::any_of(fits.begin(), fits.end(), [](const PortFit& fit) { return fit.number.has_value(); });
  one.transient = transient(one.workload, helm_hook);
  one.readiness = std::any_of(pod.containers.begin(), pod.containers.end(),
                              [](const model::Container& container) { return container.readiness.has_value(); });
}

// Its pods' shape: its template where that is known, else one of its pods.
void complete(Dossier& one, const Place& place, const model::Service& service) {
  if (const model::Workload* workload = place.find(one.workload))
    return read_shape(one, service, workload->pod, workload->meta.helm_hook);
  for (const model::Pod* pod : place.pods()) {
    const bool its = one.standing != nullptr && !one.standing->pods.empty()
                         ? pod->meta.name == one.standing->pods.front().name
                         : !one.past.empty() && pod->meta.name == one.past.front()->pod;
    if (its) return read_shape(one, service, pod->spec, pod->meta.helm_hook);
  }
}

std::vector<Dossier> others_than(const std::vector<model::ObjectRef>& meant, const Place& place,
                                 const model::Service& service, Survey& survey) {
  std::vector<Dossier> out;
  const auto is_meant = [&](const model::ObjectRef& ref) {
    return std::any_of(meant.begin(), meant.end(), [&](const model::ObjectRef& one) { return same(one, ref); });
  };
  for (Standing& one : survey.behind)
    if (!is_meant(one.workload)) dossier_of(out, one.workload).standing = &one;
  for (Prospect& one : survey.prospects)
    if (!is_meant(one.workload)) dossier_of(out, one.workload).prospect = &one;
  for (Past& one : survey.past)
    if (!is_meant(one.workload)) dossier_of(out, one.workload).past.push_back(&one);
  for (Dossier& one : out) complete(one, place, service);
  return out;
}

model::Labels labels_of(const Dossier& one, const Place& place) {
  if (one.standing != nullptr) return one.standing->labels;
  if (one.prospect != nullptr) return one.prospect->labels;
  if (const model::Workload* workload = place.find(one.workload)) return own_labels(workload->pod.labels);
  for (const model::Pod* pod : place.pods())
    if (!one.past.empty() && pod->meta.name == one.past.front()->pod) return own_labels(pod->meta.labels);
  return {};
}

bool bare(const Dossier& one) { return one.workload.kind == "Pod"; }

// Of a workload's pods, or of a pod that nobody owns.
std::string say(const Dossier& one, const char* of_pods, const char* of_one) { return bare(one) ? of_one : of_pods; }

std::string pods_of(const model::ObjectRef& ref) {
  return ref.kind == "Pod" ? ref.display() : "the pods of " + ref.display();
}

std::string what_happens(const Dossier& one) {
  if (!one.has_port)
    return say(one,
               "they lack the port that its targetPort names, so proxies send them nothing; an ingress controller may",
               "it lacks the port that its targetPort names, so proxies send it nothing; an ingress controller may");
  if (one.standing != nullptr && one.standing->routable > 0)
    return bare(one)
               ? "it gets a share of the connections now, and nothing says that it serves them"
               : fmt::format("{} of them {} the connections now, and nothing says that they serve them",
                             one.standing->routable, one.standing->routable == 1 ? "gets a share of" : "get shares of");
  if (one.standing != nullptr)
    return say(one, "none of them is ready now; once one is, it gets a share of the connections",
               "it is not ready now; once it is, it gets a share of the connections");
  if (!one.past.empty() && !one.readiness)
    return say(one, "while they ran they were ready, having no readiness probe, and got a share of the connections",
               "while it ran it was ready, having no readiness probe, and got a share of the connections");
  if (one.prospect != nullptr)
    return one.readiness
               ? "once they run and are ready, they get a share of the connections"
               : "once they run they are ready, having no readiness probe, and get a share of the connections";
  return say(one, "while they were ready they got a share of the connections",
             "while it was ready it got a share of the connections");
}

void add_time(const Dossier& one, const Survey& survey, std::int64_t now, Finding& finding) {
  if (one.standing != nullptr)
    finding.evidence.push_back(fact(
        "stands-there", Weight::decides,
        bare(one) ? fmt::format("{} stands behind it, {}, for {}", one.workload.display(),
                                one.standing->ready > 0 ? "ready" : "not ready", age(now, one.standing->since_wall_ns))
                  : fmt::format("{} of {} behind it, {} ready, for {}", count_of(one.standing->pods.size(), "pod"),
                                one.workload.display(), one.standing->ready, age(now, one.standing->since_wall_ns)),
        finding::kubectl_slices(survey.ns, survey.service)));
  for (std::size_t i = 0; i < std::min<std::size_t>(3, one.past.size()); ++i) {
    const Past& past = *one.past[i];
    std::string text = past.text;
    if (past.from_wall_ns != 0 && past.to_wall_ns != 0)
      text += fmt::format(", from {} to {} ({} ago)", format_wall(past.from_wall_ns), format_wall(past.to_wall_ns),
                          age(now, past.to_wall_ns));
    finding.evidence.push_back(fact("stood-there", Weight::decides, std::move(text),
                                    finding::kubectl_list(survey.ns, "pods", survey.selector, "-o wide")));
  }
}

void add_shape(const Dossier& one, const Survey& survey, Finding& finding) {
  finding.evidence.push_back(fact("label-matched", Weight::decides,
                                  fmt::format("the selector {} matches {}", model::to_string(survey.selector),
                                              say(one, "the labels of its pods", "its labels")),
                                  finding::kubectl_list(survey.ns, "pods", survey.selector, "--show-labels")));
  if (one.transient)
    finding.evidence.push_back(fact("comes-and-goes", Weight::corroborates,
                                    say(one, "a workload that comes and goes", "a pod that no controller owns")));
  if (!one.readiness)
    finding.evidence.push_back(fact("no-readiness-probe", Weight::corroborates,
                                    say(one, "its pods have no readiness probe: they are ready as soon as they run",
                                        "it has no readiness probe: it is ready as soon as it runs")));
  if (!one.fits)
    finding.evidence.push_back(fact("port-not-declared", Weight::corroborates,
                                    fmt::format("{} none of the ports that the Service sends to ({})",
                                                say(one, "its pods declare", "it declares"), survey.ports)));
}

void add_fix(const Dossier& one, const Place& place, const model::Service& service, const model::ObjectRef& meant,
             const model::Labels& meant_labels, Finding& finding) {
  finding::LabelFixRequest request;
  request.ns = finding.ns;
  request.service = finding.service;
  request.service_selector = service.selector;
  request.services = place.services();
  request.known_as = "of the namespace";
  request.stray = one.workload;
  request.stray_labels = labels_of(one, place);
  const model::Workload* workload = place.find(one.workload);
  if (workload != nullptr && one.workload.kind != "Job") request.stray_selector = workload->selector;
  request.meant = meant;
  request.meant_labels = meant_labels;
  if (!place.snapshot().knows("services")) {
    finding.no_fix = "the namespace's other Services could not be read, so no change could be checked";
    return;
  }
  if (auto fix = finding::label_fix(request)) {
    finding.fix = std::move(*fix);
  } else {
    finding.no_fix = fix.error().message;
  }
}

// The pods' labels of the workload that is meant.
model::Labels labels_of_meant(const Survey& survey, const Place& place, const model::ObjectRef& meant) {
  for (const Standing& one : survey.behind)
    if (same(one.workload, meant)) return one.labels;
  const model::Workload* workload = place.find(meant);
  return workload != nullptr ? own_labels(workload->pod.labels) : model::Labels{};
}

void accuse(const Dossier& one, const Place& place, const model::Service& service, Survey& survey) {
  const model::ObjectRef& meant = *survey.intent.workload;
  const bool reached = one.has_port && ((one.standing != nullptr && one.standing->routable > 0) ||
                                        (one.standing == nullptr && !one.past.empty()));
  Finding finding = finding_for(survey, reached ? Cause::stray_endpoint : Cause::latent_overlap);
  finding.workload = one.workload;
  const bool pods = !bare(one) && meant.kind != "Pod";
  finding.sentence = fmt::format("Service/{} selects {} beside {}: {}.", survey.service, pods_of(one.workload),
                                 pods ? "those of " + meant.display() : pods_of(meant), what_happens(one));
  if (one.prospect != nullptr)
    finding.evidence.push_back(fact("could-stand-there", Weight::decides,
                                    fmt::format("{} ({})", one.workload.display(), one.prospect->state)));
  add_time(one, survey, place.snapshot().wall_ns, finding);
  add_shape(one, survey, finding);
  if (one.standing != nullptr) {
    for (const PodLine& pod : one.standing->pods) {
      finding::AccusedEndpoint endpoint;
      endpoint.id = {pod.address, 0, pod.name, pod.uid};
      endpoint.ns = survey.ns;
      for (const PortFit& fit : one.standing->ports)
        endpoint.id.port = endpoint.id.port == 0 ? fit.number.value_or(0) : endpoint.id.port;
      finding.endpoints.push_back(std::move(endpoint));
    }
  }
  add_fix(one, place, service, meant, labels_of_meant(survey, place, meant), finding);
  if (one.standing != nullptr) one.standing->stray = true;
  if (one.prospect != nullptr) one.prospect->stray = true;
  for (Past* past : one.past) past->stray = true;
  survey.findings.push_back(std::move(finding));
}

// What comes and goes and shows no sign of serving is a stray; what stands for good is one only when it lacks what the
// meant workload has. Else the two may share the Service on purpose (canary, blue-green).
bool is_stray(const Dossier& one, bool meant_fits, bool given) {
  if (given) return true;
  return !one.fits && (one.transient || meant_fits);
}

}  // namespace

void find_strays(const Place& place, const model::Service& service, Survey& survey) {
  if (service.selector.empty()) return;  // whoever stands there was put there by name
  std::vector<model::ObjectRef> meant;
  if (survey.intent.workload) meant.push_back(*survey.intent.workload);
  for (const Standing& one : survey.behind)
    if (one.meant) meant.push_back(one.workload);
  auto others = others_than(meant, place, service, survey);
  if (others.empty()) return;
  if (!survey.intent.workload) {
    std::string names;
    for (const Dossier& one : others) names += (names.empty() ? "" : ", ") + one.workload.display();
    survey.open.push_back(fmt::format(
        "its selector matches several workloads ({}), and nothing tells for which of them it was made (say it with "
        "--for)",
        names));
    return;
  }
  const model::Workload* workload = place.find(*survey.intent.workload);
  bool meant_fits = workload != nullptr && any_fits(fits_of(service, workload->pod));
  for (const Standing& one : survey.behind) meant_fits = meant_fits || (one.meant && one.fits());
  for (const Dossier& one : others) {
    if (is_stray(one, meant_fits, survey.intent.given)) {
      accuse(one, place, service, survey);
    } else if (one.standing != nullptr || one.prospect != nullptr) {
      survey.open.push_back(fmt::format(
          "{} shares the Service with {}, and seems to serve it as well: on purpose (canary, blue-green), or not (say "
          "it with --for)",
          one.workload.display(), survey.intent.workload->display()));
    }
  }
}

}  // namespace straycat::survey
