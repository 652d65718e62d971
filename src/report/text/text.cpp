// The report for a terminal: what was found, the picture, what happened, the proof, the fix.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "report/outcome.hpp"
#include "report/story.hpp"
#include "report/text/canvas.hpp"
#include "report/text/lanes.hpp"
#include "report/text/page.hpp"
#include <straycat/report/report.hpp>

namespace straycat::report {
namespace {

using diagnose::Conclusion;
using diagnose::Verdict;
using history::History;

void write_answer(Page& page, const Verdict& verdict) {
  page.line();
  write_outcome(page, verdict, verdict.expectations.size());
  page.say(fmt::format("{:<8}", conclusion_word(verdict)), verdict.headline, Ink::bold);
  for (const std::string& reason : verdict.reasons) page.say("  - ", reason);
}

void write_lanes(Page& page, const History& history, const Verdict& verdict) {
  const std::vector<std::string> lines = draw_lanes(history, verdict, page.style());
  if (lines.empty()) return;
  page.line();
  for (const std::string& line : lines) page.line(line);
}

std::string clock_column(const History& history, const history::Placed& at) {
  const std::string wall = format_wall(history.wall_ns(at.ns));
  return fmt::format("{} {:>+9.3f}", wall.substr(11, 12), history.relative_ms(at.ns) / 1e3);
}

// A terminal is no place for thousands of lines: of a long story, the moments of endpoints that nothing befell go.
constexpr std::size_t long_story = 400;

void write_story(Page& page, const History& history, const Verdict& verdict) {
  page.title("What happened");
  page.line(ink("UTC          seconds", Ink::dim, page.style()));
  const std::vector<Moment> story = tell(history, verdict);
  std::size_t left_out = 0, told = 0;
  for (const Moment& moment : story) {
    const bool dull = !moment.bad && (moment.topic == Topic::endpoint || moment.topic == Topic::kube_event);
    if (story.size() > long_story && (dull || told >= long_story)) {
      ++left_out;
      continue;
    }
    ++told;
    const std::string prefix = fmt::format("{}  {:<8} ", clock_column(history, moment.at), to_string(moment.topic));
    page.say(prefix, moment.text, moment.bad ? Ink::red : Ink::plain);
    for (const std::string& detail : moment.details) page.say(std::string(prefix.size(), ' ') + "  ", detail, Ink::dim);
  }
  if (left_out > 0) page.say("  ", fmt::format("({} more moments are in the JSON report)", left_out), Ink::dim);
}

void write_phases(Page& page, const History& history, const Verdict& verdict) {
  if (verdict.phases.empty()) return;
  page.title("Phases");
  const auto width = static_cast<std::size_t>(std::clamp(page.style().width - 44, 16, 30));
  page.line(
      ink(fmt::format("  {:<{}} {:>8} {:>8}  {:<10} {:>11}", "phase", width, "sent", "failed", "state", "longest gap"),
          Ink::dim, page.style()));
  for (const diagnose::PhaseReport& phase : verdict.phases) {
    const std::string from = history.vantages.size() > 1 ? " from " + history.place(phase.vantage) : "";
    const std::string name = fit(harmless(phase.phase + from, page.style().unicode), width, page.style().unicode);
    page.line(fmt::format("  {} {:>8} {:>8}  {:<10} {:>11}", name, phase.attempts, phase.failed, phase.state,
                          short_length(phase.largest_gap_ns)));
    if (phase.share && phase.share->attempts > 0) page.say("      ", share_words(*phase.share), Ink::dim);
    if (!phase.note.empty()) page.say("      ", phase.note, Ink::dim);
  }
}

void write_expectations(Page& page, const Verdict& verdict) {
  if (verdict.expectations.empty()) return;
  page.title("Expected by the scenario");
  for (const diagnose::CheckedExpectation& checked : verdict.expectations) {
    const Ink colour = checked.met == diagnose::Met::yes  ? Ink::green
                       : checked.met == diagnose::Met::no ? Ink::red
                                                          : Ink::yellow;
    page.say(fmt::format("  {:<9} ", to_string(checked.met)), fmt::format("{}: {}", checked.text, checked.why), colour);
  }
}

void write_notes(Page& page, const Verdict& verdict) {
  if (verdict.notes.empty() && verdict.intents.empty()) return;
  page.title("Notes");
  for (const finding::Intent& intent : verdict.intents) {
    const std::string whom = intent.known() ? intent.names() : "nobody that could be told";
    page.say("  - ", fmt::format("Service/{} is meant for {}: {}", intent.service, whom, intent.told()));
  }
  for (const std::string& note : verdict.notes) page.say("  - ", note);
}

std::string totals_words(const Verdict& verdict) {
  return fmt::format("{} requests, {} failed ({} explained){}", verdict.attempts, verdict.failed, verdict.explained,
                     unfinished_words(verdict));
}

Ink ink_of(diagnose::Proven proven) {
  if (proven == diagnose::Proven::cannot_tell) return Ink::bold;
  return proven == diagnose::Proven::cured ? Ink::green : Ink::red;
}

}  // namespace

Ink ink_of_outcome(const Verdict& verdict) {
  switch (outcome_of(verdict).light) {
    case Light::green:
      return Ink::green;
    case Light::red:
      return Ink::red;
    default:
      return Ink::yellow;
  }
}

void write_outcome(Page& page, const Verdict& verdict, std::size_t at_most) {
  page.line(ink(fmt::format("{:<7} {}", outcome_of(verdict).word, outcome_words(verdict)), ink_of_outcome(verdict),
                page.style()));
  const std::vector<std::string> unmet = unmet_expectations(verdict);
  for (std::size_t i = 0; i < std::min(unmet.size(), at_most); ++i) page.say("  - ", unmet[i]);
}

void write_heading(Page& page, const History& history) {
  const Header& header = history.header;
  std::string where = header.cluster.empty() ? "unknown cluster" : header.cluster;
  if (!header.data_plane.empty()) where += " (" + header.data_plane + ")";
  page.say("", fmt::format("straycat {}: {}   run {}", header.version, header.scenario, header.run), Ink::bold);
  page.say("",
           fmt::format("{}, Kubernetes {}, namespace {}, {}", where, header.cluster_version, header.ns,
                       format_wall(header.wall_ns)),
           Ink::dim);
}

std::string render_text(const History& history, const Verdict& verdict, const TextStyle& wanted) {
  TextStyle style = wanted;
  style.width = std::clamp(style.width, 60, 200);
  Page page(style);
  write_heading(page, history);
  write_answer(page, verdict);
  write_lanes(page, history, verdict);
  for (const finding::Finding& finding : verdict.findings) {
    write_finding(page, finding, true);
    write_fix(page, finding);
  }
  for (const finding::Finding& suspicion : verdict.suspicions) write_finding(page, suspicion, false);
  write_phases(page, history, verdict);
  write_story(page, history, verdict);
  write_expectations(page, verdict);
  write_notes(page, verdict);
  page.line();
  page.say("", fmt::format("{}; exit {}: {}", totals_words(verdict), verdict.exit_code, outcome_of(verdict).as),
           Ink::bold);
  return page.take();
}

std::string render_proof(const History& before, const Verdict& verdict_before, const History& after,
                         const Verdict& verdict_after, const diagnose::Proof& proof, const TextStyle& wanted) {
  TextStyle style = wanted;
  style.width = std::clamp(style.width, 60, 200);
  Page page(style);
  page.title("Proof of the fix: the same scenario, without and with every printed change");
  const auto half = static_cast<std::size_t>(style.width - 14) / 2;
  const auto pair = [&](std::string_view label, const std::string& a, const std::string& b) {
    page.line(fmt::format("{:<11} {} {}", label, fit(harmless(a, style.unicode), half, style.unicode),
                          fit(harmless(b, style.unicode), half, style.unicode)));
  };
  pair("", "as it was", "with the fix");
  pair("run", before.header.run, after.header.run);
  pair("requests", fmt::format("{}", verdict_before.attempts), fmt::format("{}", verdict_after.attempts));
  pair("failed", fmt::format("{}", verdict_before.failed), fmt::format("{}", verdict_after.failed));
  pair("verdict", std::string(to_string(verdict_before.conclusion)), std::string(to_string(verdict_after.conclusion)));
  for (const diagnose::PhaseReport& phase : verdict_before.phases) {
    const auto same =
        std::find_if(verdict_after.phases.begin(), verdict_after.phases.end(), [&](const diagnose::PhaseReport& other) {
          return other.phase == phase.phase && other.traffic == phase.traffic && other.vantage == phase.vantage;
        });
    const auto words = [](const diagnose::PhaseReport& p) {
      return fmt::format("{} of {} failed ({})", p.failed, p.attempts, p.state);
    };
    pair(fit(harmless(phase.phase, style.unicode), 11, style.unicode), words(phase),
         same == verdict_after.phases.end() ? "-" : words(*same));
  }
  if (proof.asked.size() > 1) {
    for (const diagnose::Asked& one : proof.asked) {
      pair(fit(harmless("to " + one.service, style.unicode), 11, style.unicode),
           fmt::format("{} of {} failed", one.failed_before, one.attempts_before),
           fmt::format("{} of {} failed: {}", one.failed_after, one.attempts_after, to_string(one.proven)));
    }
  }
  page.line();
  page.say("", proof.sentence, ink_of(proof.proven));
  return page.take();
}

std::string progress_line(const Event& event, Stamp zero, const TextStyle& style) {
  const auto at = fmt::format("{:>8.3f}s", static_cast<double>(event.at.ns - zero.ns) / 1e9);
  if (event.kind == StepRecord::started) {
    const auto step = event.body.get<StepRecord>();
    return fmt::format("{}  {}{}", at, step.phase.empty() ? "" : "[" + harmless(step.phase, style.unicode) + "] ",
                       harmless(step.detail, style.unicode));
  }
  if (event.kind == StepRecord::ended) {
    const auto step = event.body.get<StepRecord>();
    if (!step.ok)
      return fmt::format("{}  step {} failed: {}", at, harmless(step.name, style.unicode),
                         harmless(step.error, style.unicode));
  }
  if (event.kind == RunEnded::kind) return fmt::format("{}  run {}", at, to_string(event.body.get<RunEnded>().reason));
  return "";
}

}  // namespace straycat::report
