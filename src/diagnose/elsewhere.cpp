#include "elsewhere.hpp"

#include <algorithm>

#include "time.hpp"
#include <straycat/finding/ports.hpp>

namespace straycat::diagnose {
namespace {

using history::Endpoint;
using history::ServiceView;

constexpr std::int64_t around = 2 * second;

bool no_way_in(Likeness like) { return like == Likeness::refused || like == Likeness::no_answer; }

// A way that opens again, or was open before, answers then; and so does a pod that was away for a moment. Only what is
// answered in between says who is served meanwhile.
bool answered_meanwhile(const Cell& cell, const DirectProbe& probe) {
  return probe.ok && probe.started_ns >= cell.first_ns && probe.started_ns <= cell.last_ns;
}

// Direct requests from the cell's own place to an endpoint, about then.
struct Own {
  std::uint64_t failed = 0, ok = 0;
  std::int64_t first = 0, last = 0;  // of those that failed
};

Own own_requests(const Case& the_case, const Cell& cell, const Endpoint& endpoint) {
  Own result;
  const auto& traffic = the_case.history.traffic[cell.traffic].name;
  for (const DirectProbe& probe : endpoint.probes) {
    if (probe.traffic != traffic || !probe.uid_kept || probe.started_ns < cell.first_ns - around ||
        probe.started_ns > cell.last_ns + around)
      continue;
    if (answered_meanwhile(cell, probe)) ++result.ok;
    if (probe.ok || !probe.failure || !no_way_in(likeness(probe.failure->kind))) continue;
    if (result.failed++ == 0) result.first = probe.started_ns;
    result.last = probe.started_ns;
  }
  return result;
}

// Another place reaches the same endpoint meanwhile, whenever it asks: where it stands, or "".
std::string another_place(const Case& the_case, const Cell& cell, const Endpoint& endpoint) {
  const auto& here = the_case.history.traffic[cell.traffic];
  for (const auto& there : the_case.history.traffic) {
    if (there.vantage == here.vantage || !there.view) continue;
    std::uint64_t ok = 0, failed = 0;
    for (const Endpoint& same : the_case.history.views[*there.view].endpoints) {
      if (!same.id.same_place(endpoint.id)) continue;
      for (const DirectProbe& probe : same.probes) {
        const bool then = probe.started_ns >= cell.first_ns - around && probe.started_ns <= cell.last_ns + around;
        if (!then || probe.traffic != there.name) continue;
        if (!probe.ok) ++failed;
        if (answered_meanwhile(cell, probe)) ++ok;
      }
    }
    if (ok > 0 && failed == 0) return the_case.history.place(there.vantage);
  }
  return "";
}

// It stayed ready for longer than its readiness probe, asking at that very port, can fail unnoticed.
bool kubelet_reaches(const Case& the_case, const Cell& cell, const Endpoint& endpoint, const Own& own) {
  const auto* pod = pod_of(the_case.history, the_case.view_of(cell), endpoint);
  if (pod == nullptr || pod->meta.deletion_wall_ns != 0 || !finding::asks_at(pod->spec, endpoint.id.port)) return false;
  std::int64_t unnoticed = 0;
  for (const auto& container : pod->spec.containers) {
    if (!container.readiness) continue;
    const auto& probe = *container.readiness;
    unnoticed = std::max<std::int64_t>(
        unnoticed, second * (probe.failure_threshold + 1) * (probe.period_seconds + probe.timeout_seconds));
  }
  if (own.last - own.first <= unnoticed || restarts(the_case.history, the_case.view_of(cell), endpoint) > 0)
    return false;
  return std::none_of(endpoint.states.begin(), endpoint.states.end(), [&](const history::EndpointState& state) {
    return state.at.ns >= own.first - unnoticed && state.at.ns <= own.last && !(state.ready && state.serving);
  });
}

}  // namespace

std::string who_is_served(const Case& the_case, const Cell& cell) {
  if (cell.sight != Sight::seen || !no_way_in(likeness(cell.kind)) || cell.candidates.empty()) return "";
  std::string who;
  for (const auto index : cell.candidates) {
    const Endpoint& endpoint = the_case.endpoint(cell, index);
    const Own own = own_requests(the_case, cell, endpoint);
    if (own.failed == 0 || own.ok > 0) return "";
    who = another_place(the_case, cell, endpoint);
    if (who.empty() && kubelet_reaches(the_case, cell, endpoint, own)) who = the_kubelet;
    if (who.empty()) return "";
  }
  return who;
}

}  // namespace straycat::diagnose
