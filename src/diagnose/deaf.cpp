#include "deaf.hpp"

#include <algorithm>

#include "emptiness.hpp"
#include "revisions.hpp"

namespace straycat::diagnose {
namespace {

constexpr std::uint64_t often = 3;

struct AskedSince {
  std::uint64_t alike = 0, ok = 0;
};

// Whether an instant lies in a stay of the endpoint in which the cell's failures fell: what it answers when it has left
// and come back is another story.
bool in_its_stay(const Case& the_case, const Cell& cell, const history::Endpoint& endpoint, std::int64_t ns) {
  const auto& view = the_case.view_of(cell);
  return std::any_of(endpoint.memberships.begin(), endpoint.memberships.end(), [&](const history::Membership& stay) {
    const auto span = may_route(the_case.history, view, stay);
    return span.overlaps(cell.first_ns, cell.last_ns + 1) && span.overlaps(ns, ns + 1);
  });
}

// Direct requests to an endpoint from an instant on, as long as it was routable.
AskedSince asked_since(const Case& the_case, const Cell& cell, const history::Endpoint& endpoint, std::int64_t from) {
  AskedSince result;
  const auto& traffic = the_case.history.traffic[cell.traffic].name;
  for (const DirectProbe& probe : endpoint.probes) {
    const bool inside = probe.started_ns >= from && probe.traffic == traffic && probe.uid_kept &&
                        in_its_stay(the_case, cell, endpoint, probe.started_ns);
    if (!inside) continue;
    const auto way = likeness(probe);
    if (probe.ok) ++result.ok;
    if (!probe.ok && (way == likeness(cell.kind) || kindred(way, likeness(cell.kind)))) ++result.alike;
  }
  return result;
}

// When it last answered before the cell began; the log's beginning when it never did.
std::int64_t last_answer(const Cell& cell, const history::Endpoint& endpoint) {
  std::int64_t last = 0;
  for (const DirectProbe& probe : endpoint.probes)
    if (probe.ok && probe.started_ns < cell.first_ns) last = std::max(last, probe.started_ns);
  return last;
}

bool deaf(const Case& the_case, const Cell& cell, const history::Endpoint& endpoint) {
  const auto& view = the_case.view_of(cell);
  const auto* state = state_at(endpoint, cell.first_ns);
  const bool leaves = deleted(the_case, view, endpoint) && *deleted_at(the_case, view, endpoint) <= cell.last_ns;
  // Its readiness probe may have taken it out, and proxies send to it for a while yet.
  const bool just_left = in_its_stay(the_case, cell, endpoint, cell.first_ns);
  if (leaves || (state != nullptr && (state->terminating || (!state->serving && !just_left)))) return false;
  const AskedSince later = asked_since(the_case, cell, endpoint, cell.first_ns);
  return later.ok == 0 && asked_since(the_case, cell, endpoint, last_answer(cell, endpoint)).alike >= often;
}

bool another_answers(const Case& the_case, const Cell& cell, const model::ObjectRef& owner) {
  const auto& view = the_case.view_of(cell);
  return std::any_of(view.endpoints.begin(), view.endpoints.end(), [&](const history::Endpoint& endpoint) {
    const auto index = static_cast<std::size_t>(&endpoint - view.endpoints.data());
    const bool candidate = std::find(cell.candidates.begin(), cell.candidates.end(), index) != cell.candidates.end();
    return !candidate && same_workload(endpoint.owner, owner) &&
           reached(the_case, view, endpoint, the_case.history.traffic[cell.traffic].name, likeness(cell.kind)).ok > 0;
  });
}

}  // namespace

bool held_on_one(const Case& the_case, const Cell& cell) {
  if (!the_case.history.traffic[cell.traffic].view || cell.candidates.size() != 1 || cell.set_size < 2) return false;
  const auto& view = the_case.view_of(cell);
  const auto service = the_case.history.service(view.ns, view.service);
  if (!service || service->session_affinity != "ClientIP") return false;
  const auto& windows = the_case.history.traffic[cell.traffic].windows;
  return std::none_of(windows.begin(), windows.end(), [&](const AttemptWindow& window) {
    return window.ok > 0 && cell.first_ns < window.first_ok_start_ns && window.last_ok_start_ns < cell.last_ns;
  });
}

std::optional<model::ObjectRef> deaf_owner(const Case& the_case, const Cell& cell) {
  const auto owner = intended_owner(the_case, cell);
  if (!owner || cell.restarting || !the_case.intent_of(cell).means(*owner)) return std::nullopt;
  const bool all = std::all_of(cell.candidates.begin(), cell.candidates.end(),
                               [&](std::size_t index) { return deaf(the_case, cell, the_case.endpoint(cell, index)); });
  return all && another_answers(the_case, cell, *owner) ? owner : std::nullopt;
}

}  // namespace straycat::diagnose
