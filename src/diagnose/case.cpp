#include "case.hpp"

#include <algorithm>

#include "echoes.hpp"
#include "elsewhere.hpp"
#include <straycat/model/selector.hpp>

namespace straycat::diagnose {

using history::Endpoint;
using history::History;
using history::Membership;
using history::ServiceView;
using history::Span;
using history::unbounded;

Likeness likeness(FailureKind kind) {
  switch (kind) {
    case FailureKind::refused:
      return Likeness::refused;
    case FailureKind::connect_timeout:
    case FailureKind::unreachable:
      return Likeness::no_answer;
    case FailureKind::reset:
    case FailureKind::closed_early:
      return Likeness::cut;
    case FailureKind::response_timeout:
      return Likeness::late;
    case FailureKind::status:
    case FailureKind::body:
    case FailureKind::protocol:
      return Likeness::wrong;
    case FailureKind::tls:
      return Likeness::tls;
    case FailureKind::name_not_found:
      return Likeness::name;
    case FailureKind::local_exhaustion:
      return Likeness::local;
  }
  return Likeness::local;
}

Likeness likeness(const DirectProbe& probe) { return probe.failure ? likeness(probe.failure->kind) : Likeness::wrong; }

bool kindred(Likeness a, Likeness b) {
  using enum Likeness;
  const auto pair = [&](Likeness one, Likeness other) { return (a == one && b == other) || (a == other && b == one); };
  return a == b || pair(refused, no_answer) || pair(no_answer, late) || pair(late, cut);
}

namespace {

// How late the vantage point's loop was around an instant: its slices may be stamped that much late.
std::int64_t loop_lag_near(const History& history, const std::string& clock, std::int64_t ns) {
  const history::Vantage* vantage = history.vantage(clock);
  if (vantage == nullptr) return 0;
  constexpr std::int64_t near = 1'000'000'000;
  auto health = std::lower_bound(vantage->health.begin(), vantage->health.end(), ns - near,
                                 [](const VantageHealth& one, std::int64_t at) { return one.to_ns < at; });
  std::int64_t lag = 0;
  for (; health != vantage->health.end() && health->from_ns <= ns + near; ++health)
    lag = std::max(lag, health->loop_lag_ns);
  return lag;
}

std::int64_t early(const History& history, const ServiceView& view, std::int64_t ns) {
  return history.lag.early_ns + loop_lag_near(history, view.clock, ns) + view.error_ns;
}

}  // namespace

Span may_route(const History& history, const ServiceView& view, const Membership& stay) {
  if (view.error_ns >= unbounded) return {-unbounded, unbounded};
  const auto from = stay.from - early(history, view, stay.from);
  return {from, stay.open_end ? unbounded : stay.to + history.lag.late_ns + view.error_ns};
}

Span must_route(const History& history, const ServiceView& view, const Membership& stay) {
  if (view.error_ns >= unbounded) return {0, 0};
  const auto from = stay.open_start ? stay.from : stay.from + history.lag.late_ns + view.error_ns;
  const auto to = stay.open_end ? stay.to : stay.to - early(history, view, stay.to);
  return {from, std::max(from, to)};
}

bool may_be_routable(const History& history, const ServiceView& view, const Endpoint& endpoint, std::int64_t ns) {
  return std::any_of(endpoint.memberships.begin(), endpoint.memberships.end(),
                     [&](const Membership& stay) { return may_route(history, view, stay).contains(ns); });
}

std::optional<model::ObjectRef> sole_owner(const Case& the_case, const Cell& cell) {
  if (cell.candidates.empty()) return std::nullopt;
  const auto& first = the_case.endpoint(cell, cell.candidates.front()).owner;
  for (const auto index : cell.candidates) {
    const auto& owner = the_case.endpoint(cell, index).owner;
    if (owner.kind.empty() || !same_workload(owner, first)) return std::nullopt;
  }
  return first;
}

Reached& Reached::operator+=(const Reached& more) {
  ok += more.ok;
  failed_alike += more.failed_alike;
  failed_kindred += more.failed_kindred;
  failed_otherwise += more.failed_otherwise;
  return *this;
}

Reached reached(const Case& the_case, const ServiceView& view, const Endpoint& endpoint, const std::string& traffic,
                Likeness like) {
  Reached result;
  for (const DirectProbe& probe : endpoint.probes) {
    if (probe.traffic != traffic || !probe.uid_kept ||
        !may_be_routable(the_case.history, view, endpoint, probe.started_ns))
      continue;
    if (probe.ok) {
      ++result.ok;
    } else if (probe.failure && likeness(probe.failure->kind) == like) {
      ++result.failed_alike;
    } else if (probe.failure && kindred(likeness(probe.failure->kind), like)) {
      ++result.failed_kindred;
    } else if (!probe.failure || likeness(probe.failure->kind) != Likeness::local) {
      ++result.failed_otherwise;
    }
  }
  return result;
}

const model::Pod* pod_of(const History& history, const ServiceView& view, const Endpoint& endpoint) {
  const auto* timeline = history.pod(view.ns, endpoint.id.pod, endpoint.id.uid);
  return timeline != nullptr && timeline->last ? &*timeline->last : nullptr;
}

int restarts(const History& history, const ServiceView& view, const Endpoint& endpoint) {
  const auto* timeline = history.pod(view.ns, endpoint.id.pod, endpoint.id.uid);
  if (timeline == nullptr || !timeline->last) return 0;
  const auto sum = [](const model::Pod& pod) {
    int total = 0;
    for (const auto& status : pod.statuses) total += status.restart_count;
    return total;
  };
  for (const auto& version : timeline->versions) {
    if (version.object) return sum(*timeline->last) - sum(*version.object);
  }
  return 0;
}

const history::ServiceView& Case::view_of(const Cell& cell) const {
  static const history::ServiceView none;
  const auto& view = history.traffic[cell.traffic].view;
  return view ? history.views[*view] : none;
}

const Intent& Case::intent_of(const Cell& cell) const {
  static const Intent none;
  const auto& view = history.traffic[cell.traffic].view;
  return view ? intents[*view] : none;
}

Case open_case(const History& history) {
  Case result{history, infer_intents(history), {}, 0, 0};
  const Choices chosen = chosen_at(history);
  for (std::size_t i = 0; i < history.traffic.size(); ++i) gather_cells(history, i, chosen[i], result.cells);
  for (Cell& cell : result.cells) cell.served_elsewhere = !who_is_served(result, cell).empty();
  for (const history::Vantage& vantage : history.vantages) {
    result.records_lost += vantage.records_lost + vantage.records_missing;
    for (const VantageHealth& health : vantage.health)
      result.worst_loop_lag_ns = std::max(result.worst_loop_lag_ns, health.loop_lag_ns);
  }
  return result;
}

}  // namespace straycat::diagnose
