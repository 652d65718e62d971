// Markdown for a pull request or a step summary: at most 60 lines, with the lanes as a mermaid gantt, which GitHub and
// GitLab draw.
#include "report/markdown.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "report/html/markup.hpp"
#include "report/outcome.hpp"
#include "report/story.hpp"
#include <straycat/report/report.hpp>

namespace straycat::report {
namespace {

using diagnose::Conclusion;

constexpr std::size_t most_lines = 60;
constexpr std::size_t most_bars = 16;

// mermaid's gantt ends a name at a colon and a statement at a semicolon; a `#` begins an entity.
std::string gantt_name(std::string_view text) {
  std::string out;
  for (const char letter : harmless(text, false)) {
    const bool safe = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                      (letter >= '0' && letter <= '9') ||
                      std::string_view(" ./-_").find(letter) != std::string_view::npos;
    out += safe ? letter : '_';
  }
  return out.empty() ? "_" : out;
}

std::string gantt_bar(const history::History& history, const std::string& name, const std::string& tag,
                      std::int64_t from, std::int64_t to) {
  const auto ms = [&](std::int64_t ns) { return std::max<std::int64_t>((ns - history.zero.ns) / 1'000'000, 0); };
  return fmt::format("  {} :{}{}, {}", gantt_name(name), tag, ms(from), std::max(ms(to), ms(from) + 1));
}

void gantt_endpoints(const history::History& history, const diagnose::Verdict& verdict,
                     std::vector<std::string>& lines) {
  std::size_t bars = 0;
  for (const history::ServiceView& view : history.views) {
    if (view.repeats) continue;
    std::string section;
    for (const bool strays : {true, false}) {
      for (const history::Endpoint& endpoint : view.endpoints) {
        if (is_stray(view, endpoint, verdict) != strays) continue;
        for (const history::Membership& stay : endpoint.memberships) {
          if (bars++ >= most_bars) return;
          const std::string owner = endpoint.owner.kind.empty() ? "unknown owner" : endpoint.owner.display();
          if (owner != section) lines.push_back("  section " + gantt_name(owner));
          section = owner;
          lines.push_back(gantt_bar(history, endpoint.id.address, strays ? "crit, " : "", stay.from, stay.to));
        }
      }
    }
  }
}

void gantt(const history::History& history, const diagnose::Verdict& verdict, std::vector<std::string>& lines) {
  lines.insert(lines.end(), {"```mermaid", "gantt", "  dateFormat x", "  axisFormat %M:%S"});
  if (!history.phases.empty()) lines.push_back("  section phases");
  for (std::size_t i = 0; i < std::min<std::size_t>(history.phases.size(), 8); ++i) {
    lines.push_back(gantt_bar(history, history.phases[i].name, "", history.phases[i].from.ns, history.phases[i].to.ns));
  }
  gantt_endpoints(history, verdict, lines);
  std::size_t bursts = 0;
  for (const history::Traffic& traffic : history.traffic) {
    for (const history::Burst& burst : traffic.bursts) {
      if (bursts == 0) lines.push_back("  section failures");
      if (bursts++ >= 6) break;
      lines.push_back(
          gantt_bar(history, fmt::format("{} failed", burst.failed), "crit, ", burst.first_ns, burst.last_ns));
    }
  }
  lines.push_back("```");
}

void phases(const diagnose::Verdict& verdict, std::vector<std::string>& lines) {
  if (verdict.phases.empty()) return;
  lines.insert(lines.end(), {"", "| phase | sent | failed | state |", "|---|---:|---:|---|"});
  for (std::size_t i = 0; i < std::min<std::size_t>(verdict.phases.size(), 8); ++i) {
    const diagnose::PhaseReport& phase = verdict.phases[i];
    lines.push_back(fmt::format("| {} | {} | {} | {} |", markdown_text(phase.phase), phase.attempts, phase.failed,
                                markdown_text(phase.state)));
  }
}

}  // namespace

std::string markdown_text(std::string_view text) {
  std::string out;
  for (const char letter : escape(text)) {
    if (std::string_view("\\`*_{}[]()#+!|~$@").find(letter) != std::string_view::npos) out += '\\';
    out += letter;
  }
  return out;
}

void add_fix(const std::vector<finding::Finding>& findings, std::vector<std::string>& lines) {
  for (const finding::Finding& finding : findings) {
    if (!finding.fix) continue;
    lines.insert(lines.end(),
                 {"", fmt::format("**Fix** (evaluated): change {}", markdown_text(finding.fix->target.display()))});
    // Indented code holds any text: there is no fence to close.
    lines.push_back("");
    std::string_view rest = finding.fix->yaml;
    for (int i = 0; !rest.empty() && i < 12; ++i) {
      const std::size_t end = rest.find('\n');
      lines.push_back("    " + harmless(rest.substr(0, end)));
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    return;
  }
}

std::string markdown_page(std::vector<std::string> lines, const std::string& last) {
  if (lines.size() > most_lines - 2) lines.resize(most_lines - 2);
  lines.insert(lines.end(), {"", last});
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

std::string render_markdown(const history::History& history, const diagnose::Verdict& verdict) {
  std::vector<std::string> lines;
  lines.push_back(
      fmt::format("### straycat: {}: {}", outcome_of(verdict).word, markdown_text(history.header.scenario)));
  lines.insert(lines.end(), {"", markdown_text(outcome_words(verdict)) + "  ",  // two spaces: a new line
                             fmt::format("{}: {}", conclusion_word(verdict), markdown_text(verdict.headline))});
  const std::vector<std::string> unmet = unmet_expectations(verdict);
  for (std::size_t i = 0; i < std::min<std::size_t>(unmet.size(), 3); ++i)
    lines.push_back("- " + markdown_text(unmet[i]));
  for (std::size_t i = 0; i < std::min<std::size_t>(verdict.reasons.size(), 3); ++i)
    lines.push_back("- " + markdown_text(verdict.reasons[i]));
  for (std::size_t i = 0; i < std::min<std::size_t>(verdict.suspicions.size(), 2); ++i)
    lines.push_back("- Suspected, not proven: " + markdown_text(verdict.suspicions[i].sentence));
  lines.push_back("");
  gantt(history, verdict, lines);
  phases(verdict, lines);
  add_fix(verdict.findings, lines);
  const std::string last = fmt::format("{} requests, {} failed, {} explained{}; exit {}", verdict.attempts,
                                       verdict.failed, verdict.explained, unfinished_words(verdict), verdict.exit_code);
  return markdown_page(std::move(lines), last);
}

}  // namespace straycat::report
