#include "readiness.hpp"

#include <algorithm>

namespace straycat::diagnose {
namespace {

bool ready_throughout(const history::Endpoint& endpoint, std::int64_t from, std::int64_t to) {
  bool ready = false;
  for (const auto& state : endpoint.states) {
    if (state.at.ns > to) break;
    const bool now = state.ready && !state.terminating;
    if (state.at.ns > from && !(ready && now)) return false;
    ready = now;
  }
  return ready;
}

bool was_ready(const history::History& history, const model::ObjectRef& pod, const history::Placed& at) {
  return std::any_of(history.views.begin(), history.views.end(), [&](const history::ServiceView& view) {
    return view.ns == pod.ns &&
           std::any_of(view.endpoints.begin(), view.endpoints.end(), [&](const history::Endpoint& endpoint) {
             const bool same =
                 pod.uid.empty() || endpoint.id.uid.empty() ? endpoint.id.pod == pod.name : endpoint.id.uid == pod.uid;
             return same && ready_throughout(endpoint, at.earliest(), at.latest());
           });
  });
}

}  // namespace

std::uint64_t readiness_failures(const history::History& history, history::Span span) {
  std::uint64_t result = 0;
  for (const auto& seen : history.kube_events) {
    const auto& event = seen.event;
    if (event.reason != "Unhealthy" || !event.message.starts_with("Readiness probe failed")) continue;
    if (!seen.at.bounded() || !span.overlaps(seen.at.earliest(), seen.at.latest() + 1)) continue;
    if (was_ready(history, event.regarding, seen.at)) ++result;
  }
  return result;
}

}  // namespace straycat::diagnose
