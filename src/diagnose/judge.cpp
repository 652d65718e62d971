#include <algorithm>

#include <fmt/format.h>

#include "cures.hpp"
#include "echoes.hpp"
#include "ending.hpp"
#include "evidence.hpp"
#include "fix.hpp"
#include "judgement.hpp"
#include "notes.hpp"
#include "phases.hpp"
#include "vantages.hpp"
#include "words.hpp"

namespace straycat::diagnose {

std::string_view to_string(Conclusion conclusion) {
  switch (conclusion) {
    case Conclusion::none:
      return "none";
    case Conclusion::found:
      return "found";
    case Conclusion::inconclusive:
      break;
  }
  return "inconclusive";
}

std::string_view to_string(Met met) {
  switch (met) {
    case Met::yes:
      return "met";
    case Met::no:
      return "not met";
    case Met::unproven:
      break;
  }
  return "unproven";
}

namespace {

const Intent& intent_for(const Case& the_case, const Finding& finding) {
  const auto found = std::find_if(the_case.intents.begin(), the_case.intents.end(), [&](const Intent& intent) {
    return intent.ns == finding.ns && intent.service == finding.service;
  });
  return found != the_case.intents.end() ? *found : the_case.intents.front();
}

void describe_findings(Judgement& judgement, Verdict& verdict) {
  for (Standing& standing : judgement.standings) {
    Finding& finding = standing.claim.finding;
    if (!standing.proven || finding.explained + finding.shared == 0) continue;
    add_evidence(judgement.the_case, standing.claim.cells, finding);
    add_rivals(judgement.the_case, standing.alone, finding);
    if (standing.passed_on > 0)
      finding.evidence.push_back({"passed-on", Weight::corroborates,
                                  fmt::format("{} of another Service's clients, answered with 502, 503 or 504 within a "
                                              "second and a half of these failures, are taken to come from them",
                                              count(standing.passed_on, "failed request")),
                                  "", json::object()});
    if (row(finding.cause).blames_another)
      propose_fix(judgement.the_case, intent_for(judgement.the_case, finding), finding);
    if (standing.rule->cure != nullptr && finding.no_fix.empty())
      standing.rule->cure(judgement.the_case, standing.claim.cells, finding);
    verdict.findings.push_back(std::move(finding));
  }
  std::stable_sort(verdict.findings.begin(), verdict.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.explained > b.explained; });
  join_vantages(judgement.the_case, verdict.findings);
  join_fixes(verdict.findings);
}

// --- the whole
// --------------------------------------------------------------------------------------------------------

std::string headline(const history::History& history, const Verdict& verdict) {
  const auto failed = fmt::format("{} of {} failed", grouped(verdict.failed), count(verdict.attempts, "request"));
  if (verdict.conclusion == Conclusion::none) {
    const auto holes = holes_in_words(history);
    return fmt::format("No request failed ({}{}{}).", count(verdict.attempts - verdict.unfinished, "attempt"),
                       verdict.unfinished == 0 ? "" : "; " + without_outcome(verdict),
                       holes.empty() ? "" : "; " + holes);
  }
  const auto why = unfinished(history);
  const auto end = why.empty() || (!verdict.reasons.empty() && verdict.reasons.front() == did_not_finish + why)
                       ? ""
                       : " The run did not finish: " + why + ".";
  if (verdict.conclusion == Conclusion::found) return failed + ": " + verdict.findings.front().sentence + end;
  return (verdict.failed > 0 ? failed + "; inconclusive: " : "Inconclusive: ") + verdict.reasons.front() + "." + end;
}

// What stays unexplained, and flaws that made no failure.
void add_the_rest(const Judgement& judgement, Verdict& verdict) {
  const Case& the_case = judgement.the_case;
  const bool sure = verdict.conclusion != Conclusion::inconclusive || verdict.failed == 0;
  for (const Rule& rule : rules()) {
    if (rule.rest == nullptr) continue;
    for (auto& finding : rule.rest(the_case, judgement.unclaimed)) verdict.findings.push_back(std::move(finding));
  }
  for (const Rule& rule : rules()) {
    if (rule.flaws == nullptr) continue;
    for (auto& finding : rule.flaws(the_case, verdict.findings, sure)) {
      if (row(finding.cause).blames_another && finding.no_fix.empty())
        propose_fix(the_case, intent_for(the_case, finding), finding);
      verdict.findings.push_back(std::move(finding));
    }
  }
}

// What is not sure is no reason to change anything.
void withdraw_fixes(Verdict& verdict) {
  for (auto* list : {&verdict.findings, &verdict.suspicions}) {
    for (Finding& finding : *list) {
      if (!finding.fix) continue;
      finding.fix.reset();
      finding.no_fix = "the verdict is inconclusive, and nothing should be changed on a suspicion";
    }
  }
}

}  // namespace

Verdict judge(const history::History& history) {
  const Case the_case = open_case(history);
  Verdict verdict;
  verdict.intents = told_once(the_case.intents);
  verdict.attempts = history.totals.attempts;
  verdict.failed = history.totals.failed;
  verdict.unfinished = history.totals.unfinished;

  Judgement judgement{the_case, {}, {}, {}, {}, {}};
  collect_claims(judgement);
  prove(judgement);
  attribute(judgement, verdict);
  describe_findings(judgement, verdict);
  if (verdict.failed == 0) {
    conclude_quiet(the_case, verdict);
  } else {
    conclude_failing(judgement, verdict);
  }
  // No accusation stands in a verdict that is not sure.
  if (verdict.conclusion == Conclusion::inconclusive) verdict.suspicions.swap(verdict.findings);
  if (verdict.conclusion == Conclusion::inconclusive && verdict.reasons.empty())
    verdict.reasons.emplace_back("no known cause explains the failures");
  add_the_rest(judgement, verdict);
  if (verdict.conclusion == Conclusion::inconclusive) withdraw_fixes(verdict);
  verdict.phases = report_phases(the_case, verdict.findings);
  verdict.headline = headline(history, verdict);
  add_notes(the_case, verdict);
  check_expectations(the_case, verdict);
  return verdict;
}

}  // namespace straycat::diagnose
