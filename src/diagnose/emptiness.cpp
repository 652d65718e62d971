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

// The phase in which the first ones came after an empty one, when it had just begun and none of them is suspect.
const history::MembershipPhase* just_come(const Case& the_case, const Cell& cell) {
  if (cell.set_size == 0 || !cell.candidates.empty()) return nullptr;
  const auto& phases = the_case.view_of(cell).phases;
  const auto now = std::find_if(phases.begin(), phases.end(), [&](const history::MembershipPhase& phase) {
    return phase.from <= cell.first_ns && cell.first_ns < phase.to;
  });
  if (now == phases.end() || now == phases.begin() || std::prev(now)->size > 0) return nullptr;
  return cell.last_ns <= now->from + the_case.history.lag.late_ns ? &*now : nullptr;
}

}  // namespace

std::int64_t known_then(const Case& the_case, const Cell& cell) {
  const auto* phase = just_come(the_case, cell);
  return phase != nullptr ? phase->from - 1 : cell.last_ns;
}

bool nobody_there(const Case& the_case, const Cell& cell) {
  if (!judgeable(cell) || (cell.set_size > 0 && !last_ones_go(the_case, cell) && just_come(the_case, cell) == nullptr))
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
