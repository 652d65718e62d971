#include <algorithm>

#include <fmt/format.h>

#include "echoes.hpp"
#include "ending.hpp"
#include "evidence.hpp"
#include "fix.hpp"
#include "ignored.hpp"
#include "notes.hpp"
#include "phases.hpp"
#include "refine.hpp"
#include "share.hpp"
#include "starving.hpp"
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

// Of all failures, at most one in so many may stay without a proven cause in a verdict that names one.
constexpr std::uint64_t one_in = 20;

// One claim on its way to a finding.
struct Standing {
  Claim claim;
  Scope alone;  // cells that no other rule claims
  Scope shared;
  bool proven = false;
};

struct Judgement {
  const Case& the_case;
  std::vector<Standing> standings;
  std::vector<std::string> open;  // what speaks for a cause that is not proven
  Scope ambiguous, unclaimed;     // seen, but of no proven cause
  std::vector<std::string> ambiguous_why;
};

void note(std::vector<std::string>& list, std::string text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
}

void collect_claims(Judgement& judgement) {
  Scope all(judgement.the_case.cells.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  std::vector<Claim> claims;
  for (const Rule& rule : rules()) {
    if (rule.claim == nullptr) continue;
    Ruling ruling = rule.claim(judgement.the_case, explainable(judgement.the_case, rule, all));
    for (Claim& claim : ruling.claims) claims.push_back(std::move(claim));
    for (std::string& open : ruling.open) note(judgement.open, std::move(open));
  }
  settle_refined(judgement.the_case, claims);
  for (Claim& claim : claims) judgement.standings.push_back({std::move(claim), {}, {}, false});
}

std::vector<std::vector<std::size_t>> claimants(const Judgement& judgement) {
  std::vector<std::vector<std::size_t>> result(judgement.the_case.cells.size());
  for (std::size_t i = 0; i < judgement.standings.size(); ++i) {
    for (const auto cell : judgement.standings[i].claim.cells) result[cell].push_back(i);
  }
  return result;
}

// A claim is proven when some failures are its alone and it has enough of them in all.
void prove(Judgement& judgement) {
  const auto by_cell = claimants(judgement);
  for (std::size_t cell = 0; cell < by_cell.size(); ++cell) {
    for (const auto index : by_cell[cell]) {
      Standing& standing = judgement.standings[index];
      (by_cell[cell].size() == 1 ? standing.alone : standing.shared).push_back(cell);
    }
  }
  for (Standing& standing : judgement.standings) {
    const auto alone = failures_in(judgement.the_case, standing.alone);
    standing.proven = alone > 0 && alone + failures_in(judgement.the_case, standing.shared) >= fewest_failures;
  }
}

void add_cell(const Judgement& judgement, std::size_t cell, Finding& finding, std::uint64_t& counter) {
  const Cell& one = judgement.the_case.cells[cell];
  if (finding.explained + finding.shared == 0) {
    finding.first_ns = one.first_ns;
    finding.last_ns = one.last_ns;
  }
  finding.first_ns = std::min(finding.first_ns, one.first_ns);
  finding.last_ns = std::max(finding.last_ns, one.last_ns);
  counter += one.count;
}

std::string owners_text(const Case& the_case, const Cell& cell) {
  std::vector<std::string> names;
  for (const auto index : cell.candidates) {
    const auto& owner = the_case.endpoint(cell, index).owner;
    const auto name = owner.kind.empty() ? std::string("an endpoint whose pod is not in the log") : display(owner);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : " or ") + name;
  return text;
}

void set_aside(Judgement& judgement, std::size_t index, const std::vector<std::size_t>& claimed_by) {
  const Cell& cell = judgement.the_case.cells[index];
  const bool several = !cell.candidates.empty() && !sole_owner(judgement.the_case, cell);
  if (claimed_by.empty() && !several) {
    judgement.unclaimed.push_back(index);
    return;
  }
  judgement.ambiguous.push_back(index);
  std::string why;
  if (several) {
    why = "two candidates: an endpoint of " + owners_text(judgement.the_case, cell) + " can have got them";
  } else if (claimed_by.size() > 1) {
    why = fmt::format("two causes fit alike: {}, or {}", judgement.standings[claimed_by[0]].claim.finding.title(),
                      judgement.standings[claimed_by[1]].claim.finding.title());
  } else {
    why = fmt::format("too few failed requests ({} at least) to prove {}", fewest_failures,
                      judgement.standings[claimed_by[0]].claim.finding.title());
  }
  note(judgement.ambiguous_why, std::move(why));
}

// Gives each failure to the one proven cause that claims it, to all of them as shared, or to nobody.
void attribute(Judgement& judgement, Verdict& verdict) {
  const auto by_cell = claimants(judgement);
  for (std::size_t index = 0; index < by_cell.size(); ++index) {
    const Cell& cell = judgement.the_case.cells[index];
    std::vector<std::size_t> proven;
    for (const auto claimant : by_cell[index]) {
      if (judgement.standings[claimant].proven) proven.push_back(claimant);
    }
    if (cell.sight == Sight::local) {
      verdict.local += cell.count;
    } else if (cell.sight != Sight::seen) {
      verdict.unseen += cell.count;
    } else if (proven.empty()) {
      set_aside(judgement, index, by_cell[index]);
    } else {
      verdict.explained += cell.count;
      for (const auto claimant : proven) {
        Finding& finding = judgement.standings[claimant].claim.finding;
        add_cell(judgement, index, finding, proven.size() == 1 ? finding.explained : finding.shared);
      }
    }
  }
  verdict.ambiguous = failures_in(judgement.the_case, judgement.ambiguous);
}

const Intent& intent_for(const Case& the_case, const Finding& finding) {
  const auto found = std::find_if(the_case.intents.begin(), the_case.intents.end(), [&](const Intent& intent) {
    return intent.ns == finding.ns && intent.service == finding.service;
  });
  return found != the_case.intents.end() ? *found : the_case.intents.front();
}

void describe_findings(Judgement& judgement, Verdict& verdict) {
  for (Standing& standing : judgement.standings) {
    if (!standing.proven || standing.claim.finding.explained == 0) continue;
    Finding& finding = standing.claim.finding;
    add_evidence(judgement.the_case, standing.claim.cells, finding);
    add_rivals(judgement.the_case, standing.alone, finding);
    if (row(finding.cause).blames_another)
      propose_fix(judgement.the_case, intent_for(judgement.the_case, finding), finding);
    verdict.findings.push_back(std::move(finding));
  }
  std::stable_sort(verdict.findings.begin(), verdict.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.explained > b.explained; });
  join_vantages(judgement.the_case, verdict.findings);
}

// --- reasons
// ----------------------------------------------------------------------------------------------------------

std::uint64_t count_of(const Case& the_case, Sight sight) {
  std::uint64_t result = 0;
  for (const Cell& cell : the_case.cells) {
    if (cell.sight == sight) result += cell.count;
  }
  return result;
}

std::string blind_reason(const Case& the_case, std::uint64_t number) {
  for (const Cell& cell : the_case.cells) {
    if (cell.sight != Sight::blind || the_case.history.traffic[cell.traffic].view) continue;
    return fmt::format("{} cannot be placed: it is not known which Service they went to", count(number, "failure"));
  }
  return fmt::format("a watch gap: the Service's endpoints were not watched when {} happened",
                     count(number, "failure"));
}

// What keeps failures from having a proven cause, the weightiest first.
std::vector<std::string> doubts(const Judgement& judgement, const Verdict& verdict) {
  std::vector<std::pair<std::uint64_t, std::string>> weighed;
  const auto& the_case = judgement.the_case;
  if (const auto blind = count_of(the_case, Sight::blind)) weighed.emplace_back(blind, blind_reason(the_case, blind));
  if (const auto stalled = count_of(the_case, Sight::stalled)) {
    weighed.emplace_back(stalled, fmt::format("a stalled prober: its loop stood still (up to {}) around {}",
                                              in_ms(the_case.worst_loop_lag_ns), count(stalled, "failure")));
  }
  if (verdict.local > 0) {
    weighed.emplace_back(verdict.local, fmt::format("local exhaustion: {} of the prober's own, for want of {}",
                                                    count(verdict.local, "failure"), wants(the_case.history)));
  }
  for (const auto& why : judgement.ambiguous_why) weighed.emplace_back(verdict.ambiguous, why);
  std::stable_sort(weighed.begin(), weighed.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> result;
  for (auto& [weight, text] : weighed) result.push_back(std::move(text));
  return result;
}

constexpr const char* did_not_finish = "the run did not finish: ";

std::string lost_reason(const Case& the_case) {
  return fmt::format("records lost: {} of the prober never reached the log", count(the_case.records_lost, "record"));
}

// Without a summary, or with one that came too early: no record is missing, and yet it was lost.
bool died(const history::History& history) {
  return std::any_of(history.vantages.begin(), history.vantages.end(), [](const history::Vantage& v) {
    return !v.lost_reason.empty() && (!v.summed_up || v.records_missing == 0);
  });
}

std::uint64_t skipped(const history::History& history) {
  std::uint64_t result = 0;
  for (const auto& vantage : history.vantages) result += vantage.skipped;
  return result;
}

std::string without_outcome(const Verdict& verdict) {
  return fmt::format("{} without an outcome when the prober ended", count(verdict.unfinished, "more was", "more were"));
}

// Nothing failed: was enough seen to say so?
void conclude_quiet(const Case& the_case, Verdict& verdict) {
  const auto& history = the_case.history;
  if (const auto why = unfinished(history); !why.empty()) verdict.reasons.push_back(did_not_finish + why);
  if (verdict.attempts == 0) verdict.reasons.emplace_back("too few requests: none was sent");
  const auto ended = verdict.attempts - verdict.unfinished;
  if (verdict.attempts > 0 && ended < fewest_attempts) {
    verdict.reasons.push_back(fmt::format("too few requests: {} show nothing, {} are the least{}",
                                          count(ended, "attempt"), fewest_attempts,
                                          verdict.unfinished == 0 ? "" : " (" + without_outcome(verdict) + ")"));
  }
  if (the_case.records_lost > 0) verdict.reasons.push_back(lost_reason(the_case));
  if (const auto why = unread(history); !why.empty())
    verdict.reasons.push_back(why + ": what stood there may have failed");
  if (died(history)) verdict.reasons.emplace_back("the prober was lost before the run ended");
  if (const auto why = hidden_in(history, {history.begin, history.end}); !why.empty())
    verdict.reasons.push_back("a stalled prober: " + why);
  if (skipped(history) > verdict.attempts)
    verdict.reasons.emplace_back("a stalled prober: it could not send most of the requests it was to send");
  for (const auto& ignored : ignored_fields(history)) verdict.reasons.push_back(ignored.sentence);
  verdict.conclusion = verdict.reasons.empty() ? Conclusion::none : Conclusion::inconclusive;
}

// Others that are accused of failures which their endpoints cannot have made.
std::vector<std::string> contradictions(const Case& the_case, const std::vector<Finding>& findings) {
  std::vector<std::string> result;
  for (const Finding& finding : findings) {
    std::string why = row(finding.cause).blames_another ? contradiction(the_case, finding) : "";
    if (!why.empty()) result.push_back(std::move(why));
  }
  return result;
}

void conclude_failing(const Judgement& judgement, Verdict& verdict) {
  const auto doubtful = verdict.failed - std::min(verdict.failed, verdict.explained);
  const bool mostly_explained = verdict.explained > 0 && doubtful * one_in <= verdict.failed;
  auto against = contradictions(judgement.the_case, verdict.findings);
  if (mostly_explained && judgement.the_case.records_lost == 0 && against.empty()) {
    verdict.conclusion = Conclusion::found;
    return;
  }
  verdict.conclusion = Conclusion::inconclusive;
  verdict.reasons = std::move(against);
  if (judgement.the_case.records_lost > 0) verdict.reasons.push_back(lost_reason(judgement.the_case));
  if (mostly_explained) return;
  for (auto& reason : doubts(judgement, verdict)) verdict.reasons.push_back(std::move(reason));
  const auto left = failures_in(judgement.the_case, judgement.unclaimed);
  for (const auto& open : judgement.open) note(verdict.reasons, open);
  if (left > 0) verdict.reasons.push_back(fmt::format("{} that no known cause explains", count(left, "failure")));
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
      if (row(finding.cause).blames_another) propose_fix(the_case, intent_for(the_case, finding), finding);
      verdict.findings.push_back(std::move(finding));
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
  verdict.phases = report_phases(the_case, verdict.findings);
  verdict.headline = headline(history, verdict);
  add_notes(the_case, verdict);
  check_expectations(the_case, verdict);
  return verdict;
}

}  // namespace straycat::diagnose
