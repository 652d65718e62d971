// What became of them all, in a code and in a sentence.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <straycat/suite/suite.hpp>

namespace straycat::suite {
namespace {

constexpr std::array outcome_words{"passed", "flaky", "failed", "inconclusive", "broken", "left out"};
constexpr std::size_t most_names = 3;

bool broke(const Answer& answer, bool by_input) {
  return std::any_of(answer.cases.begin(), answer.cases.end(), [&](const CaseResult& one) {
    if (one.outcome != Outcome::broken) return false;
    const Run* run = one.telling();
    return (run == nullptr || run->bad_input) == by_input;
  });
}

std::string names(const Answer& answer, Outcome outcome) {
  std::vector<std::string> some;
  for (const CaseResult& one : answer.cases)
    if (one.outcome == outcome) some.push_back(one.of.name);
  if (some.size() > most_names) {
    some.resize(most_names);
    some.emplace_back("...");
  }
  return fmt::format("{}", fmt::join(some, ", "));
}

// What a glance is for.
std::string_view word(const Answer& answer) {
  if (answer.count(Outcome::failed) > 0) return "FAILED";
  if (answer.count(Outcome::broken) > 0) return "BROKEN";
  if (!answer.interrupted.empty()) return "NOT FINISHED";
  const bool unproven = answer.count(Outcome::inconclusive) > 0;
  if (unproven && answer.unproven == Unproven::fail) return "FAILED";
  return unproven && answer.unproven == Unproven::as_it_is ? "INCONCLUSIVE" : "PASSED";
}

}  // namespace

std::string_view to_string(Outcome outcome) { return outcome_words[static_cast<std::size_t>(outcome)]; }

Nanos CaseResult::took() const {
  Nanos all{};
  for (const Run& run : runs) all += run.took;
  return all;
}

const Run* CaseResult::telling() const {
  const auto as_bad = [&](const Run& run) {
    switch (outcome) {
      case Outcome::failed:
        return run.state == State::failed;
      case Outcome::inconclusive:
        return run.state == State::inconclusive;
      case Outcome::broken:
        return run.state == State::broken;
      case Outcome::flaky:
        return run.state != State::passed;
      default:
        return true;
    }
  };
  // The one made again alone rules; of a flaky one what went before is what there is to tell.
  const auto counts = [&](const Run& run) { return (outcome == Outcome::flaky || !run.set_aside) && as_bad(run); };
  const auto found = std::find_if(runs.rbegin(), runs.rend(), counts);
  return found == runs.rend() ? nullptr : &*found;
}

std::size_t Answer::count(Outcome outcome) const {
  return static_cast<std::size_t>(
      std::count_if(cases.begin(), cases.end(), [&](const CaseResult& one) { return one.outcome == outcome; }));
}

int exit_code(const Answer& answer) {
  const bool unproven = answer.count(Outcome::inconclusive) > 0;
  if (answer.count(Outcome::failed) > 0 || (unproven && answer.unproven == Unproven::fail)) return 1;
  if (broke(answer, false)) return 4;
  if (broke(answer, true)) return 3;
  return (unproven && answer.unproven == Unproven::as_it_is) || !answer.interrupted.empty() ? 2 : 0;
}

std::string sentence(const Answer& answer) {
  std::vector<std::string> parts{fmt::format("{} of {} passed", answer.count(Outcome::passed), answer.cases.size())};
  for (const Outcome outcome :
       {Outcome::failed, Outcome::broken, Outcome::inconclusive, Outcome::flaky, Outcome::left_out}) {
    if (const std::size_t n = answer.count(outcome); n > 0)
      parts.push_back(fmt::format("{} {} ({})", n, to_string(outcome), names(answer, outcome)));
  }
  const std::string end = answer.interrupted.empty() ? "" : "; " + answer.interrupted;
  return fmt::format("{}: {}{}", word(answer), fmt::join(parts, ", "), end);
}

}  // namespace straycat::suite
