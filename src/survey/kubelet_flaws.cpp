// What the kubelet says of the pods behind a Service: killed for a probe or for memory, never ready, ready by turns.
#include <algorithm>

#include <fmt/format.h>

#include "survey/place.hpp"
#include <straycat/finding/kubectl.hpp>

namespace straycat::survey {
namespace {

using finding::Cause;
using finding::Finding;
using finding::Weight;

constexpr std::int64_t lately_ns = 600'000'000'000;
// Younger pods may still be starting.
constexpr std::int64_t settled_ns = 60'000'000'000;

using Events = std::vector<const model::KubeEvent*>;

bool lately(const Place& place, std::int64_t wall_ns) {
  return wall_ns != 0 && place.snapshot().wall_ns - wall_ns < lately_ns;
}

// Of the last ten minutes, about the pods of one workload behind the Service.
Events events_about(const Place& place, const Standing& one, std::string_view reason, std::string_view words) {
  Events out;
  for (const auto* event : place.events()) {
    const bool its =
        event->regarding.kind == "Pod" && std::any_of(one.pods.begin(), one.pods.end(), [&](const PodLine& pod) {
          return pod.name == event->regarding.name && (event->regarding.uid.empty() || event->regarding.uid == pod.uid);
        });
    if (its && event->reason == reason && event->message.find(words) != std::string::npos &&
        lately(place, event->last_wall_ns))
      out.push_back(event);
  }
  return out;
}

Finding about(const Survey& survey, Cause cause, const Standing& one) {
  Finding finding = finding_for(survey, cause);
  finding.workload = one.workload;
  return finding;
}

std::string describe_pod(const Survey& survey, const std::string& pod) {
  return finding::kubectl_object(survey.ns, "describe", "Pod", pod);
}

void liveness_kill(const Place& place, const Standing& one, Survey& survey) {
  const Events killed = events_about(place, one, "Killing", "failed liveness probe");
  if (killed.empty()) return;
  Finding finding = about(survey, Cause::liveness_kill, one);
  finding.sentence = fmt::format("The kubelet restarts containers of {} behind Service/{} for their liveness probe.",
                                 one.workload.display(), survey.service);
  finding.evidence.push_back(fact("killed-for-liveness", Weight::decides,
                                  fmt::format("pod {}: {}", killed.front()->regarding.name, killed.front()->message),
                                  describe_pod(survey, killed.front()->regarding.name)));
  const Events probes = events_about(place, one, "Unhealthy", "Liveness probe failed");
  if (!probes.empty())
    finding.evidence.push_back(fact("liveness-failed", Weight::corroborates, probes.front()->message.substr(0, 160)));
  finding.no_fix =
      "whether the program hung or was only slow is not in the lists: a run with traffic tells how slow it was";
  survey.findings.push_back(std::move(finding));
}

const model::ContainerStatus* killed_for_memory(const Place& place, const model::Pod& pod) {
  for (const auto& status : pod.statuses) {
    const bool now = status.state == "terminated" && status.reason == "OOMKilled";
    if (now || (status.last_reason == "OOMKilled" && lately(place, status.last_finished_wall_ns))) return &status;
  }
  return nullptr;
}

void oom_kill(const Place& place, const Standing& one, Survey& survey) {
  for (const PodLine& line : one.pods) {
    const model::Pod* pod = place.pod_named(line.name);
    const auto* status = pod != nullptr ? killed_for_memory(place, *pod) : nullptr;
    if (status == nullptr) continue;
    Finding finding = about(survey, Cause::oom_kill, one);
    finding.sentence = fmt::format("Container {} of {} behind Service/{} is killed at its memory limit.", status->name,
                                   one.workload.display(), survey.service);
    finding.evidence.push_back(
        fact("oom-killed", Weight::decides,
             fmt::format("pod {}: it ended with OOMKilled (exit code {}), {}", line.name, status->last_exit_code,
                         count_of(static_cast<std::size_t>(status->restart_count), "restart")),
             describe_pod(survey, line.name)));
    finding.no_fix = "how much memory the program needs is not in the lists";
    survey.findings.push_back(std::move(finding));
    return;
  }
}

// Why a pod is not ready, in the kubelet's words; "" when nothing says.
std::string why_unready(const Place& place, const Standing& one, const PodLine& line) {
  if (!line.trouble.empty() && line.trouble != "CrashLoopBackOff") return line.trouble;
  for (const char* probe : {"Startup probe failed", "Readiness probe failed"})
    for (const auto* event : events_about(place, one, "Unhealthy", probe))
      if (event->regarding.name == line.name) return event->message.substr(0, 160);
  return "";
}

// None of its pods is ready, each is old enough, and something is said of each.
void never_ready(const Place& place, const Standing& one, Survey& survey) {
  if (one.pods.empty() || one.ready > 0) return;
  std::string why;
  for (const PodLine& line : one.pods) {
    const model::Pod* pod = place.pod_named(line.name);
    const bool settled = pod != nullptr && place.snapshot().wall_ns - pod->meta.created_wall_ns >= settled_ns;
    why = why_unready(place, one, line);
    if (!settled || line.terminating || line.restarts > 0 || why.empty()) return;
  }
  Finding finding = about(survey, Cause::never_ready, one);
  finding.sentence =
      fmt::format("No pod of {} behind Service/{} becomes ready: {}.", one.workload.display(), survey.service, why);
  finding.evidence.push_back(fact("never-ready", Weight::decides, fmt::format("pod {}: {}", one.pods.back().name, why),
                                  describe_pod(survey, one.pods.back().name)));
  finding.no_fix = "what keeps it is told above; what would mend it is not in the lists";
  survey.findings.push_back(std::move(finding));
}

// Ready by turns, for want of time and not of health: the probe timed out, again and again, and nothing was restarted.
void readiness_flap(const Place& place, const Standing& one, Survey& survey) {
  int failed = 0;
  const model::KubeEvent* last = nullptr;
  for (const auto* event : events_about(place, one, "Unhealthy", "Readiness probe failed")) {
    const bool late = event->message.find("context deadline exceeded") != std::string::npos ||
                      event->message.find("Client.Timeout") != std::string::npos;
    if (!late) return;  // it is refused, or answers wrongly, as well
    failed += event->count;
    last = event;
  }
  const bool restarted =
      std::any_of(one.pods.begin(), one.pods.end(), [](const PodLine& pod) { return pod.restarts > 0; });
  if (failed < 3 || restarted || one.ready == 0) return;
  Finding finding = about(survey, Cause::readiness_flap, one);
  finding.sentence =
      fmt::format("Pods of {} behind Service/{} leave it by turns: their readiness probe gets its answer too late.",
                  one.workload.display(), survey.service);
  finding.evidence.push_back(
      fact("probe-too-late", Weight::decides,
           fmt::format("{} in ten minutes, the last: {}", count_of(static_cast<std::size_t>(failed), "failed probe"),
                       last->message.substr(0, 160)),
           describe_pod(survey, last->regarding.name)));
  finding.no_fix = "how slow the answers are is not in the lists: a run with traffic tells, and proposes figures";
  survey.findings.push_back(std::move(finding));
}

}  // namespace

void find_kubelet_flaws(const Place& place, const model::Service&, Survey& survey) {
  for (const Standing& one : survey.behind) {
    if (one.stray) continue;  // it is not to stand there at all
    liveness_kill(place, one, survey);
    oom_kill(place, one, survey);
    never_ready(place, one, survey);
    readiness_flap(place, one, survey);
  }
}

}  // namespace straycat::survey
