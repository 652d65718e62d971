// Workloads that a Service selects and was probably not made for: now, later, or a while ago. One finding for each.
#include <algorithm>

#include <fmt/format.h>

#include "survey/place.hpp"
#include <straycat/finding/kubectl.hpp>
#include <straycat/finding/label_fix.hpp>
#include <straycat/finding/shape.hpp>
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
  one.readiness = finding::has_readiness(pod);
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

std::vector<Dossier> others(const Place& place, const model::Service& service, Survey& survey) {
  std::vector<Dossier> out;
  const auto is_meant = [&](const model::ObjectRef& ref) { return survey.intent.means(ref); };
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

std::string pods_of_all(const std::vector<model::ObjectRef>& all) {
  std::string out;
  for (const auto& ref : all) out += (out.empty() ? "" : " and ") + pods_of(ref);
  return out;
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

// The pods' labels of the workload that is meant.
model::Labels labels_of_meant(const Survey& survey, const Place& place, const model::ObjectRef& meant) {
  for (const Standing& one : survey.behind)
    if (same(one.workload, meant)) return one.labels;
  const model::Workload* workload = place.find(meant);
  return workload != nullptr ? own_labels(workload->pod.labels) : model::Labels{};
}

void add_fix(const Dossier& one, const Place& place, const model::Service& service, const Survey& survey,
             Finding& finding) {
  finding::LabelFixRequest request;
  request.ns = finding.ns;
  request.service = finding.service;
  request.service_selector = service.selector;
  request.services = place.services();
  request.known_as = "of the namespace";
  request.stray = one.workload;
  request.stray_labels = labels_of(one, place);
  const model::Workload* workload = place.find(one.workload);
  if (workload != nullptr) {
    request.stray_selector = model::own_selector(*workload);
    request.stray_shape = workload->pod;
    request.stray_source = finding::source_of(workload->meta);
    if (const auto* owner = workload->meta.controller()) request.owner = owner->kind + "/" + owner->name;
  }
  request.service_source = finding::source_of(service.meta);
  for (const auto& meant : survey.intent.workloads)
    request.meant.push_back({meant, labels_of_meant(survey, place, meant)});
  if (!place.snapshot().knows("services")) {
    finding.no_fix = "the namespace's other Services could not be read, so no change could be checked";
    return;
  }
  if (auto fix = finding::stray_fix(request)) {
    finding.fix = std::move(*fix);
  } else {
    finding.no_fix = fix.error().message;
  }
}

void accuse(const Dossier& one, const Place& place, const model::Service& service, Survey& survey) {
  const auto& meant = survey.intent.workloads;
  const bool reached = one.has_port && ((one.standing != nullptr && one.standing->routable > 0) ||
                                        (one.standing == nullptr && !one.past.empty()));
  Finding finding = finding_for(survey, reached ? Cause::stray_endpoint : Cause::latent_overlap);
  finding.workload = one.workload;
  const bool pods = !bare(one) && std::none_of(meant.begin(), meant.end(),
                                               [](const model::ObjectRef& ref) { return ref.kind == "Pod"; });
  finding.sentence =
      fmt::format("Service/{} selects {} beside {}{}: {}.", survey.service, pods_of(one.workload),
                  pods ? "those of " : "", pods ? survey.intent.names() : pods_of_all(meant), what_happens(one));
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
  if (const auto* workload = place.find(one.workload)) finding::tell_owner(*workload, finding);
  add_fix(one, place, service, survey, finding);
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

std::string names_of(const std::vector<Dossier>& all) {
  std::string names;
  for (const Dossier& one : all) names += (names.empty() ? "" : ", ") + one.workload.display();
  return names;
}

std::string unknown_intent(const std::vector<Dossier>& all, const finding::Intent& intent) {
  if (all.size() > 1)
    return fmt::format(
        "its selector matches several workloads ({}), and nothing tells for which of them it was made "
        "(say it with --for)",
        names_of(all));
  return fmt::format(
      "its selector matches {}, and it cannot be told whether it was made for it: {} (say it with --for)",
      names_of(all), intent.basis);
}

// Whether any workload that is meant stands behind it, or would.
bool selects_meant(const Survey& survey) {
  return std::any_of(survey.behind.begin(), survey.behind.end(), [](const Standing& one) { return one.meant; }) ||
         std::any_of(survey.prospects.begin(), survey.prospects.end(),
                     [&](const Prospect& one) { return survey.intent.means(one.workload); });
}

// Several that nobody named: they are taken to share it on purpose, which a person may know better.
void note_sharing(Survey& survey) {
  if (survey.intent.given() || survey.intent.workloads.size() < 2) return;
  survey.open.push_back(fmt::format(
      "{} share the Service, and seem to serve it alike: on purpose (canary, blue-green), or not (say it with --for)",
      survey.intent.names()));
}

}  // namespace

void find_strays(const Place& place, const model::Service& service, Survey& survey) {
  if (service.selector.empty()) return;  // whoever stands there was put there by name
  note_sharing(survey);
  auto all = others(place, service, survey);
  if (all.empty()) return;
  if (!survey.intent.known()) {
    survey.open.push_back(unknown_intent(all, survey.intent));
    return;
  }
  if (!selects_meant(survey)) {
    survey.open.push_back(fmt::format("its selector matches {}, and not {}, for which it seems to be made ({})",
                                      names_of(all), survey.intent.names(), survey.intent.basis));
    return;
  }
  bool meant_fits = false;
  for (const auto& meant : survey.intent.workloads) {
    const model::Workload* workload = place.find(meant);
    meant_fits = meant_fits || (workload != nullptr && any_fits(fits_of(service, workload->pod)));
  }
  for (const Standing& one : survey.behind) meant_fits = meant_fits || (one.meant && one.fits());
  for (const Dossier& one : all) {
    if (is_stray(one, meant_fits, survey.intent.given())) {
      accuse(one, place, service, survey);
    } else if (one.standing != nullptr || one.prospect != nullptr) {
      survey.open.push_back(fmt::format(
          "{} shares the Service with {}, and seems to serve it as well: on purpose (canary, blue-green), or not (say "
          "it with --for)",
          one.workload.display(), survey.intent.names()));
    }
  }
}

}  // namespace straycat::survey
