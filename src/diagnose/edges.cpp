#include "edges.hpp"

#include <algorithm>

#include "restarts.hpp"
#include "revisions.hpp"
#include <straycat/finding/ports.hpp>

namespace straycat::diagnose {
namespace {

constexpr std::int64_t minute = 60'000'000'000;

// A container that nothing asks whether it serves started less than a minute before the request.
bool just_started(const Case& the_case, const history::ServiceView& view, const history::Endpoint& endpoint,
                  const Cell& cell) {
  const auto* pod = pod_of(the_case.history, view, endpoint);
  if (pod == nullptr || finding::asks_at(pod->spec, endpoint.id.port)) return false;
  const auto wall = the_case.history.wall_ns(cell.first_ns);
  return std::any_of(pod->statuses.begin(), pod->statuses.end(), [&](const model::ContainerStatus& status) {
    return status.started_wall_ns != 0 && status.started_wall_ns > wall - minute;
  });
}

// After it had answered it failed so again, while nothing ended it or started it again: it is not its beginning that is
// at fault. A program that answers every third request wrongly looked like a slow start, when the first direct request
// was one of those.
bool fails_again(const Case& the_case, const Cell& cell, const history::Endpoint& endpoint) {
  constexpr std::int64_t about = 2'000'000'000;  // a pod's end begins before it is told of
  const auto& view = the_case.view_of(cell);
  const auto& traffic = the_case.history.traffic[cell.traffic].name;
  const auto gone = deleted_at(the_case, view, endpoint);
  const auto down = restart_spans(the_case.history, view, endpoint);
  bool answered = false;
  for (const DirectProbe& probe : endpoint.probes) {
    if (probe.traffic != traffic || !probe.uid_kept) continue;
    answered = answered || probe.ok;
    const bool alike = !probe.ok && kindred(likeness(probe), likeness(cell.kind));
    const bool excused = (gone && probe.started_ns >= *gone - about) ||
                         !may_be_routable(the_case.history, view, endpoint, probe.started_ns) ||
                         std::any_of(down.begin(), down.end(),
                                     [&](const history::Span& span) { return span.contains(probe.started_ns); });
    if (answered && alike && !excused) return true;
  }
  return false;
}

}  // namespace

bool answers_only_later(const Case& the_case, const Cell& cell, const history::Endpoint& endpoint) {
  const auto& view = the_case.view_of(cell);
  const auto& traffic = the_case.history.traffic[cell.traffic].name;
  if (cell.restarting || fails_again(the_case, cell, endpoint)) return false;
  for (const auto& stay : endpoint.memberships) {
    const auto may = may_route(the_case.history, view, stay);
    // What stood there when the watch began may have served before: unless it had only just been started.
    if (stay.open_start && !just_started(the_case, view, endpoint, cell)) continue;
    if (!may.contains(cell.first_ns) || !may.contains(cell.last_ns)) continue;
    bool before = false;
    bool after = false;
    for (const DirectProbe& probe : endpoint.probes) {
      if (!probe.ok || probe.traffic != traffic) continue;
      before = before || (probe.started_ns >= may.from && probe.started_ns < cell.first_ns);
      after = after || probe.started_ns >= cell.last_ns;
    }
    if (!before && after) return true;
  }
  return false;
}

namespace {

// A pod's end may begin this long before its slice says so: kubelet, pod status and endpoint controller take their
// time.
constexpr std::int64_t notice = 2'000'000'000;

bool slice_says(const history::Endpoint& endpoint, const Cell& cell) {
  return std::any_of(endpoint.states.begin(), endpoint.states.end(), [&](const history::EndpointState& state) {
    return state.terminating && state.at.ns - notice <= cell.first_ns && state.at.ns <= cell.last_ns + notice;
  });
}

bool pod_says(const Case& the_case, const Cell& cell, const history::Endpoint& endpoint) {
  const auto* pod = the_case.history.pod(the_case.view_of(cell).ns, endpoint.id.pod, endpoint.id.uid);
  if (pod == nullptr) return false;
  return std::any_of(pod->versions.begin(), pod->versions.end(), [&](const history::Version<model::Pod>& version) {
    const bool ending = !version.object || version.object->meta.deletion_wall_ns != 0;
    return ending && version.at.bounded() && version.at.earliest() - notice <= cell.first_ns &&
           version.at.latest() <= cell.last_ns + notice;
  });
}

}  // namespace

bool is_ending(const Case& the_case, const Cell& cell, const history::Endpoint& endpoint) {
  return slice_says(endpoint, cell) || pod_says(the_case, cell, endpoint);
}

namespace {

bool an_ending_one_fails(const Case& the_case, const Cell& cell) {
  constexpr std::int64_t about = 200'000'000;
  const auto& traffic = the_case.history.traffic[cell.traffic].name;
  return std::any_of(cell.candidates.begin(), cell.candidates.end(), [&](std::size_t index) {
    const auto& endpoint = the_case.endpoint(cell, index);
    const auto from = deleted_at(the_case, the_case.view_of(cell), endpoint);
    if (!from || !is_ending(the_case, cell, endpoint)) return false;
    std::uint64_t ok = 0, failed = 0;
    for (const DirectProbe& probe : endpoint.probes) {
      if (probe.started_ns < *from - about || probe.traffic != traffic || !probe.uid_kept) continue;
      const bool alike = !probe.ok && probe.failure && kindred(likeness(probe.failure->kind), likeness(cell.kind));
      if (probe.ok && probe.started_ns > *from) ++ok;
      if (alike) ++failed;
    }
    return failed > 0 && ok == 0;
  });
}

// A new one was asked directly before it first answered, and failed.
bool a_starting_one_fails(const Case& the_case, const Cell& cell) {
  const auto& traffic = the_case.history.traffic[cell.traffic].name;
  return std::any_of(cell.candidates.begin(), cell.candidates.end(), [&](std::size_t index) {
    const auto& endpoint = the_case.endpoint(cell, index);
    if (!answers_only_later(the_case, cell, endpoint)) return false;
    for (const DirectProbe& probe : endpoint.probes) {
      if (probe.traffic != traffic || !probe.uid_kept) continue;
      if (probe.ok) return false;
      if (probe.failure && kindred(likeness(probe.failure->kind), likeness(cell.kind))) return true;
    }
    return false;
  });
}

}  // namespace

bool at_the_edges(const Case& the_case, const Cell& cell, bool early) {
  bool some_start = false, some_end = false;
  for (const auto index : cell.candidates) {
    const auto& endpoint = the_case.endpoint(cell, index);
    const bool starts = answers_only_later(the_case, cell, endpoint);
    if (!starts && !is_ending(the_case, cell, endpoint)) return false;
    (starts ? some_start : some_end) = true;
  }
  if (some_start && some_end) return a_starting_one_fails(the_case, cell) && an_ending_one_fails(the_case, cell);
  return early ? some_start : some_end;
}

}  // namespace straycat::diagnose
