// The report where the eye is: at most 45 lines, pass or fail first, cause and change last. Files and --full have the
// rest.
#include <algorithm>

#include <fmt/format.h>

#include "report/outcome.hpp"
#include "report/story.hpp"
#include "report/text/lanes.hpp"
#include "report/text/page.hpp"
#include <straycat/report/report.hpp>

namespace straycat::report {
namespace {

using diagnose::Verdict;

constexpr std::size_t most_rows_of_lanes = 15, rows_at_the_end = 4;
constexpr std::size_t most_evidence = 2, most_reasons = 2, most_unmet = 2, most_change = 9;

std::string expectation_words(const diagnose::CheckedExpectation& one) {
  return fmt::format("{}: {}", one.text, one.why);
}

void say_conclusion(Page& page, const Verdict& verdict) {
  page.say(fmt::format("{:<8}", conclusion_word(verdict)), verdict.headline, Ink::bold);
  for (std::size_t i = 0; i < std::min(verdict.reasons.size(), most_reasons); ++i) page.say("  - ", verdict.reasons[i]);
}

// Of many endpoints the first ones (strays stand first), and the requests below them.
void draw_short_lanes(Page& page, const history::History& history, const Verdict& verdict) {
  const std::vector<std::string> lines = draw_lanes(history, verdict, page.style());
  if (lines.empty()) return;
  page.line();
  const bool all = lines.size() <= most_rows_of_lanes;
  const std::size_t head = all ? lines.size() : most_rows_of_lanes - rows_at_the_end - 1;
  for (std::size_t i = 0; i < head; ++i) page.line(lines[i]);
  if (all) return;
  page.line(
      ink(fmt::format("  ({} more rows: --full)", lines.size() - head - rows_at_the_end), Ink::dim, page.style()));
  for (std::size_t i = lines.size() - rows_at_the_end; i < lines.size(); ++i) page.line(lines[i]);
}

std::string cause_words(const finding::Finding& finding) {
  return finding.workload ? fmt::format("{}: {}", finding.title(), finding.workload->display())
                          : std::string(finding.title());
}

void say_cause(Page& page, const finding::Finding& finding, std::string_view label) {
  page.say(label, cause_words(finding), Ink::bold);
  std::size_t shown = 0;
  for (const finding::Evidence& one : finding.evidence)
    if (one.weight == finding::Weight::decides && shown++ < most_evidence) page.say("        * ", one.text);
}

std::string change_words(const finding::Fix& fix) {
  return fix.file.empty() ? fix.target.display() : fmt::format("{} ({}:{})", fix.target.display(), fix.file, fix.line);
}

void say_change(Page& page, const finding::Finding& finding) {
  if (!finding.fix) {
    if (!finding.no_fix.empty()) page.say("Change  none proposed: ", finding.no_fix);
    return;
  }
  page.say("Change  ", change_words(*finding.fix), Ink::bold);
  std::string_view rest = finding.fix->yaml;
  for (std::size_t i = 0; !rest.empty() && i < most_change; ++i) {
    const std::size_t end = rest.find('\n');
    page.code("            ", rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  if (!rest.empty()) page.say("            ", "(and more: --full)", Ink::dim);
}

// What made failures is a cause; what is a flaw all the same is only seen.
std::string_view cause_label(const Verdict& verdict) {
  if (verdict.findings.empty()) return "Suspected, not proven: ";
  return verdict.findings.front().explained > 0 ? "Cause   " : "Seen    ";
}

// The first, which explains most; others are counted.
void say_findings(Page& page, const Verdict& verdict) {
  const std::vector<finding::Finding>& all = verdict.findings.empty() ? verdict.suspicions : verdict.findings;
  if (all.empty()) return;
  page.line();
  say_cause(page, all.front(), cause_label(verdict));
  if (!verdict.findings.empty()) say_change(page, all.front());
  if (all.size() > 1) page.say("        ", fmt::format("({} more: --full)", all.size() - 1), Ink::dim);
}

std::string next_words(const Verdict& verdict) {
  const bool fix = !verdict.findings.empty() && verdict.findings.front().fix.has_value();
  if (fix) return "make that change and run again; --prove-fix does both, and compares";
  if (!verdict.findings.empty()) return "--full tells what proves it, and which other causes are excluded";
  if (verdict.conclusion == diagnose::Conclusion::inconclusive)
    return "mend what keeps it from being proven, and run again";
  return "";
}

std::string failures_words(const Verdict& verdict) {
  return fmt::format("{} of {} requests failed", verdict.failed, verdict.attempts);
}

// The workload is named already where its own manifest is to be changed.
std::string short_change(const finding::Finding& finding) {
  if (!finding.fix) return "";
  const finding::Fix& fix = *finding.fix;
  const bool own = finding.workload && finding.workload->display() == fix.target.display() && !fix.file.empty();
  return "; change " + (own ? fmt::format("{}:{}", fix.file, fix.line) : change_words(fix));
}

std::string cause_sentence(const Verdict& verdict) {
  if (verdict.conclusion == diagnose::Conclusion::none) return failures_words(verdict);
  const bool proven = verdict.conclusion == diagnose::Conclusion::found && !verdict.findings.empty();
  if (!proven) return verdict.reasons.empty() ? verdict.headline : verdict.reasons.front();
  const finding::Finding& first = verdict.findings.front();
  return fmt::format("{} of {} failed by {}{}", verdict.failed, verdict.attempts, cause_words(first),
                     short_change(first));
}

}  // namespace

std::string run_sentence(const Verdict& verdict) {
  std::string text = fmt::format("{}: {}", outcome_of(verdict).word, cause_sentence(verdict));
  if (verdict.exit_code == 0) return text;
  const auto unmet = std::find_if(verdict.expectations.begin(), verdict.expectations.end(),
                                  [](const auto& one) { return one.met == diagnose::Met::no; });
  return unmet == verdict.expectations.end() ? text : text + "; not met: " + expectation_words(*unmet);
}

std::string render_short_text(const history::History& history, const Verdict& verdict, const TextStyle& wanted,
                              std::string_view folder) {
  TextStyle style = wanted;
  style.width = std::clamp(style.width, 60, 200);
  Page page(style);
  write_heading(page, history);
  page.line();
  write_outcome(page, verdict, most_unmet);
  say_conclusion(page, verdict);
  draw_short_lanes(page, history, verdict);
  say_findings(page, verdict);
  page.line();
  if (const std::string next = next_words(verdict); !next.empty()) page.say("Next    ", next);
  page.say("Rest    ", fmt::format("--full, and {}/report.html (.txt, .json)", folder), Ink::dim);
  page.line();
  page.say("", run_sentence(verdict), ink_of_outcome(verdict));
  return page.take();
}

}  // namespace straycat::report
