// When each case is run, and what its runs make of it.
#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include <straycat/suite/suite.hpp>

namespace straycat::suite {
namespace {

Outcome outcome_of(State state) {
  switch (state) {
    case State::passed:
      return Outcome::passed;
    case State::failed:
      return Outcome::failed;
    case State::inconclusive:
      return Outcome::inconclusive;
    case State::broken:
      return Outcome::broken;
  }
  return Outcome::broken;
}

// A proven failure weighs most.
int weight(Outcome outcome) {
  switch (outcome) {
    case Outcome::failed:
      return 4;
    case Outcome::broken:
      return 3;
    case Outcome::inconclusive:
      return 2;
    case Outcome::flaky:
      return 1;
    default:
      return 0;
  }
}

// Of each round its last run counts; one that passed only then is flaky. Load may well keep a run from proving
// anything: that tells nothing of the scenario.
std::map<int, Outcome> rounds_of(const std::vector<Run>& runs) {
  std::map<int, Outcome> rounds;
  for (const Run& run : runs) {
    if (run.set_aside && run.state == State::inconclusive) continue;
    const bool again = rounds.contains(run.round);
    rounds[run.round] = again && run.state == State::passed ? Outcome::flaky : outcome_of(run.state);
  }
  return rounds;
}

std::string why_of(const CaseResult& result, std::size_t bad_rounds, std::size_t rounds) {
  const Run* run = result.telling();
  std::string why = run != nullptr ? run->why : "";
  if (result.outcome == Outcome::flaky) why = "passed in a further try; before: " + why;
  return rounds > 1 && bad_rounds > 0 ? fmt::format("{} of {} rounds: {}", bad_rounds, rounds, why) : why;
}

void conclude(CaseResult& result, int wanted, const std::string& stopped) {
  const std::map<int, Outcome> rounds = rounds_of(result.runs);
  Outcome worst = Outcome::passed;
  for (const auto& [round, outcome] : rounds)
    if (weight(outcome) > weight(worst)) worst = outcome;
  const bool complete = rounds.size() >= static_cast<std::size_t>(wanted);
  result.outcome = complete || weight(worst) > 1 ? worst : Outcome::left_out;
  const auto bad =
      std::count_if(rounds.begin(), rounds.end(), [](const auto& one) { return one.second != Outcome::passed; });
  result.why = result.outcome == Outcome::left_out ? "not run: " + stopped
                                                   : why_of(result, static_cast<std::size_t>(bad), rounds.size());
}

std::vector<std::size_t> longest_first(const std::vector<CaseResult>& results) {
  std::vector<std::size_t> order(results.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return results[a].of.length > results[b].of.length; });
  return order;
}

}  // namespace

Schedule::Schedule(std::vector<Case> cases, const Rules& rules) : folders_(cases.size(), 0), rules_(rules) {
  for (Case& one : cases) {
    CaseResult result{std::move(one), {}, Outcome::left_out, ""};
    if (!result.of.broken.empty()) result.outcome = Outcome::broken;
    result.why = result.of.broken.empty() ? result.of.left_out : result.of.broken;
    results_.push_back(std::move(result));
  }
  const std::vector<std::size_t> order = longest_first(results_);
  for (int round = 1; round <= rules_.repeat; ++round)
    for (const std::size_t which : order)
      if (results_[which].why.empty()) queue_.push_back(make(which, round, 0, false));
}

Start Schedule::make(std::size_t which, int round, int again, bool alone) {
  const std::string& folder = results_[which].of.folder;
  const int number = ++folders_[which];
  return {which, round, again, alone, number == 1 ? folder : fmt::format("{}/run-{}", folder, number)};
}

void Schedule::enter(const Start& start) {
  going_.push_back({start, false});
  if (going_.size() < 2) return;
  for (Going& one : going_) one.beside = true;
}

std::optional<Start> Schedule::next() {
  if (!stopped_.empty()) return std::nullopt;
  const bool held = !going_.empty() && going_.front().start.alone;
  std::deque<Start>& from = queue_.empty() ? alone_ : queue_;
  const std::size_t room = &from == &alone_ ? 1 : static_cast<std::size_t>(rules_.jobs);
  if (held || from.empty() || going_.size() >= room) return std::nullopt;
  Start start = std::move(from.front());
  from.pop_front();
  enter(start);
  return start;
}

bool Schedule::waits(std::size_t which) const {
  const auto of_it = [&](const Start& start) { return start.which == which; };
  return std::any_of(queue_.begin(), queue_.end(), of_it) || std::any_of(alone_.begin(), alone_.end(), of_it) ||
         std::any_of(going_.begin(), going_.end(), [&](const Going& one) { return of_it(one.start); });
}

bool Schedule::leave(const Start& start) {
  const auto mine =
      std::find_if(going_.begin(), going_.end(), [&](const Going& one) { return one.start.folder == start.folder; });
  if (mine == going_.end()) return false;
  const bool beside = mine->beside;
  going_.erase(mine);
  return beside;
}

void Schedule::go_on(const Start& start, const Run& run) {
  if (run.set_aside) {
    alone_.push_back(make(start.which, start.round, start.again, true));
  } else if (run.state != State::passed && !run.bad_input && start.again < rules_.retry) {
    (start.alone ? alone_ : queue_).push_back(make(start.which, start.round, start.again + 1, start.alone));
  }
}

void Schedule::heed(const CaseResult& result) {
  const bool unproven = result.outcome == Outcome::inconclusive && rules_.unproven == Unproven::fail;
  if (rules_.fail_fast && (unproven || result.outcome == Outcome::failed || result.outcome == Outcome::broken))
    stop(fmt::format("--fail-fast, after {}", result.of.name));
}

std::optional<Outcome> Schedule::ended(const Start& start, Run run) {
  run.beside = leave(start);
  run.round = start.round;
  run.folder = start.folder;
  run.set_aside = stopped_.empty() && run.beside && run.state != State::passed && !run.bad_input;
  if (stopped_.empty()) go_on(start, run);
  CaseResult& result = results_[start.which];
  if (!run.interrupted) result.runs.push_back(std::move(run));
  if (waits(start.which)) return std::nullopt;
  conclude(result, rules_.repeat, stopped_);
  heed(result);
  return result.outcome;
}

void Schedule::stop(const std::string& why) {
  if (!stopped_.empty()) return;
  stopped_ = why;
  queue_.clear();
  alone_.clear();
  for (CaseResult& result : results_)
    if (result.why.empty()) conclude(result, rules_.repeat, stopped_);
}

bool Schedule::over() const { return going_.empty() && queue_.empty() && alone_.empty(); }

Answer Schedule::answer() const {
  Answer answer;
  answer.cases = results_;
  answer.interrupted = stopped_;
  answer.unproven = rules_.unproven;
  return answer;
}

}  // namespace straycat::suite
