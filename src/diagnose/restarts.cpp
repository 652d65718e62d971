#include "restarts.hpp"

#include <algorithm>

namespace straycat::diagnose {
namespace {

using history::Endpoint;
using history::History;
using history::ServiceView;
using history::Span;

// A container's end shows in its pod's status this late at most (kubelet's relist of 1 s, twice, and the watch).
constexpr std::int64_t restart_shadow = 3'000'000'000;
// A program listens again this long after its container has started, as a rule.
constexpr std::int64_t start_of_work = 5'000'000'000;

int restarts_in(const model::Pod& pod) {
  int total = 0;
  for (const auto& status : pod.statuses) total += status.restart_count;
  return total;
}

// Ended, and not started again: the time between two starts of a container that crashes.
bool down(const model::Pod& pod) {
  return std::any_of(pod.statuses.begin(), pod.statuses.end(), [](const model::ContainerStatus& status) {
    const bool ended = status.state == "terminated" || (status.state == "waiting" && status.restart_count > 0);
    return ended && status.reason != "Completed";
  });
}

std::vector<Span> shadows(const History& history, const ServiceView& view, const Endpoint& endpoint,
                          std::int64_t after) {
  std::vector<Span> result;
  const auto* timeline = history.pod(view.ns, endpoint.id.pod, endpoint.id.uid);
  if (timeline == nullptr) return result;
  int before = -1;
  bool was_down = false;
  for (const auto& version : timeline->versions) {
    // What ends because its pod is deleted is no restart.
    if (!version.object || version.object->meta.deletion_wall_ns != 0) continue;
    const int total = restarts_in(*version.object);
    if (before >= 0 && total > before)
      result.push_back({version.at.earliest() - restart_shadow, version.at.latest() + after});
    if (was_down) result.back().to = std::max(result.back().to, version.at.latest() + after);
    was_down = down(*version.object);
    if (was_down) result.push_back({version.at.earliest() - restart_shadow, version.at.latest() + after});
    before = total;
  }
  if (was_down) result.back().to = history.end;
  return joined(std::move(result));
}

}  // namespace

std::vector<Span> joined(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.from < b.from; });
  std::vector<Span> result;
  for (const Span& span : spans) {
    if (!result.empty() && span.from <= result.back().to) {
      result.back().to = std::max(result.back().to, span.to);
    } else if (span.to > span.from) {
      result.push_back(span);
    }
  }
  return result;
}

namespace {

bool out_of_memory(const history::Timeline<model::Pod>& timeline) {
  return std::any_of(timeline.versions.begin(), timeline.versions.end(), [](const auto& version) {
    return version.object &&
           std::any_of(version.object->statuses.begin(), version.object->statuses.end(),
                       [](const auto& one) { return one.reason == "OOMKilled" || one.last_reason == "OOMKilled"; });
  });
}

// "Container main failed liveness probe, will be restarted" (kubelet, events/event.go and kuberuntime_manager.go).
bool killed_for(const History& history, const Endpoint& endpoint, std::string_view probe) {
  return std::any_of(history.kube_events.begin(), history.kube_events.end(), [&](const auto& seen) {
    const auto& event = seen.event;
    const bool its = event.regarding.kind == "Pod" &&
                     (event.regarding.uid.empty() || endpoint.id.uid.empty() ? event.regarding.name == endpoint.id.pod
                                                                             : event.regarding.uid == endpoint.id.uid);
    return its && event.reason == "Killing" && event.message.find(probe) != std::string::npos;
  });
}

}  // namespace

EndedBy ended_by(const History& history, const ServiceView& view, const Endpoint& endpoint) {
  const auto* timeline = history.pod(view.ns, endpoint.id.pod, endpoint.id.uid);
  if (timeline == nullptr || restart_shadows(history, view, endpoint).empty()) return EndedBy::nothing;
  if (out_of_memory(*timeline)) return EndedBy::memory;
  if (killed_for(history, endpoint, "failed liveness probe")) return EndedBy::liveness_probe;
  if (killed_for(history, endpoint, "failed startup probe")) return EndedBy::startup_probe;
  return EndedBy::itself;
}

std::vector<Span> restart_shadows(const History& history, const ServiceView& view, const Endpoint& endpoint) {
  return shadows(history, view, endpoint, 0);
}

std::vector<Span> restart_spans(const History& history, const ServiceView& view, const Endpoint& endpoint) {
  return shadows(history, view, endpoint, start_of_work);
}

}  // namespace straycat::diagnose
