// The verdict: what the log proves, what it only suggests, and what it cannot tell. Pure, deterministic: the same log
// gives the same bytes.
//
// Fact (which endpoint refuses) and inference (which workload was not meant to stand there) are kept apart; a cause is
// named only when its rivals are excluded, else the verdict is inconclusive and says why.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/core/result.hpp>
#include <straycat/finding/finding.hpp>
#include <straycat/finding/intent.hpp>
#include <straycat/history/history.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::diagnose {

using json = nlohmann::json;
using finding::Finding;
using finding::Fix;
using finding::Intent;

inline constexpr std::string_view verdict_format = "straycat.verdict/1";

enum class Conclusion {
  none,          // nothing failed, and enough was seen to say so
  found,         // every failure that counts has a proven cause (see `findings`)
  inconclusive,  // see `reasons`
};
[[nodiscard]] std::string_view to_string(Conclusion conclusion);  // "none", "found", "inconclusive"

// The refused share that equal balancing over the routable endpoints predicts, against what was seen. Attempts within
// the data-plane lag of an endpoint change are left out.
struct Share {
  std::uint64_t attempts = 0, failed = 0;
  std::uint64_t expected_low = 0, expected_high = 0;  // 99.99 % bounds for `failed` (Bernstein's inequality)
  std::uint64_t expected_ppm = 0;                     // mean predicted share, parts per million
  [[nodiscard]] bool agrees() const { return expected_low <= failed && failed <= expected_high; }
};

// One phase of the scenario, per traffic and vantage point.
struct PhaseReport {
  std::string phase, traffic, vantage;
  std::int64_t from_ns = 0, to_ns = 0, error_ns = 0;  // reference clock; error_ns of the edges
  std::uint64_t attempts = 0, ok = 0, failed = 0;
  std::uint64_t unfinished = 0;  // of `attempts`: without an outcome when the prober ended
  std::map<std::string, std::uint64_t> kinds;
  std::int64_t largest_gap_ns = 0;  // no attempt started in that long
  bool covered = false;             // its endpoints were watched throughout
  std::string state;                // "clean", "failing", "not shown" (fewer than 30 attempts, or its edges unknown)
  std::string note;                 // why it is not shown, what was not covered; "" when there is nothing to say
  std::optional<Share> share;       // only where a finding predicts one
};

enum class Met { yes, no, unproven };
[[nodiscard]] std::string_view to_string(Met met);  // "met", "not met", "unproven"
struct CheckedExpectation {
  std::string text;  // "expect a stray-endpoint of Job/sayhi"
  Met met = Met::unproven;
  std::string why;  // "found", "12 failures, at most 0 expected", ...
};

struct Verdict {
  Conclusion conclusion = Conclusion::inconclusive;
  std::string headline;              // one sentence that a newcomer understands
  std::vector<std::string> reasons;  // inconclusive: why, a sentence each, the weightiest first
  std::vector<Finding> findings;     // found: the proven causes; then what stays unexplained, then latent flaws
  std::vector<Finding> suspicions;  // inconclusive: causes that explain a part, and accuse nobody for the reasons above
  std::vector<Intent> intents;      // one for each Service with traffic
  std::uint64_t attempts = 0, failed = 0;
  std::uint64_t unfinished =
      0;  // of `attempts`: without an outcome when their prober ended, and so neither ok nor failed
  std::uint64_t explained = 0;  // failed attempts of a proven cause
  std::uint64_t ambiguous = 0;  // candidate sets that no single proven cause owns
  std::uint64_t unseen = 0;     // failed in stretches where the watch or the prober was blind
  std::uint64_t local = 0;      // failed for the prober's own want of resources
  std::vector<PhaseReport> phases;
  std::vector<CheckedExpectation> expectations;
  std::vector<std::string> notes;  // what a reader should know: a cut log, no clock bound, another proxy
  int exit_code = 2;               // see exit_code in judge()
};

// Judges. Exit code: 4 when the run ended because the surroundings failed, 3 when the plan was refused before the
// first change; else 1 when a step was impossible, or some expectation is
// surely not met; else 2 when one could not be proven either way; else 0. In a run that did not finish (interrupted,
// past its deadline, killed, a part of it lost) whatever says "never" or "at most" is unproven, as the rest of the run
// is missing; what was found stays found, but the exit code is 2 at least.
[[nodiscard]] Verdict judge(const history::History& history);

[[nodiscard]] json to_json(const Verdict& verdict);

// Who may have got one failed attempt that was kept: what the judge reasons from, and what tests hold against the
// truth.
struct CandidateSet {
  std::string traffic, vantage;
  std::uint64_t id = 0;         // the attempt's
  std::int64_t connect_ns = 0;  // on its vantage point's own clock
  std::string local_address;
  std::uint16_t local_port = 0;
  bool seen = true;                     // false: the watch or the prober was blind then, and the set is empty
  std::vector<std::string> candidates;  // "address:port"
};
[[nodiscard]] std::vector<CandidateSet> candidate_sets(const history::History& history);
[[nodiscard]] json to_json(const CandidateSet& set);

// The plan with the fix in it: the merge patch applied to every manifest of the target; waits for the stray to become
// routable (it never will) replaced by ones that can be met; expectations: no finding, no failure in any phase. An
// error when no manifest of the plan is the target's.
[[nodiscard]] Result<plan::Plan> apply_fix(const plan::Plan& plan, const Fix& fix);

}  // namespace straycat::diagnose
