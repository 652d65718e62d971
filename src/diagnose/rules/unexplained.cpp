// The last resort: what was seen well, and what no rule can claim.
#include <fmt/format.h>

#include "diagnose/rules.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// Whether the endpoints answered, or only failed in another way.
std::string nobody_fails_so(const Case& the_case, const Cell& cell) {
  const auto& view = the_case.view_of(cell);
  const auto& traffic = the_case.history.traffic[cell.traffic].name;
  std::uint64_t deaf = 0;
  for (const auto& endpoint : view.endpoints) {
    if (!may_be_routable(the_case.history, view, endpoint, cell.first_ns)) continue;
    if (reached(the_case, view, endpoint, traffic, likeness(cell.kind)).ok == 0) ++deaf;
  }
  if (deaf == 0) return "every endpoint that was routable then answered when reached directly";
  return fmt::format(
      "no endpoint that was routable then failed in this way when reached directly, and {} of them never answered",
      grouped(deaf));
}

// What is known of such failures, for the person who goes on from here.
std::string known(const Case& the_case, const Cell& cell) {
  if (likeness(cell.kind) == Likeness::name) return "the Service's name did not resolve";
  if (cell.candidates.empty()) return nobody_fails_so(the_case, cell);
  if (const auto owner = sole_owner(the_case, cell))
    return "only endpoints of " + display(*owner) + " can have got them, and no known cause fits";
  return "no known cause fits";
}

Finding finding_of(const Case& the_case, const std::string& reason, const Scope& cells) {
  const Cell& first = the_case.cells[cells.front()];
  Finding finding;
  finding.cause = Cause::unexplained;
  if (the_case.history.traffic[first.traffic].view) {
    finding.ns = the_case.view_of(first).ns;
    finding.service = the_case.view_of(first).service;
  }
  finding.explained = failures_in(the_case, cells);
  finding.first_ns = first.first_ns;
  for (const auto index : cells) {
    finding.first_ns = std::min(finding.first_ns, the_case.cells[index].first_ns);
    finding.last_ns = std::max(finding.last_ns, the_case.cells[index].last_ns);
  }
  finding.sentence =
      fmt::format("{} ({}) unexplained: {}.", count(finding.explained, "failed request stays", "failed requests stay"),
                  kinds_in(the_case, cells), reason);
  return finding;
}

std::vector<Finding> rest(const Case& the_case, const Scope& left) {
  std::map<std::string, Scope> by_reason;
  for (const auto index : left) by_reason[known(the_case, the_case.cells[index])].push_back(index);
  std::vector<Finding> result;
  for (const auto& [reason, cells] : by_reason) result.push_back(finding_of(the_case, reason, cells));
  return result;
}

}  // namespace

Rule unexplained_rule() { return {.cause = Cause::unexplained, .rest = rest}; }

}  // namespace straycat::diagnose
