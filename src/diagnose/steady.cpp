#include "steady.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "deaf.hpp"
#include "edges.hpp"
#include "ends.hpp"
#include "words.hpp"
#include <straycat/core/fault_words.hpp>

namespace straycat::diagnose {
namespace {

using history::Endpoint;

// Whether proxies may have sent to it at some time of the cell.
bool may_have_got(const Case& the_case, const Cell& cell, const Endpoint& endpoint) {
  const auto& view = the_case.view_of(cell);
  return std::any_of(endpoint.memberships.begin(), endpoint.memberships.end(), [&](const history::Membership& stay) {
    return may_route(the_case.history, view, stay).overlaps(cell.first_ns, cell.last_ns + 1);
  });
}

bool moves(const Case& the_case, const Cell& cell, const Endpoint& endpoint) {
  return is_ending(the_case, cell, endpoint) || answers_only_later(the_case, cell, endpoint);
}

}  // namespace

std::optional<model::ObjectRef> steady_owner(const Case& the_case, const Cell& cell) {
  const bool placed = the_case.history.traffic[cell.traffic].view.has_value();
  if (!placed || !judgeable(cell) || cell.served_elsewhere || cell.set_size == 0) return std::nullopt;
  const Endpoint* first = nullptr;
  for (const auto& endpoint : the_case.view_of(cell).endpoints) {
    if (!may_have_got(the_case, cell, endpoint)) continue;
    if (moves(the_case, cell, endpoint) || !the_case.intent_of(cell).means(endpoint.owner)) return std::nullopt;
    if (first != nullptr && !same_workload(first->owner, endpoint.owner)) return std::nullopt;
    first = &endpoint;
  }
  if (first == nullptr || deaf_owner(the_case, cell)) return std::nullopt;
  if (cell.restarting && !late_anyway(the_case, cell, first->owner)) return std::nullopt;
  return first->owner;
}

Book steady_in(const Case& the_case, const Scope& scope) {
  Book book;
  for (const auto index : scope)
    if (const auto owner = steady_owner(the_case, the_case.cells[index])) book.add(the_case, index, *owner);
  return book;
}

std::vector<const AttemptFailed*> kept_in(const Case& the_case, const Cell& cell) {
  std::vector<const AttemptFailed*> result;
  for (const AttemptFailed& failed : the_case.history.traffic[cell.traffic].failures) {
    const bool its =
        failed.failure.kind == cell.kind && cell.first_ns <= failed.started_ns && failed.started_ns <= cell.last_ns;
    if (its) result.push_back(&failed);
  }
  return result;
}

namespace {

// By traffic and likeness, so that a probe counts once for each.
std::set<std::pair<std::size_t, Likeness>> ways_of(const Case& the_case, const Scope& cells) {
  std::set<std::pair<std::size_t, Likeness>> ways;
  for (const auto index : cells) ways.insert({the_case.cells[index].traffic, likeness(the_case.cells[index].kind)});
  return ways;
}

Reached reached_so(const Case& the_case, const Book::Page& page, const Endpoint& endpoint) {
  Reached result;
  for (const auto& [traffic, like] : ways_of(the_case, page.cells))
    result +=
        reached(the_case, the_case.history.views[page.view], endpoint, the_case.history.traffic[traffic].name, like);
  return result;
}

}  // namespace

DirectAsked asked_directly(const Case& the_case, const Book::Page& page) {
  DirectAsked result;
  for (const auto& endpoint : the_case.history.views[page.view].endpoints) {
    if (!same_workload(endpoint.owner, page.owner)) continue;
    const Reached direct = reached_so(the_case, page, endpoint);
    const auto alike = direct.failed_alike + direct.failed_kindred;
    result.ok += direct.ok;
    result.alike += alike;
    if (alike + direct.ok > 0) ++result.endpoints;
    if (alike > 0) ++result.failing;
  }
  return result;
}

namespace {

// The same by other places, while the page's requests failed: how often the page's endpoints answered them, and not.
DirectAsked asked_elsewhere(const Case& the_case, const Book::Page& page) {
  DirectAsked result;
  const Cell& first = the_case.cells[page.cells.front()];
  const std::string& here = the_case.history.traffic[first.traffic].vantage;
  std::int64_t from = first.first_ns, to = first.last_ns;
  for (const auto index : page.cells) {
    from = std::min(from, the_case.cells[index].first_ns);
    to = std::max(to, the_case.cells[index].last_ns);
  }
  for (const auto& there : the_case.history.traffic) {
    if (there.vantage == here || !there.view) continue;
    for (const Endpoint& endpoint : the_case.history.views[*there.view].endpoints) {
      if (!same_workload(endpoint.owner, page.owner)) continue;
      ++result.endpoints;
      for (const DirectProbe& probe : endpoint.probes)
        if (probe.traffic == there.name && probe.started_ns >= from && probe.started_ns <= to)
          ++(probe.ok ? result.ok : result.alike);
    }
  }
  return result;
}

// Whether as many requests from elsewhere could hardly (once in a thousand) all have been answered, if as many of them
// failed as of those from here.
bool spares_others(const DirectAsked& here, const DirectAsked& elsewhere) {
  if (here.alike == 0 || elsewhere.alike > 0) return false;
  const double answered = static_cast<double>(here.ok) / static_cast<double>(here.ok + here.alike);
  return std::pow(answered, static_cast<double>(elsewhere.ok)) < 0.001;
}

// Faults on order that stand between a place and a pod.
bool between_places(const std::string& fault) {
  using enum FaultWord;
  constexpr std::array words{drop, lose, refuse, reset, stall, delay, node_down};
  return std::any_of(words.begin(), words.end(), [&](FaultWord word) { return fault == to_string(word); });
}

bool can_stand_between(const Case& the_case, const Book::Page& page) {
  if (!the_case.history.header.embedded()) return true;
  const auto& faults = the_case.history.faults;
  return std::any_of(faults.begin(), faults.end(), [&](const history::Fault& fault) {
    if (!between_places(fault.record.fault)) return false;
    return std::any_of(page.cells.begin(), page.cells.end(), [&](std::size_t index) {
      const Cell& cell = the_case.cells[index];
      return fault.started.ns <= cell.last_ns && (!fault.ended || fault.ended->ns >= cell.first_ns);
    });
  });
}

}  // namespace

std::string may_be_on_the_way(const Case& the_case, const Book::Page& page, std::string_view did) {
  const DirectAsked here = asked_directly(the_case, page), elsewhere = asked_elsewhere(the_case, page);
  const auto what = fmt::format("{} to pods of {} {} while nothing moved",
                                count(failures_in(the_case, page.cells), "request"), display(page.owner), did);
  if (spares_others(here, elsewhere))
    return fmt::format(
        "{}, and none of {} from elsewhere: something on the way does that, and what it is is not seen from here", what,
        count(elsewhere.ok, "direct request"));
  if (elsewhere.alike > 0 || !can_stand_between(the_case, page)) return "";
  return fmt::format(
      "{}, all of them from one place: whether the pods do that or something on the way would be told by traffic "
      "from a second one (from: nodes)",
      what);
}

std::string in_words(const DirectAsked& asked) {
  return fmt::format("{} of {} direct requests failed so, at {} of the {} that were asked", grouped(asked.alike),
                     grouped(asked.alike + asked.ok), grouped(asked.failing), count(asked.endpoints, "endpoint"));
}

Claim steady_claim(const Case& the_case, const Book::Page& page, Cause cause, const std::string& sentence) {
  Claim claim = claim_of(the_case, page, cause, sentence);
  const auto& view = the_case.history.views[page.view];
  claim.finding.evidence.push_back(
      {"nothing-moved", Weight::decides,
       fmt::format("only endpoints of {} could have got these, and none of them began, ended or was started again then",
                   display(page.owner)),
       kubectl_slices(view.ns, view.service), json::object()});
  claim.finding.evidence.push_back(
      {"asked-directly", Weight::corroborates, in_words(asked_directly(the_case, page)), "", json::object()});
  return claim;
}

}  // namespace straycat::diagnose
