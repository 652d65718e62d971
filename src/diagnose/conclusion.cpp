#include <algorithm>

#include <fmt/format.h>

#include "ending.hpp"
#include "ignored.hpp"
#include "judgement.hpp"
#include "phases.hpp"
#include "share.hpp"
#include "starving.hpp"
#include "words.hpp"

namespace straycat::diagnose {

void note(std::vector<std::string>& list, std::string text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
}

namespace {

// Of all failures, at most one in so many may stay without a proven cause in a verdict that names one.
constexpr std::uint64_t one_in = 20;

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

}  // namespace

std::string without_outcome(const Verdict& verdict) {
  return fmt::format("{} without an outcome when the prober ended", count(verdict.unfinished, "more was", "more were"));
}

namespace {}  // namespace

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

namespace {

// Others that are accused of failures which their endpoints cannot have made.
std::vector<std::string> contradictions(const Case& the_case, const std::vector<Finding>& findings) {
  std::vector<std::string> result;
  for (const Finding& finding : findings) {
    std::string why =
        row(finding.cause).blames_another ? contradiction(the_case, with_all_strays(findings, finding)) : "";
    if (!why.empty()) result.push_back(std::move(why));
  }
  return result;
}

}  // namespace

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

}  // namespace straycat::diagnose
