// Many scenarios as one answer: which of them, in which order, how often, and what becomes of each. Pure: a shell
// (cli/suite*) starts the runs and says how they ended.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::suite {

// What its lines are (suite.jsonl): a case each, the last one for the whole.
inline constexpr std::string_view suite_format = "straycat.suite/1";

// A scenario of the suite. Its name never changes with what is found: reports of many runs are compared by it.
struct Case {
  std::string name;                     // the scenario's; with its file behind it where several have that name
  std::string file;                     // as the person wrote the path to it
  int line = 1;                         // where it says what it expects
  std::string folder;                   // of its runs, within the suite's
  model::Labels labels;                 // metadata.labels
  Nanos length{};                       // that its pauses take: no run is shorter
  std::vector<std::string> words = {};  // that its runs get on their command lines: the values of a matrix
  std::string broken = {};              // why it cannot be run: a file is wrong. "" = it can
  std::string left_out = {};            // why it is not to be run here
};

// --- Which of them ---

struct Shard {
  std::size_t which = 1, of = 1;
};
// "2/4". Errors: bad_input.
[[nodiscard]] Result<Shard> parse_shard(std::string_view text);

struct Selection {
  std::vector<std::string> only;       // globs of names or files (fnmatch(3)); none = all, several: any of them
  std::vector<std::string> selectors;  // as kubectl's -l; each must match
  Shard shard;
};
// Names made unique, in the order of their names. Of a broken file whose labels nobody could read no selector says that
// it is not meant: it stays. The shards of one selection hold each case once, and about as much time each. Errors
// (bad_input): a selector that is none; nothing is left (but for a shard of several, which may be empty).
[[nodiscard]] Result<std::vector<Case>> select(std::vector<Case> all, const Selection& selection);
void make_names_unique(std::vector<Case>& all);
// A name as a folder's: no slash, no dot first, nothing that a shell reads.
[[nodiscard]] std::string folder_name(std::string_view name);

// --- What became of a run ---

enum class State { passed, failed, inconclusive, broken };

struct CheckedExpectation {
  std::string text, outcome, why;  // as the report has them: "met", "not met", "unproven"
};
struct ProposedFix {
  std::string target, yaml, file;  // file: as the scenario names it; "" when the plan has none
  int line = 0;
};
struct Run {
  State state = State::broken;
  bool bad_input = false;    // broken, and no second try can mend it
  bool interrupted = false;  // by the suite's own end: it tells nothing
  bool beside = false;       // others ran meanwhile
  bool set_aside = false;    // did not pass beside others, and made again alone: that one counts
  int round = 1;
  std::string folder;      // within the suite's
  std::string why;         // one sentence
  std::string conclusion;  // "found", "none", "inconclusive"; "" when it wrote no report
  std::vector<CheckedExpectation> expectations = {};
  std::optional<ProposedFix> fix = std::nullopt;
  std::uint64_t requests = 0, failures = 0;
  Nanos took{};
};

// How a child process ended.
struct Ended {
  int code = 0;              // 128 + the signal that killed it
  std::string cut_short;     // why it was ended from outside; "" = it ended of itself
  bool interrupted = false;  // by the suite's own end
  nlohmann::json report;     // its report.json; null = none
  std::string said;          // what it wrote to standard error
  Nanos took{};
  nlohmann::json comparison = {};  // its comparison.json, beside its baseline; null = none
};
[[nodiscard]] Run read_run(const Ended& ended);

// --- What became of them all ---

// A case that passed only in a second try is flaky: never green silently.
enum class Outcome { passed, flaky, failed, inconclusive, broken, left_out };
inline constexpr std::array every_outcome{Outcome::passed,       Outcome::flaky,  Outcome::failed,
                                          Outcome::inconclusive, Outcome::broken, Outcome::left_out};
[[nodiscard]] std::string_view to_string(Outcome outcome);  // "passed", ..., "left out"

struct CaseResult {
  Case of;
  std::vector<Run> runs;
  Outcome outcome = Outcome::left_out;
  std::string why;
  [[nodiscard]] Nanos took() const;
  // The run that the outcome was taken from; null when none was made.
  [[nodiscard]] const Run* telling() const;
};

enum class Unproven { as_it_is, skip, fail };  // --inconclusive

struct Answer {
  std::vector<CaseResult> cases;  // by name
  Nanos took{};
  std::int64_t wall_ns = 0;
  std::string interrupted;  // why not all of them were run; "" = they were
  Unproven unproven = Unproven::as_it_is;
  [[nodiscard]] std::size_t count(Outcome outcome) const;
};
// 1 when one failed (a proven failure is never hidden behind trouble elsewhere), else 4 or 3 when one broke (of the
// surroundings, or of its own files), else 2 when one is inconclusive or not all were run, else 0.
[[nodiscard]] int exit_code(const Answer& answer);
// "FAILED: 1 of 15 failed (bare-pod), 1 flaky (cron-job)": the whole in one sentence.
[[nodiscard]] std::string sentence(const Answer& answer);

// --- When each is run ---

struct Rules {
  int jobs = 1;    // at most so many side by side
  int repeat = 1;  // rounds of each case; the worst counts
  int retry = 0;   // further tries of a round that did not pass
  bool fail_fast = false;
  Unproven unproven = Unproven::as_it_is;
};

struct Start {
  std::size_t which = 0;  // index of the case
  int round = 1, again = 0;
  bool alone = false;
  std::string folder;  // of the run, within the suite's
};

// Decides without I/O. The longest are started first, so that the end is not one of them alone. A run that did not pass
// beside others is made again alone when all others are over, and that one's verdict counts: load must not turn
// verdicts. What failed beside others and passes alone is flaky, though, and not green silently.
class Schedule {
 public:
  Schedule(std::vector<Case> cases, const Rules& rules);
  // What to start now; none: something must end first, or all is over.
  [[nodiscard]] std::optional<Start> next();
  // The case's outcome, if that was its last run.
  std::optional<Outcome> ended(const Start& start, Run run);
  // Nothing more is started.
  void stop(const std::string& why);
  [[nodiscard]] bool over() const;
  [[nodiscard]] Answer answer() const;
  [[nodiscard]] const CaseResult& result(std::size_t which) const { return results_[which]; }

 private:
  struct Going {
    Start start;
    bool beside;
  };
  void enter(const Start& start);
  [[nodiscard]] bool leave(const Start& start);  // whether others ran meanwhile
  void go_on(const Start& start, const Run& run);
  void heed(const CaseResult& result);
  [[nodiscard]] Start make(std::size_t which, int round, int again, bool alone);
  [[nodiscard]] bool waits(std::size_t which) const;

  std::vector<CaseResult> results_;
  std::vector<int> folders_;  // how many of each case were given
  Rules rules_;
  std::deque<Start> queue_, alone_;
  std::vector<Going> going_;
  std::string stopped_;
};

}  // namespace straycat::suite
