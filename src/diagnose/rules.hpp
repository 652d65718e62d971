// The rules. Each is a file in diagnose/rules, which names its row in the table of causes and registers itself:
// rules/NAME.cpp has a function `Rule NAME_rule()`, and the build makes the list of them. A rule claims the cells that
// its cause can explain (with the finding to print), or says in one sentence what excludes it. It sees only the cells
// in `scope`: all of its kinds of failure when the judge looks for causes, those of one finding when it asks for that
// finding's rivals.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "case.hpp"

namespace straycat::diagnose {

using Scope = std::vector<std::size_t>;  // indices in Case::cells

struct Claim {
  Finding finding;  // counts and evidence are filled in when the claim is proven
  Scope cells;
};

struct Ruling {
  std::vector<Claim> claims;
  std::vector<std::string> open;  // what speaks for the cause but proves nothing, a sentence each
  std::string excluded;           // with nothing claimed: why, one sentence
  std::string kubectl;            // how a person can check that
};

struct Rule {
  Cause cause;
  // The ways of failing that it can explain: it is asked about no others, and is no rival of a finding that has none.
  std::vector<Likeness> explains = {};
  Ruling (*claim)(const Case&, const Scope&) = nullptr;
  // Flaws that made no failure. `found` are the findings that explain failures; `sure`: they explain all of them, so
  // that nothing failed for what is left.
  std::vector<Finding> (*flaws)(const Case&, const std::vector<Finding>& found, bool sure) = nullptr;
  // What no rule could claim.
  std::vector<Finding> (*rest)(const Case&, const Scope& left) = nullptr;
  // The change that cures a proven claim of these cells: sets finding.fix, or finding.no_fix with the reason.
  void (*cure)(const Case&, const Scope& cells, Finding&) = nullptr;
  bool claims = true;  // false: it only speaks against being sure, and is never a finding
  // It is asked about what no other rule claims, and is nobody's rival: what a program does by itself is told only
  // where nothing around it moved.
  bool leftovers = false;
};
[[nodiscard]] const std::vector<Rule>& rules();  // in the order of the table of causes

// Those of `cells` that failed in a way that the rule can explain.
[[nodiscard]] Scope explainable(const Case& the_case, const Rule& rule, const Scope& cells);
// Every way in which an endpoint can fail; and those but a wrong answer, which shows that somebody listens.
[[nodiscard]] std::vector<Likeness> any_failure();
[[nodiscard]] std::vector<Likeness> no_answer_at_all();

// --- shared by rules
// --------------------------------------------------------------------------------------------------

// Cells gathered by Service view and owner, in order of appearance.
class Book {
 public:
  struct Page {
    std::size_t view = 0;
    model::ObjectRef owner;
    Scope cells;
  };
  void add(const Case& the_case, std::size_t cell, const model::ObjectRef& owner);
  [[nodiscard]] const std::vector<Page>& pages() const& { return pages_; }
  const std::vector<Page>& pages() && = delete;  // a range-for over a temporary's pages would dangle

 private:
  std::vector<Page> pages_;
};

// Whether the cell can be judged by its endpoints at all: seen, and failed in a way that an endpoint can cause.
[[nodiscard]] bool judgeable(const Cell& cell);
// The sole owner of the cell's candidates when it is the one that the Service is meant for (or when that is unknown).
[[nodiscard]] std::optional<model::ObjectRef> intended_owner(const Case& the_case, const Cell& cell);
// The sole owner when it surely is another than the one meant.
[[nodiscard]] std::optional<model::ObjectRef> other_owner(const Case& the_case, const Cell& cell);
// The owners of the cell's candidates when each of them surely is another than the one meant; none when there are no
// candidates, or one of them is meant or unknown.
[[nodiscard]] std::vector<model::ObjectRef> other_owners(const Case& the_case, const Cell& cell);
// Direct probes of those candidates of these cells that belong to this owner.
[[nodiscard]] Reached reached(const Case& the_case, const Scope& cells, const model::ObjectRef& owner);
// Direct probes of all candidates of these cells.
[[nodiscard]] Reached reached(const Case& the_case, const Scope& cells);
// Nothing was ready any more, and next the routable set became empty: the last endpoints were going. A pod that waits
// for its endpoint's removal cannot help there (proxies fall back to those that end), so it is no race.
[[nodiscard]] bool last_ones_go(const Case& the_case, const Cell& cell);
// The endpoints that are candidates in these cells, without repetition, in order.
[[nodiscard]] std::vector<std::size_t> candidates_of(const Case& the_case, const Scope& cells);
[[nodiscard]] std::uint64_t failures_in(const Case& the_case, const Scope& cells);
[[nodiscard]] std::string kinds_in(const Case& the_case,
                                   const Scope& cells);  // "refused", "refused or without an answer"
// A finding of this page with its Service, workload and endpoints filled in.
[[nodiscard]] Finding start_finding(const Case& the_case, const Book::Page& page, Cause cause);
// A person has to say whom the Service is meant for before these failures can be judged: why, else "".
[[nodiscard]] std::string unknown_intent(const Case& the_case, const Scope& scope);
[[nodiscard]] Claim claim_of(const Case& the_case, const Book::Page& page, Cause cause, const std::string& sentence);

}  // namespace straycat::diagnose
