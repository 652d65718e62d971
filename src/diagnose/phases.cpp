#include "phases.hpp"

#include <algorithm>

#include "ending.hpp"
#include "ignored.hpp"
#include "share.hpp"
#include "starving.hpp"
#include "words.hpp"

namespace straycat::diagnose {
namespace {

using history::History;
using history::ScenarioPhase;
using history::Span;

// From the first attempt that started in the span: an agent lists and watches before it sends, and what it had not seen
// yet can have failed nothing.
Span attempted(const history::Traffic& traffic, Span span) {
  for (const auto& window : traffic.windows) {
    if (window.first_start_ns == 0 || window.to_ns <= span.from) continue;
    return {std::max(span.from, std::min(window.first_start_ns, span.to)), span.to};
  }
  return span;
}

bool watched(const History& history, const history::Traffic& traffic, Span phase) {
  if (!traffic.view) return false;
  const Span span = attempted(traffic, phase);
  const auto& blind = history.views[*traffic.view].blind;
  return std::none_of(blind.begin(), blind.end(), [&](const Span& one) { return one.overlaps(span.from, span.to); });
}

void set_state(const Case& the_case, const history::Traffic& traffic, PhaseReport& report, std::uint64_t failed,
               std::uint64_t starved) {
  if (report.error_ns >= history::unbounded) {
    report.state = "not shown";
    report.note = "its edges are not known on the prober's clock: no clock bound";
  } else if (failed > starved) {
    report.state = "failing";
  } else if (starved > 0) {
    report.state = "not shown";
    report.note = "the prober was at a limit of its own, which may have made its " + count(starved, "failure");
  } else if (report.attempts < fewest_attempts) {
    report.state = "not shown";
    report.note = "fewer than " + std::to_string(fewest_attempts) + " attempts";
  } else if (the_case.records_lost > 0) {
    report.state = "not shown";
    report.note = count(the_case.records_lost, "record") + " of the prober lost";
  } else if (auto lacking = unread(the_case.history); !lacking.empty()) {
    report.state = "not shown";
    report.note = std::move(lacking);
  } else if (auto why = hidden_in(the_case.history, traffic, {report.from_ns, report.to_ns}); !why.empty()) {
    report.state = "not shown";
    report.note = std::move(why);
  } else if (auto ignored = ignored_until(the_case.history, report.to_ns); !ignored.empty()) {
    report.state = "not shown";
    report.note = std::move(ignored);
  } else {
    report.state = "clean";
  }
  if (report.note.empty() && !report.covered) report.note = "its endpoints were not watched throughout";
}

// The part of a phase in which the traffic was ordered to run: a prober that summed up was told to end, so that its
// silence before the first window and after the last is no gap. One that died without a word stays accountable.
Span ordered(const History& history, const history::Traffic& traffic, Span span) {
  const auto* vantage = history.vantage(traffic.vantage);
  if (vantage == nullptr || !vantage->summed_up || traffic.windows.empty()) return span;
  return {std::max(span.from, traffic.windows.front().from_ns), std::min(span.to, traffic.windows.back().to_ns)};
}

PhaseReport report_of(const Case& the_case, const ScenarioPhase& phase, std::size_t index,
                      const std::vector<Finding>& findings) {
  const auto& traffic = the_case.history.traffic[index];
  const Span span = ordered(the_case.history, traffic, {phase.from.ns, phase.to.ns});
  const auto totals = totals_in(traffic, span);
  PhaseReport report;
  report.phase = phase.name;
  report.traffic = traffic.name;
  report.vantage = traffic.vantage;
  report.from_ns = span.from;
  report.to_ns = span.to;
  report.error_ns = std::max(phase.from.error_ns, phase.to.error_ns);
  report.attempts = totals.attempts;
  report.ok = totals.ok;
  report.failed = totals.failed;
  report.unfinished = totals.unfinished;
  report.kinds = totals.kinds;
  report.largest_gap_ns = largest_gap(traffic, span);
  report.covered = watched(the_case.history, traffic, span);
  set_state(the_case, traffic, report, totals.failed - totals.local, starved_in(the_case, span, index));
  for (const Finding& finding : findings) {
    if (finding.cause == Cause::stray_endpoint && !report.share)
      report.share = predicted_share(the_case, with_all_strays(findings, finding), index, span);
  }
  return report;
}

}  // namespace

std::vector<PhaseReport> report_phases(const Case& the_case, const std::vector<Finding>& findings) {
  const History& history = the_case.history;
  auto phases = history.phases;
  if (phases.empty())
    phases.push_back({"", {history.begin, 0}, {history.end, 0}, true});  // a scenario without phases is one
  std::vector<PhaseReport> result;
  for (const ScenarioPhase& phase : phases) {
    for (std::size_t i = 0; i < history.traffic.size(); ++i) result.push_back(report_of(the_case, phase, i, findings));
  }
  return result;
}

}  // namespace straycat::diagnose
