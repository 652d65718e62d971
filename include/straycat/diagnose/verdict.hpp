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
#include <straycat/history/history.hpp>
#include <straycat/model/objects.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::diagnose {

using json = nlohmann::json;

inline constexpr std::string_view verdict_format = "straycat.verdict/1";

enum class Conclusion {
  none,          // nothing failed, and enough was seen to say so
  found,         // every failure that counts has a proven cause (see `findings`)
  inconclusive,  // see `reasons`
};
[[nodiscard]] std::string_view to_string(Conclusion conclusion);  // "none", "found", "inconclusive"

// Where one statement stands in the proof.
enum class Weight {
  decides,       // the verdict falls without it
  corroborates,  // speaks for it, gates nothing
  against,       // speaks against it
  context,
};
[[nodiscard]] std::string_view to_string(Weight weight);

struct Evidence {
  std::string id;  // stable, for tests and tools: "refused-directly"
  Weight weight = Weight::context;
  std::string text;     // one sentence
  std::string kubectl;  // a line with which a person can check it, quoted for a POSIX shell; "" when there is none
  json data = json::object();  // its figures, integers and strings only
};

// Another cause that could have made these failures, and what became of it.
struct Rival {
  std::string cause;  // a cause's id
  std::string title;  // "a pod that ends before its endpoint is removed"
  bool excluded = false;
  std::string reason;  // what excluded it, or why it could not be excluded; one sentence
  std::string kubectl;
};

// One endpoint that a finding is about.
struct AccusedEndpoint {
  std::string address;
  int port = 0;
  std::string ns, pod, pod_uid;
  std::vector<history::Span> routable;             // by the slices, reference clock
  std::uint64_t probes_failed = 0, probes_ok = 0;  // direct probes while it was routable
};

// One label whose value a fix changes, somewhere in the manifest.
struct LabelChange {
  std::string where;  // "spec.template.metadata.labels"
  std::string key, from, to;
};

// A change that was evaluated: with it, no Service of the run selects the stray's pods, and the workload that the
// Service is meant for is selected as before.
struct Fix {
  plan::Target target;  // whose manifest is changed
  std::string file;     // where that manifest stands, relative to the scenario; "" when the plan has none
  int line = 0;
  json merge_patch;  // RFC 7386, to the manifest
  std::string yaml;  // the same for a person, as YAML
  std::vector<LabelChange> changes;
  std::vector<std::string> order;    // the steps in order, a sentence each (immutable fields: delete, then create)
  std::vector<std::string> checked;  // what was evaluated, a sentence each
  std::vector<std::string> kubectl;  // how a person can check the outcome
};

// One cause, proven (or, with explained == 0, a flaw that made no failure yet).
struct Finding {
  std::string cause;                         // "stray-endpoint", "termination-race", ... (see causes())
  std::string title;                         // a few words: "a stray endpoint"
  std::string sentence;                      // what the report prints
  std::string ns, service;                   // the Service it is about
  std::optional<model::ObjectRef> workload;  // the one at fault
  std::vector<AccusedEndpoint> endpoints;
  std::uint64_t explained = 0;             // failed attempts whose whole candidate set this cause owns
  std::uint64_t shared = 0;                // failed attempts that this or another *proven* cause made
  std::int64_t first_ns = 0, last_ns = 0;  // starts of the first and last explained failure, reference clock
  std::vector<Evidence> evidence;          // in the order to print
  std::vector<Rival> rivals;
  std::optional<Fix> fix;
  std::string no_fix;  // why there is none, "" when there is one or none is sought
};

// Whom a Service is meant for.
struct Intent {
  std::string ns, service;
  std::optional<model::ObjectRef> workload;  // none: it cannot be told
  bool given = false;                        // the plan names it
  std::string basis;                         // "the scenario names it", "it owned most endpoint time (93 %)", ...
};

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
  std::uint64_t explained = 0;  // failed attempts of a proven cause
  std::uint64_t ambiguous = 0;  // candidate sets that no single proven cause owns
  std::uint64_t unseen = 0;     // failed in stretches where the watch or the prober was blind
  std::uint64_t local = 0;      // failed for the prober's own want of resources
  std::vector<PhaseReport> phases;
  std::vector<CheckedExpectation> expectations;
  std::vector<std::string> notes;  // what a reader should know: a cut log, no clock bound, another proxy
  int exit_code = 2;               // see exit_code in judge()
};

// Judges. Exit code: 4 when the run ended because a step or the surroundings failed; else 1 when some expectation is
// surely not met; else 2 when one could not be proven either way; else 0. In a run that did not finish (interrupted,
// past its deadline, killed) whatever says "never" or "at most" is unproven, as the rest of the run is missing; what
// was found stays found.
[[nodiscard]] Verdict judge(const history::History& history);

[[nodiscard]] json to_json(const Verdict& verdict);
[[nodiscard]] json to_json(const Fix& fix);

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

// The ids of all causes that a finding can have, with what a person calls them.
[[nodiscard]] const std::map<std::string, std::string>& causes();

// The plan with the fix in it: the merge patch applied to every manifest of the target; waits for the stray to become
// routable (it never will) replaced by ones that can be met; expectations: no finding, no failure in any phase. An
// error when no manifest of the plan is the target's.
[[nodiscard]] Result<plan::Plan> apply_fix(const plan::Plan& plan, const Fix& fix);

// `text` as one word of a shell; control characters and bytes outside ASCII in $'...' form (POSIX.1-2024, bash).
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace straycat::diagnose
