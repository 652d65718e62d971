// JUnit XML as Jenkins and GitLab read it: a testcase for each expectation and each phase.
#include "report/junit.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "report/html/markup.hpp"
#include "report/outcome.hpp"
#include "report/story.hpp"
#include <straycat/report/report.hpp>

namespace straycat::report {
namespace {

// A damaged log may end a phase before it begins; the schema has no negative time.
double never_negative(double seconds) { return std::max(0.0, seconds); }

// What a failed case says: the findings and what proves them, a line each.
std::string proof(const diagnose::Verdict& verdict) {
  std::string text = escape(verdict.headline) + "\n";
  for (const std::string& reason : verdict.reasons) text += "inconclusive: " + escape(reason) + "\n";
  for (const finding::Finding& finding : verdict.findings) text += junit_proof(finding);
  for (const finding::Finding& suspicion : verdict.suspicions)
    text += fmt::format("suspected, not proven: {}\n", escape(suspicion.sentence));
  return text;
}

JunitState state_of(diagnose::Met met) {
  if (met == diagnose::Met::yes) return JunitState::passed;
  return met == diagnose::Met::no ? JunitState::failed : JunitState::unproven;
}

// A phase whose failures were expected is no failure: whether it was, the expectations say.
JunitState state_of(const diagnose::PhaseReport& phase) {
  return phase.state == "not shown" ? JunitState::unproven : JunitState::passed;
}

}  // namespace

std::string junit_proof(const finding::Finding& finding) {
  std::string text = escape(finding.sentence) + "\n";
  for (const finding::Symptom& symptom : finding.symptoms) text += escape(symptom.words()) + "\n";
  for (const finding::Evidence& evidence : finding.evidence) text += "- " + escape(evidence.text) + "\n";
  if (finding.fix) text += fmt::format("fix: change {} (see the report)\n", escape(finding.fix->target.display()));
  return text;
}

void JunitSuite::add(const std::string& name, double seconds, JunitState state, const std::string& why,
                     const std::string& body, const std::string& figures) {
  ++tests_;
  const std::string message = escape(figures.empty() ? why : why.empty() ? figures : figures + ": " + why);
  std::string inside;
  if (state == JunitState::unproven && !inconclusive_fails_) {
    ++skipped_;
    inside = fmt::format("      <skipped message=\"{}\"/>\n", message);
  } else if (state == JunitState::broken) {
    ++errors_;
    inside = fmt::format("      <error message=\"{}\" type=\"straycat\">{}</error>\n", message, body);
  } else if (state != JunitState::passed) {
    ++failures_;
    inside = fmt::format("      <failure message=\"{}\" type=\"{}\">{}</failure>\n", message,
                         state == JunitState::failed ? "straycat" : "inconclusive", body);
  }
  if (inside.empty() && !figures.empty()) inside = fmt::format("      <system-out>{}</system-out>\n", escape(figures));
  cases_ += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"", escape(name_), escape(name),
                        never_negative(seconds));
  cases_ += inside.empty() ? "/>\n" : ">\n" + inside + "    </testcase>\n";
}

void JunitSuite::property(const std::string& name, std::uint64_t value) { property(name, std::to_string(value)); }

void JunitSuite::property(const std::string& name, const std::string& value) {
  properties_ += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", escape(name), escape(value));
}

std::string JunitSuite::document(double seconds, std::int64_t wall_ns, const std::string& host) const {
  const std::string counts = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3f}\"", tests_,
                                         failures_, errors_, never_negative(seconds));
  const std::string properties = properties_.empty() ? "" : "    <properties>\n" + properties_ + "    </properties>\n";
  const std::string stamp = format_wall(wall_ns).substr(0, 19);
  // Jenkins' schema knows "skipped" on a suite, but not on the suites' root.
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n  <testsuite name=\"{}\" timestamp=\"{}\" "
      "hostname=\"{}\" {} skipped=\"{}\">\n{}{}  </testsuite>\n</testsuites>\n",
      counts, escape(name_), stamp, escape(host), counts, skipped_, properties, cases_);
}

std::string render_junit(const history::History& history, const diagnose::Verdict& verdict, bool inconclusive_fails) {
  const std::string suite = "straycat." + history.header.scenario;
  JunitSuite tally{suite, inconclusive_fails};
  for (const diagnose::CheckedExpectation& checked : verdict.expectations) {
    tally.add(checked.text, 0, state_of(checked.met), checked.why, proof(verdict));
  }
  for (const diagnose::PhaseReport& phase : verdict.phases) {
    const std::string name = fmt::format("phase {} ({} from {})", phase.phase, phase.traffic, phase.vantage);
    tally.add(name, static_cast<double>(phase.to_ns - phase.from_ns) / 1e9, state_of(phase), phase.note, proof(verdict),
              fmt::format("{} of {} failed, {}", phase.failed, phase.attempts, phase.state));
  }
  // What broke is nobody's expectation: an error, with its reason.
  if (verdict.exit_code > 2) tally.add("the run", 0, JunitState::broken, run_sentence(verdict), proof(verdict));
  tally.property("outcome", std::string(outcome_of(verdict).word));
  tally.property("conclusion", std::string(conclusion_word(verdict)));
  tally.property("sentence", run_sentence(verdict));
  tally.property("requests", verdict.attempts);
  tally.property("failed", verdict.failed);
  tally.property("unfinished", verdict.unfinished);
  const double seconds = static_cast<double>(history.end - history.begin) / 1e9;
  return tally.document(seconds, history.header.wall_ns, history.header.cluster);
}

}  // namespace straycat::report
