#include "emptiness.hpp"

#include <algorithm>

#include "words.hpp"

namespace straycat::diagnose {

using history::Endpoint;
using history::EndpointState;

const EndpointState* state_at(const Endpoint& endpoint, std::int64_t ns) {
  const auto next = std::upper_bound(endpoint.states.begin(), endpoint.states.end(), ns,
                                     [](std::int64_t at, const EndpointState& state) { return at < state.at.ns; });
  return next == endpoint.states.begin() || !std::prev(next)->listed ? nullptr : &*std::prev(next);
}

namespace {

// A request that began in the stretch was answered in it: the proxy knew of somebody. One that was answered later may
// have been sent again, when the proxy did.
bool answered_in(const history::Traffic& traffic, history::Span span) {
  return std::any_of(traffic.windows.begin(), traffic.windows.end(), [&](const AttemptWindow& window) {
    return window.ok > 0 && window.last_ok_end_ns <= span.to &&
           (span.contains(window.first_ok_start_ns) || span.contains(window.last_ok_start_ns));
  });
}

// Only those are suspect that had left before: the lag lets them be candidates, and where they were sent nobody was.
bool all_had_left(const Case& the_case, const Cell& cell) {
  return std::all_of(cell.candidates.begin(), cell.candidates.end(), [&](std::size_t index) {
    const auto& stays = the_case.endpoint(cell, index).memberships;
    return std::none_of(stays.begin(), stays.end(), [&](const history::Membership& stay) {
      return stay.from <= cell.first_ns && (stay.open_end || cell.first_ns < stay.to);
    });
  });
}

// The empty phase after which the first ones came, when that was just before the cell, none of them is suspect, and
// nothing had been answered since. They need not have come at once: each is a phase.
const history::MembershipPhase* just_come(const Case& the_case, const Cell& cell) {
  if (cell.set_size == 0 || !all_had_left(the_case, cell)) return nullptr;
  const auto& phases = the_case.view_of(cell).phases;
  const auto empty = std::find_if(phases.rbegin(), phases.rend(), [&](const history::MembershipPhase& phase) {
    return phase.size == 0 && phase.to <= cell.first_ns && cell.last_ns <= phase.to + the_case.history.lag.late_ns;
  });
  if (empty == phases.rend()) return nullptr;
  return answered_in(the_case.history.traffic[cell.traffic], {empty->to, cell.first_ns}) ? nullptr : &*empty;
}

}  // namespace

bool first_ones_come(const Case& the_case, const Cell& cell) { return just_come(the_case, cell) != nullptr; }

std::int64_t known_then(const Case& the_case, const Cell& cell) {
  const auto* phase = just_come(the_case, cell);
  return phase != nullptr ? phase->to - 1 : cell.last_ns;
}

bool nobody_there(const Case& the_case, const Cell& cell) {
  if (!judgeable(cell) || (cell.set_size > 0 && !last_ones_go(the_case, cell) && !first_ones_come(the_case, cell)))
    return false;
  // The last one to go may end in the middle of an answer; where nobody was left, nobody can have cut anything.
  return likeness(cell.kind) != Likeness::cut || cell.set_size > 0;
}

bool published_unready(const Case& the_case, const Endpoint& endpoint, std::int64_t ns) {
  const auto unserving = [&](std::int64_t at) {
    const auto* state = state_at(endpoint, at);
    return state != nullptr && state->ready && !state->serving && !state->terminating;
  };
  // The client's slices may be a little late.
  return unserving(ns) || unserving(ns + the_case.history.lag.early_ns);
}

std::vector<std::size_t> waiting_at(const Case& the_case, const Cell& cell) {
  std::vector<std::size_t> result;
  const auto& endpoints = the_case.view_of(cell).endpoints;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    const auto* state = state_at(endpoints[i], known_then(the_case, cell));
    if (state != nullptr && !state->terminating) result.push_back(i);
  }
  return result;
}

std::optional<model::ObjectRef> owner_of(const Case& the_case, const Cell& cell,
                                         const std::vector<std::size_t>& endpoints) {
  if (endpoints.empty()) return std::nullopt;
  const auto& first = the_case.endpoint(cell, endpoints.front()).owner;
  const bool one = std::all_of(endpoints.begin(), endpoints.end(), [&](std::size_t index) {
    const auto& owner = the_case.endpoint(cell, index).owner;
    return !owner.kind.empty() && same_workload(owner, first);
  });
  if (!one || the_case.intent_of(cell).excludes(first)) return std::nullopt;
  return first;
}

std::optional<std::int64_t> last_ready_before(const Endpoint& endpoint, std::int64_t ns) {
  std::optional<std::int64_t> result;
  bool ready = false;
  for (const auto& state : endpoint.states) {
    if (state.at.ns > ns) break;
    if (ready) result = state.at.ns;
    ready = state.listed && state.ready && state.serving;
  }
  if (ready) result = ns;
  return result;
}

std::string event_of(const Case& the_case, const history::ServiceView& view, const std::vector<std::size_t>& endpoints,
                     std::string_view reason, std::string_view beginning) {
  for (const auto& seen : the_case.history.kube_events) {
    const auto& event = seen.event;
    if (event.reason != reason || !event.message.starts_with(beginning)) continue;
    for (const auto index : endpoints)
      if (event.regarding.name == view.endpoints[index].id.pod) return safe(event.message.substr(0, 200));
  }
  return "";
}

}  // namespace straycat::diagnose
