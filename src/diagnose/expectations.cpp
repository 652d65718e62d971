#include <algorithm>

#include <fmt/format.h>

#include "ending.hpp"
#include "ignored.hpp"
#include "phases.hpp"
#include "readiness.hpp"
#include "starving.hpp"
#include "words.hpp"

namespace straycat::diagnose {
namespace {

using history::History;
using history::ScenarioPhase;
using history::Span;
using plan::Budget;

bool finished(const History& history) { return history.ended && history.ended->reason == RunEnd::finished; }

// Failures and attempts of a stretch whose edges are uncertain: surely inside, and possibly inside. The prober's own
// failures never count; those that may be its own (`starved`) may count.
struct Count {
  std::uint64_t least = 0, most = 0;
  std::uint64_t attempts = 0, least_attempts = 0, most_attempts = 0;
  std::uint64_t starved = 0;
};

// "3 of 100 attempts failed"; where the edges leave it open, "1 to 3 of 98 to 100 attempts failed".
std::string words(const Count& seen) {
  if (seen.least == seen.most)
    return fmt::format("{} of {} failed", grouped(seen.most), count(seen.attempts, "attempt"));
  const auto range = [](std::uint64_t least, std::uint64_t most) {
    return least == most ? grouped(most) : grouped(least) + " to " + grouped(most);
  };
  return fmt::format("{} of {} attempts failed", range(seen.least, seen.most),
                     range(seen.least_attempts, seen.most_attempts));
}

std::uint64_t failures_between(const History& history, Span span, std::uint64_t& attempts) {
  std::uint64_t failed = 0;
  for (const auto& traffic : history.traffic) {
    const auto totals = totals_in(traffic, span);
    failed += totals.failed - totals.local;
    attempts += totals.attempts;
  }
  return failed;
}

Count count_in(const Case& the_case, const ScenarioPhase& phase) {
  const History& history = the_case.history;
  Count result;
  const auto from = phase.from.error_ns;
  const auto to = phase.to.error_ns;
  const Span inner{phase.from.ns + from, phase.to.ns - to};
  if (inner.to > inner.from) result.least = failures_between(history, inner, result.least_attempts);
  result.most = failures_between(history, {phase.from.ns - from, phase.to.ns + to}, result.most_attempts);
  failures_between(history, {phase.from.ns, phase.to.ns}, result.attempts);
  result.starved = starved_in(the_case, {phase.from.ns - from, phase.to.ns + to});
  result.least -= std::min(result.least, result.starved);
  return result;
}

std::string text_of(const Budget& budget) {
  if (!budget.share) return grouped(static_cast<std::uint64_t>(std::max(0.0, budget.value)));
  return percent(static_cast<std::uint64_t>(budget.value * 1e6 + 0.5), 1'000'000);
}

bool within(const Budget& budget, std::uint64_t failed, std::uint64_t attempts) {
  const auto limit = budget.share ? budget.value * static_cast<double>(attempts) : budget.value;
  return static_cast<double>(failed) <= limit;
}

// "At most": needs the whole stretch, seen well.
CheckedExpectation at_most(const Budget& budget, const Count& seen, const std::string& where,
                           const std::string& doubt) {
  CheckedExpectation result{fmt::format("at most {} failed requests {}", text_of(budget), where), Met::unproven, ""};
  result.why = words(seen);
  if (!within(budget, seen.least, seen.most_attempts)) {
    result.met = Met::no;
  } else if (!doubt.empty()) {
    result.why += ", but " + doubt;
  } else if (within(budget, seen.most, seen.least_attempts)) {
    result.met = Met::yes;
  } else if (seen.starved > 0) {
    result.why += fmt::format(", but {} of them may be the prober's own", grouped(seen.starved));
  }
  return result;
}

// "At least": what was seen was seen, however the run ended.
CheckedExpectation at_least(const Budget& budget, const Count& seen, const std::string& where,
                            const std::string& doubt) {
  CheckedExpectation result{fmt::format("at least {} failed requests {}", text_of(budget), where), Met::unproven, ""};
  result.why = words(seen);
  const auto reaches = [&](std::uint64_t failed, std::uint64_t attempts) {
    return static_cast<double>(failed) >= (budget.share ? budget.value * static_cast<double>(attempts) : budget.value);
  };
  if (reaches(seen.least, seen.most_attempts)) {
    result.met = Met::yes;
  } else if (!doubt.empty()) {
    result.why += ", but " + doubt;
  } else if (!reaches(seen.most, seen.least_attempts)) {
    result.met = Met::no;
  }
  return result;
}

CheckedExpectation readiness(const History& history, const ScenarioPhase& phase, bool none, const std::string& doubt) {
  const Span span{phase.from.earliest(), phase.to.latest()};
  CheckedExpectation result{fmt::format("{} \"Readiness probe failed\" event for a ready pod in phase {}",
                                        none ? "no" : "a", safe(phase.name)),
                            Met::unproven, ""};
  if (!phase.from.bounded() || !phase.to.bounded() || !history.covered("events", {phase.from.ns, phase.to.ns})) {
    result.why = "the Events were not watched throughout";
    return result;
  }
  const auto written = readiness_failures(history, span);
  result.why = written == 0 ? "none was written, and the Events were watched throughout"
                            : count(written, "was", "were") + " written";
  if (written > 0) {
    result.met = none ? Met::no : Met::yes;
  } else if (doubt.empty()) {
    result.met = none ? Met::yes : Met::no;
  } else {
    result.why += ", but " + doubt;
  }
  return result;
}

// Why "never" and "at most" cannot be proven of a stretch; "" when they can.
std::string doubt_of(const Case& the_case, bool whole, bool bounded, std::uint64_t attempts, Span stretch) {
  if (!bounded) return "its edges are not known on the prober's clock";
  if (!whole) return "the run ended before it was over";
  if (the_case.records_lost > 0) return count(the_case.records_lost, "record") + " of the prober lost";
  if (attempts < fewest_attempts) return fmt::format("fewer than {} attempts show nothing", fewest_attempts);
  if (auto why = unread(the_case.history); !why.empty()) return why;
  if (auto why = hidden_in(the_case.history, stretch); !why.empty()) return why;
  return ignored_until(the_case.history, stretch.to);
}

void check_phase(const Case& the_case, const plan::PhaseExpectation& expected, std::vector<CheckedExpectation>& out) {
  const History& history = the_case.history;
  const std::string where = "in phase " + safe(expected.phase);
  const auto phase = std::find_if(history.phases.begin(), history.phases.end(),
                                  [&](const ScenarioPhase& p) { return p.name == expected.phase; });
  if (phase == history.phases.end()) {
    out.push_back({"something " + where, finished(history) ? Met::no : Met::unproven, "the phase never began"});
    return;
  }
  const bool bounded = phase->from.bounded() && phase->to.bounded();
  const Count seen = bounded ? count_in(the_case, *phase) : Count{};
  const Span stretch{phase->from.ns, phase->to.ns};
  const auto doubt = doubt_of(the_case, phase->closed, bounded, seen.attempts, stretch);
  if (expected.max_failures) out.push_back(at_most(*expected.max_failures, seen, where, doubt));
  if (expected.min_failures) out.push_back(at_least(*expected.min_failures, seen, where, doubt));
  if (expected.no_readiness_failures) {
    out.push_back(readiness(history, *phase, *expected.no_readiness_failures,
                            doubt_of(the_case, phase->closed, bounded, fewest_attempts, {phase->to.ns, phase->to.ns})));
  }
}

// --- the finding
// ------------------------------------------------------------------------------------------------------

// What stays unexplained in a verdict that stands all the same is for the failure budgets, not for this expectation.
bool explains(const Finding& finding) { return finding.explained > 0 && finding.cause != Cause::unexplained; }

// A scenario that expects a general cause is right about a special one of its kind.
bool is_expected(const plan::Expectations& expected, const Verdict& verdict, const Finding& finding) {
  const auto cause = finding::cause_from(expected.finding);
  if (!cause || (finding.cause != *cause && !finding::refines(finding.cause, *cause))) return false;
  if (!expected.workload) return true;
  const model::ObjectRef named{expected.workload->kind, expected.workload->ns, expected.workload->name, ""};
  if (finding.workload && same_workload(*finding.workload, named)) return true;
  // Where the Service itself is at fault, its workload may be named as well.
  return row(finding.cause).at_fault == "Service" && expected.workload->kind != "Service" &&
         std::any_of(verdict.intents.begin(), verdict.intents.end(), [&](const Intent& intent) {
           return intent.ns == finding.ns && intent.service == finding.service && intent.means(named);
         });
}

void check_none(const Case& the_case, const Verdict& verdict, const plan::Expectations& expected,
                CheckedExpectation& out) {
  const std::uint64_t real = verdict.failed - verdict.local;
  const Budget allowed = expected.max_failures.value_or(Budget{});
  if (verdict.conclusion == Conclusion::found) {
    out.met = Met::no;
    out.why = fmt::format("found: {}", verdict.findings.front().title());
  } else if (verdict.conclusion == Conclusion::inconclusive) {
    const bool open = expected.finding == plan::Expectations::conclusion || within(allowed, real, verdict.attempts);
    out.met = open ? Met::unproven : Met::no;
    out.why = real > 0 ? count(real, "request") + " failed" : verdict.reasons.front();
  } else {
    out.met = finished(the_case.history) ? Met::yes : Met::unproven;
    out.why = finished(the_case.history) ? "nothing failed" : "nothing failed, but the run did not finish";
  }
}

void check_cause(const Case& the_case, const Verdict& verdict, const plan::Expectations& expected,
                 CheckedExpectation& out) {
  const auto match = std::find_if(verdict.findings.begin(), verdict.findings.end(),
                                  [&](const Finding& f) { return is_expected(expected, verdict, f); });
  const auto other = std::find_if(verdict.findings.begin(), verdict.findings.end(),
                                  [&](const Finding& f) { return explains(f) && !is_expected(expected, verdict, f); });
  if (verdict.conclusion == Conclusion::inconclusive &&
      !(match != verdict.findings.end() && !explains(*match) && verdict.failed == 0)) {
    out.why = "inconclusive: " + verdict.reasons.front();
  } else if (match == verdict.findings.end()) {
    out.met = finished(the_case.history) || other != verdict.findings.end() ? Met::no : Met::unproven;
    out.why = other != verdict.findings.end() ? fmt::format("found: {}", other->title()) : "not found";
  } else if (other != verdict.findings.end() && verdict.conclusion == Conclusion::found) {
    out.met = Met::no;
    out.why = fmt::format("found, but also: {}", other->title());
  } else {
    out.met = Met::yes;
    out.why = "found";
  }
}

// That no known cause fits: failures of which that is said, in a verdict that names no cause.
void check_unexplained(const Case& the_case, const Verdict& verdict, CheckedExpectation& out) {
  const bool left = std::any_of(verdict.findings.begin(), verdict.findings.end(),
                                [](const Finding& finding) { return finding.cause == Cause::unexplained; });
  if (verdict.conclusion == Conclusion::inconclusive) {
    out.met = left ? Met::yes : Met::unproven;
    out.why = left ? "no known cause explains them" : "inconclusive: " + verdict.reasons.front();
  } else {
    out.met = verdict.failed > 0 || finished(the_case.history) ? Met::no : Met::unproven;
    out.why = verdict.failed > 0 ? fmt::format("found: {}", verdict.findings.front().title()) : "nothing failed";
  }
}

CheckedExpectation check_finding(const Case& the_case, const Verdict& verdict, const plan::Expectations& expected) {
  const bool concludes = expected.finding == plan::Expectations::conclusion;
  CheckedExpectation result{concludes ? "nothing wrong" : "finding: " + safe(expected.finding), Met::unproven, ""};
  if (expected.workload) result.text += " of " + safe(expected.workload->display());
  if (concludes || expected.finding == plan::Expectations::none) {
    check_none(the_case, verdict, expected, result);
  } else if (expected.finding == plan::Expectations::inconclusive) {
    result.met = verdict.conclusion == Conclusion::inconclusive ? Met::yes : Met::no;
    result.why = std::string(to_string(verdict.conclusion));
  } else if (const auto cause = finding::cause_from(expected.finding); !cause) {
    result.why = "this version knows no such cause";
  } else if (*cause == Cause::unexplained) {
    check_unexplained(the_case, verdict, result);
  } else {
    check_cause(the_case, verdict, expected, result);
  }
  return result;
}

int exit_code(const History& history, const std::vector<CheckedExpectation>& expectations) {
  if (history.ended && history.ended->reason == RunEnd::refused) return 3;
  if (history.ended && history.ended->reason == RunEnd::failed) return 4;
  const auto any = [&](Met met) {
    return std::any_of(expectations.begin(), expectations.end(),
                       [&](const CheckedExpectation& one) { return one.met == met; });
  };
  // What was found stays found, but the rest of a run that did not finish is missing.
  return any(Met::no) ? 1 : any(Met::unproven) || !finished(history) ? 2 : 0;
}

}  // namespace

void check_expectations(const Case& the_case, Verdict& verdict) {
  const History& history = the_case.history;
  const plan::Expectations expected = history.plan ? history.plan->expect : plan::Expectations{};
  // Whoever wrote the scenario expects at least that it can be carried out.
  if (history.ended && history.ended->reason == RunEnd::unmet)
    verdict.expectations.push_back({"every step carried out", Met::no, unfinished(history)});
  if (expected.finding != plan::Expectations::any)
    verdict.expectations.push_back(check_finding(the_case, verdict, expected));
  for (const auto& phase : expected.phases) check_phase(the_case, phase, verdict.expectations);
  if (expected.max_failures) {
    const auto real = verdict.failed - verdict.local;
    const auto starved = starved_in(the_case, {history.begin, history.end});
    const Count seen{real, real + starved, verdict.attempts, verdict.attempts, verdict.attempts, starved};
    verdict.expectations.push_back(
        at_most(*expected.max_failures, seen, "in the whole run",
                doubt_of(the_case, finished(history), true, seen.attempts, {history.begin, history.end})));
  }
  verdict.exit_code = exit_code(history, verdict.expectations);
}

}  // namespace straycat::diagnose
