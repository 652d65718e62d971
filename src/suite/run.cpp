// How a child process ended -> what became of its run.
#include <algorithm>

#include <fmt/format.h>

#include <straycat/core/change.hpp>
#include <straycat/core/json_access.hpp>
#include <straycat/core/signals.hpp>
#include <straycat/suite/suite.hpp>

namespace straycat::suite {
namespace {

using json = nlohmann::json;

void read_expectations(const json& verdict, Run& run) {
  each_object(member(verdict, "expectations"), [&](const json& one) {
    run.expectations.push_back({text_at(one, {"text"}), text_at(one, {"outcome"}), text_at(one, {"why"})});
  });
}

void read_fix(const json& verdict, Run& run) {
  each_object(member(verdict, "findings"), [&](const json& finding) {
    const json& fix = member(finding, "fix");
    if (run.fix || !fix.is_object()) return;
    run.fix = ProposedFix{text_at(fix, {"kind"}) + "/" + text_at(fix, {"name"}), text_at(fix, {"yaml"}),
                          text_at(fix, {"file"}), number_at<int>(fix, {"line"})};
  });
}

// What it said last as a sentence of straycat's; else its last line.
std::string last_words(const std::string& said) {
  constexpr std::string_view ours = "straycat: ";
  std::string last, own;
  for (std::size_t from = 0; from < said.size();) {
    const std::size_t end = std::min(said.find('\n', from), said.size());
    const std::string_view line = std::string_view(said).substr(from, end - from);
    if (line.starts_with(ours) && own.empty()) own = line.substr(ours.size());
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) last = line;
    from = end + 1;
  }
  return own.empty() ? last : own;
}

std::string why_broken(const Ended& ended) {
  if (!ended.cut_short.empty()) return ended.cut_short;
  const std::string words = ended.code > 4 ? ending_words(ended.code) : "";
  const std::string said = last_words(ended.said);
  if (words.empty()) return said.empty() ? ending_words(ended.code) : said;
  return said.empty() ? words : fmt::format("{}; it said: {}", words, said);
}

State state_of(const Ended& ended) {
  const bool judged = ended.cut_short.empty() && ended.report.is_object();
  if (judged && ended.code == 0) return State::passed;
  if (judged && ended.code == 1) return State::failed;
  return judged && ended.code == 2 ? State::inconclusive : State::broken;
}

std::string first_of(const Run& run, std::string_view outcome) {
  for (const CheckedExpectation& one : run.expectations)
    if (one.outcome == outcome) return fmt::format("{}: {}", one.text, one.why);
  return "";
}

std::string why_of(const Run& run, const json& verdict, const Ended& ended) {
  const std::string headline = text_at(verdict, {"headline"});
  if (run.state == State::passed) return headline;
  if (run.state == State::broken) return why_broken(ended);
  if (run.state == State::failed) {
    const bool as_expected = number_at<int>(verdict, {"exitCode"}) != 1;
    if (as_expected && from_word<Change>(text_at(ended.comparison, {"change"})) == Change::worse)
      return "beside its baseline " + text_at(ended.comparison, {"sentence"});
    const std::string unmet = first_of(run, "not met");
    return unmet.empty() ? headline : unmet;
  }
  const json& reasons = member(verdict, "reasons");
  if (reasons.is_array() && !reasons.empty()) return as_text(reasons.front());
  const std::string unproven = first_of(run, "unproven");
  return unproven.empty() ? headline : unproven;
}

}  // namespace

Run read_run(const Ended& ended) {
  const json& verdict = member(ended.report, "verdict");
  Run run;
  run.state = state_of(ended);
  run.bad_input = ended.cut_short.empty() && ended.code == 3;
  run.interrupted = ended.interrupted;
  run.conclusion = text_at(verdict, {"conclusion"});
  read_expectations(verdict, run);
  read_fix(verdict, run);
  run.requests = number_at<std::uint64_t>(verdict, {"attempts"});
  run.failures = number_at<std::uint64_t>(verdict, {"failed"});
  run.took = ended.took;
  run.why = why_of(run, verdict, ended);
  return run;
}

}  // namespace straycat::suite
