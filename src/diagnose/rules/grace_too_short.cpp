// Requests under way are cut by the SIGKILL at the end of the grace period: the pods went on serving when they were
// asked to end, and were not given the time to finish.
#include <algorithm>

#include <fmt/format.h>

#include "diagnose/cures.hpp"
#include "diagnose/revisions.hpp"
#include "diagnose/time.hpp"
#include "diagnose/words.hpp"

namespace straycat::diagnose {
namespace {

// A SIGKILL comes this long after its time at most, and whole seconds of the API may bring it forward.
constexpr std::int64_t early = second, late = 3 * second / 2;
constexpr std::int64_t under_way = second / 2;

// When the kubelet's SIGKILL was due.
std::optional<std::int64_t> killed_at(const Case& the_case, const history::ServiceView& view,
                                      const history::Endpoint& endpoint) {
  const auto from = deleted_at(the_case, view, endpoint);
  const auto* pod = pod_of(the_case.history, view, endpoint);
  if (!from || pod == nullptr) return std::nullopt;
  return *from + pod->spec.termination_grace_seconds * second;
}

bool cut_by_kill(const Case& the_case, const Cell& cell) {
  if (cell.longest_ns < under_way || cell.candidates.empty()) return false;
  const auto& view = the_case.view_of(cell);
  const auto near_a_kill = [&](std::int64_t ns) {
    return std::any_of(cell.candidates.begin(), cell.candidates.end(), [&](std::size_t index) {
      const auto kill = killed_at(the_case, view, view.endpoints[index]);
      return kill && *kill - early <= ns && ns <= *kill + late;
    });
  };
  return near_a_kill(cell.first_end_ns) && near_a_kill(cell.last_end_ns);
}

std::int64_t grace_in(const Case& the_case, const Book::Page& page) {
  const auto& view = the_case.history.views[page.view];
  for (const auto index : candidates_of(the_case, page.cells))
    if (const auto* pod = pod_of(the_case.history, view, view.endpoints[index]))
      return pod->spec.termination_grace_seconds;
  return 30;
}

Ruling grace_too_short_claim(const Case& the_case, const Scope& scope) {
  Ruling ruling;
  Book book;
  for (const auto index : scope) {
    const Cell& cell = the_case.cells[index];
    const auto owner = intended_owner(the_case, cell);
    if (owner && cut_by_kill(the_case, cell)) book.add(the_case, index, *owner);
  }
  for (const auto& page : book.pages()) {
    std::int64_t longest = 0;
    for (const auto index : page.cells) longest = std::max(longest, the_case.cells[index].longest_ns);
    const auto grace = grace_in(the_case, page);
    ruling.claims.push_back(claim_of(
        the_case, page, Cause::grace_too_short,
        fmt::format("Requests in flight to pods of {} were cut when their grace period of {} s was over: they were "
                    "being answered for up to {} then.",
                    display(page.owner), grace, in_ms(longest))));
    ruling.claims.back().finding.evidence.push_back(
        {"cut-at-the-kill", Weight::decides,
         fmt::format("they were cut within a second of the end of the grace period ({} s after the pods' deletion)",
                     grace),
         kubectl_object(the_case.history.views[page.view].ns, "get", page.owner.kind, page.owner.name, "-o yaml"),
         json::object({{"graceSeconds", grace}, {"longestNs", longest}})});
  }
  ruling.excluded = "no request that was under way was cut at the end of a pod's grace period";
  return ruling;
}

void grace_too_short_cure(const Case& the_case, const Scope&, Finding& finding) {
  const auto lag = the_case.history.lag.late_ns;
  const auto longest = longest_answer_s(the_case, finding);
  const std::int64_t grace = longest + (lag + second - 1) / second + 2;
  change_pods(
      the_case, json::object({{"terminationGracePeriodSeconds", grace}}),
      {fmt::format("the longest request that was seen took {} s at most, a proxy may send for {} more after the "
                   "deletion, and {} s hold both",
                   longest, in_ms(lag), grace)},
      finding);
}

}  // namespace

Rule grace_too_short_rule() {
  return {.cause = Cause::grace_too_short,
          .explains = {Likeness::cut},
          .claim = grace_too_short_claim,
          .cure = grace_too_short_cure};
}

}  // namespace straycat::diagnose
