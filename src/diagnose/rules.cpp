#include "rules.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "words.hpp"

namespace straycat::diagnose {

std::vector<Rule> written_rules();  // the build writes it: one for each file in diagnose/rules

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all = [] {
    auto rules = written_rules();
    std::sort(rules.begin(), rules.end(), [](const Rule& a, const Rule& b) { return a.cause < b.cause; });
    return rules;
  }();
  return all;
}

Scope explainable(const Case& the_case, const Rule& rule, const Scope& cells) {
  Scope result;
  for (const auto index : cells) {
    const Likeness like = likeness(the_case.cells[index].kind);
    if (std::find(rule.explains.begin(), rule.explains.end(), like) != rule.explains.end()) result.push_back(index);
  }
  return result;
}

std::vector<Likeness> any_failure() {
  using enum Likeness;
  return {refused, no_answer, cut, late, wrong, tls, name, local};
}

std::vector<Likeness> no_answer_at_all() {
  using enum Likeness;
  return {refused, no_answer, cut, late, tls};
}

void Book::add(const Case& the_case, std::size_t cell, const model::ObjectRef& owner) {
  const auto view = *the_case.history.traffic[the_case.cells[cell].traffic].view;
  auto found = std::find_if(pages_.begin(), pages_.end(),
                            [&](const Page& page) { return page.view == view && same_workload(page.owner, owner); });
  if (found == pages_.end()) found = pages_.insert(pages_.end(), {view, owner, {}});
  found->cells.push_back(cell);
}

bool judgeable(const Cell& cell) {
  const Likeness like = likeness(cell.kind);
  return cell.sight == Sight::seen && like != Likeness::name && like != Likeness::local;
}

std::optional<model::ObjectRef> intended_owner(const Case& the_case, const Cell& cell) {
  if (!judgeable(cell) || cell.served_elsewhere) return std::nullopt;
  const auto owner = sole_owner(the_case, cell);
  if (!owner) return std::nullopt;
  return the_case.intent_of(cell).excludes(*owner) ? std::nullopt : owner;
}

std::optional<model::ObjectRef> other_owner(const Case& the_case, const Cell& cell) {
  if (!judgeable(cell) || cell.served_elsewhere) return std::nullopt;
  const auto owner = sole_owner(the_case, cell);
  return owner && the_case.intent_of(cell).excludes(*owner) ? owner : std::nullopt;
}

std::vector<model::ObjectRef> other_owners(const Case& the_case, const Cell& cell) {
  if (!judgeable(cell) || cell.served_elsewhere) return {};
  std::vector<model::ObjectRef> result;
  for (const auto index : cell.candidates) {
    const auto& owner = the_case.endpoint(cell, index).owner;
    if (owner.kind.empty() || !the_case.intent_of(cell).excludes(owner)) return {};
    const bool there = std::any_of(result.begin(), result.end(),
                                   [&](const model::ObjectRef& one) { return same_workload(one, owner); });
    if (!there) result.push_back(owner);
  }
  return result;
}

std::vector<std::size_t> candidates_of(const Case& the_case, const Scope& cells) {
  std::vector<std::size_t> result;
  for (const auto index : cells) {
    const auto& more = the_case.cells[index].candidates;
    result.insert(result.end(), more.begin(), more.end());
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

namespace {

Reached reached_of(const Case& the_case, const Scope& cells, const model::ObjectRef* owner) {
  // By traffic and likeness, so that each endpoint's probes count once for each.
  std::map<std::pair<std::size_t, Likeness>, Scope> groups;
  for (const auto index : cells)
    groups[{the_case.cells[index].traffic, likeness(the_case.cells[index].kind)}].push_back(index);
  Reached result;
  for (const auto& [key, group] : groups) {
    const Cell& any = the_case.cells[group.front()];
    for (const auto endpoint : candidates_of(the_case, group)) {
      if (owner != nullptr && !same_workload(the_case.endpoint(any, endpoint).owner, *owner)) continue;
      result += reached(the_case, the_case.view_of(any), the_case.endpoint(any, endpoint),
                        the_case.history.traffic[key.first].name, key.second);
    }
  }
  return result;
}

}  // namespace

Reached reached(const Case& the_case, const Scope& cells) { return reached_of(the_case, cells, nullptr); }

Reached reached(const Case& the_case, const Scope& cells, const model::ObjectRef& owner) {
  return reached_of(the_case, cells, &owner);
}

std::uint64_t failures_in(const Case& the_case, const Scope& cells) {
  std::uint64_t result = 0;
  for (const auto index : cells) result += the_case.cells[index].count;
  return result;
}

std::string kinds_in(const Case& the_case, const Scope& cells) {
  std::map<FailureKind, bool> kinds;
  for (const auto index : cells) kinds[the_case.cells[index].kind] = true;
  std::string result;
  for (const auto& [kind, there] : kinds) result += (result.empty() ? "" : ", ") + std::string(describe(kind));
  return result;
}

namespace {

AccusedEndpoint accused(const Case& the_case, const history::ServiceView& view, std::size_t index, const Scope& cells) {
  const auto& endpoint = view.endpoints[index];
  AccusedEndpoint result;
  result.id = endpoint.id;
  result.ns = view.ns;
  for (const auto& stay : endpoint.memberships) result.routable.push_back({stay.from, stay.to});
  std::map<std::pair<std::size_t, Likeness>, bool> asked;
  for (const auto cell : cells) {
    const Cell& one = the_case.cells[cell];
    if (!asked.try_emplace({one.traffic, likeness(one.kind)}, true).second) continue;
    const auto direct =
        reached(the_case, view, endpoint, the_case.history.traffic[one.traffic].name, likeness(one.kind));
    result.probes_failed += direct.failed();
    result.probes_ok += direct.ok;
  }
  return result;
}

}  // namespace

Finding start_finding(const Case& the_case, const Book::Page& page, Cause cause) {
  const auto& view = the_case.history.views[page.view];
  Finding finding;
  finding.cause = cause;
  finding.ns = view.ns;
  finding.service = view.service;
  if (!page.owner.kind.empty()) finding.workload = page.owner;
  for (const auto index : candidates_of(the_case, page.cells)) {
    const bool its = page.owner.kind.empty() || same_workload(view.endpoints[index].owner, page.owner);
    if (its) finding.endpoints.push_back(accused(the_case, view, index, page.cells));
  }
  return finding;
}

Claim claim_of(const Case& the_case, const Book::Page& page, Cause cause, const std::string& sentence) {
  Claim claim{start_finding(the_case, page, cause), page.cells};
  claim.finding.sentence = sentence;
  return claim;
}

std::string unknown_intent(const Case& the_case, const Scope& scope) {
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    if (!judgeable(cell) || the_case.intent_of(cell).known() || !sole_owner(the_case, cell)) continue;
    return fmt::format("it cannot be told which workload Service/{} is meant for: {}",
                       safe(the_case.view_of(cell).service), the_case.intent_of(cell).basis);
  }
  return "";
}

bool last_ones_go(const Case& the_case, const Cell& cell) {
  if (cell.set_size == 0) return true;  // they have gone, however soon the next ones come
  const auto& view = the_case.view_of(cell);
  // A proxy may know of a change a little before the watch tells it: on a real cluster one request in a thousand was
  // refused a millisecond before the slice that took the last endpoint away was seen.
  const std::int64_t told = cell.first_ns + the_case.history.lag.early_ns;
  const bool some_ready = std::any_of(view.endpoints.begin(), view.endpoints.end(), [&](const history::Endpoint& one) {
    const auto next =
        std::upper_bound(one.states.begin(), one.states.end(), told,
                         [](std::int64_t ns, const history::EndpointState& state) { return ns < state.at.ns; });
    return next != one.states.begin() && std::prev(next)->listed && std::prev(next)->ready;
  });
  if (some_ready) return false;
  const auto now = std::find_if(view.phases.begin(), view.phases.end(), [&](const history::MembershipPhase& phase) {
    return phase.from <= told && told < phase.to;
  });
  if (now == view.phases.end()) return false;
  return now->size == 0 || (std::next(now) != view.phases.end() && std::next(now)->size == 0);
}

}  // namespace straycat::diagnose
