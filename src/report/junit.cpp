// JUnit XML as Jenkins and GitLab read it: a testcase for each expectation and each phase.
#include <string>

#include <fmt/format.h>

#include "report/html/markup.hpp"
#include "report/story.hpp"
#include <straycat/report/report.hpp>

namespace straycat::report {
namespace {

struct Tally {
  std::string cases;
  int tests = 0, failures = 0, skipped = 0;
};

enum class State { passed, failed, unproven };

// What a failed case says: the findings and what proves them, a line each.
std::string proof(const diagnose::Verdict& verdict) {
  std::string text = escape(verdict.headline) + "\n";
  for (const std::string& reason : verdict.reasons) text += "inconclusive: " + escape(reason) + "\n";
  for (const diagnose::Finding& finding : verdict.findings) {
    text += escape(finding.sentence) + "\n";
    for (const diagnose::Evidence& evidence : finding.evidence) text += "- " + escape(evidence.text) + "\n";
    if (finding.fix) text += fmt::format("fix: change {} (see the report)\n", escape(finding.fix->target.display()));
  }
  for (const diagnose::Finding& suspicion : verdict.suspicions)
    text += fmt::format("suspected, not proven: {}\n", escape(suspicion.sentence));
  return text;
}

void add(Tally& tally, const std::string& suite, const std::string& name, double seconds, State state,
         const std::string& why, const std::string& body, bool inconclusive_fails) {
  ++tally.tests;
  tally.cases +=
      fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"", escape(suite), escape(name), seconds);
  if (state == State::passed) {
    tally.cases += "/>\n";
  } else if (state == State::unproven && !inconclusive_fails) {
    ++tally.skipped;
    tally.cases += fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n", escape(why));
  } else {
    ++tally.failures;
    tally.cases += fmt::format(">\n      <failure message=\"{}\" type=\"{}\">{}</failure>\n    </testcase>\n",
                               escape(why), state == State::failed ? "straycat" : "inconclusive", body);
  }
}

State state_of(diagnose::Met met) {
  if (met == diagnose::Met::yes) return State::passed;
  return met == diagnose::Met::no ? State::failed : State::unproven;
}

// A phase whose failures were expected is no failure: whether it was, the expectations say.
State state_of(const diagnose::PhaseReport& phase) {
  return phase.state == "not shown" ? State::unproven : State::passed;
}

}  // namespace

std::string render_junit(const history::History& history, const diagnose::Verdict& verdict, bool inconclusive_fails) {
  const std::string suite = "straycat." + history.header.scenario;
  Tally tally;
  for (const diagnose::CheckedExpectation& checked : verdict.expectations) {
    add(tally, suite, checked.text, 0, state_of(checked.met), checked.why, proof(verdict), inconclusive_fails);
  }
  for (const diagnose::PhaseReport& phase : verdict.phases) {
    const std::string name = fmt::format("phase {} ({} from {}): {} of {} failed, {}", phase.phase, phase.traffic,
                                         phase.vantage, phase.failed, phase.attempts, phase.state);
    add(tally, suite, name, static_cast<double>(phase.to_ns - phase.from_ns) / 1e9, state_of(phase), phase.note,
        proof(verdict), inconclusive_fails);
  }
  const double seconds = static_cast<double>(history.end - history.begin) / 1e9;
  const std::string counts =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"{:.3f}\"", tally.tests, tally.failures, seconds);
  const std::string stamp = format_wall(history.header.wall_ns).substr(0, 19);
  // Jenkins' schema knows "skipped" on a suite, but not on the suites' root.
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n  <testsuite name=\"{}\" timestamp=\"{}\" "
      "hostname=\"{}\" {} skipped=\"{}\">\n{}  </testsuite>\n</testsuites>\n",
      counts, escape(suite), stamp, escape(history.header.cluster), counts, tally.skipped, tally.cases);
}

}  // namespace straycat::report
