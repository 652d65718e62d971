// The rules. Each is one function in a file of its own: it claims the cells that its cause can explain (with the
// finding to print), or says in one sentence what excludes it. A rule sees only the cells in `scope`: all of them when
// the judge looks for causes, those of one finding when it asks for that finding's rivals.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../case.hpp"

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

Ruling stray_endpoint(const Case& the_case, const Scope& scope);
Ruling wrong_answer(const Case& the_case, const Scope& scope);
Ruling termination_race(const Case& the_case, const Scope& scope);
Ruling early_ready(const Case& the_case, const Scope& scope);
Ruling wrong_target_port(const Case& the_case, const Scope& scope);
Ruling loopback_bind(const Case& the_case, const Scope& scope);
Ruling no_endpoints(const Case& the_case, const Scope& scope);
Ruling data_plane_lag(const Case& the_case, const Scope& scope);
Ruling crash_loop(const Case& the_case, const Scope& scope);
Ruling prober_limit(const Case& the_case, const Scope& scope);

struct NamedRule {
  const char* cause;
  const char* title;
  Ruling (*rule)(const Case&, const Scope&);
};
[[nodiscard]] const std::vector<NamedRule>& rules();

// Flaws that made no failure: another workload's pods behind a Service. `found` are the findings that explain failures;
// `sure`: they explain all of them, so that nothing failed for what is left.
[[nodiscard]] std::vector<Finding> latent_overlap(const Case& the_case, const std::vector<Finding>& found, bool sure);
// What no rule could claim, as a finding of the last resort; none when nothing is left.
[[nodiscard]] std::vector<Finding> unexplained(const Case& the_case, const Scope& left);

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
[[nodiscard]] Finding start_finding(const Case& the_case, const Book::Page& page, const std::string& cause);
[[nodiscard]] Claim claim_of(const Case& the_case, const Book::Page& page, const std::string& cause,
                             const std::string& sentence);

}  // namespace straycat::diagnose
