// The findings of `lint` for a comment on a pull request.
#include "report/markdown.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <straycat/finding/words.hpp>
#include <straycat/report/lint.hpp>

namespace straycat::report {
namespace {

constexpr std::size_t most_flaws = 30;

std::string markdown_row(const lint::Flaw& flaw) {
  const std::string place =
      flaw.spot.source.empty() ? fmt::format("{}:{}", flaw.spot.file, flaw.spot.at.line) : flaw.spot.source;
  return fmt::format("| {} {} | {} | {} |", lint::to_string(flaw.severity), flaw.rule, markdown_text(place),
                     markdown_text(flaw.sentence));
}

// The first cure, as indented code: there is no fence to close.
void add_first_cure(const lint::Verdict& verdict, std::vector<std::string>& lines) {
  const auto first = std::find_if(verdict.flaws.begin(), verdict.flaws.end(),
                                  [](const lint::Flaw& flaw) { return flaw.fix.has_value(); });
  if (first == verdict.flaws.end()) return;
  finding::Finding finding;
  finding.fix = first->fix;
  add_fix({finding}, lines);
}

}  // namespace

std::string render_lint_markdown(const lint::Verdict& verdict) {
  std::vector<std::string> lines;
  const int code = verdict.exit_code();
  lines.push_back(fmt::format("### straycat lint: {}", code == 1 ? "FOUND" : code == 2 ? "CANNOT TELL" : "CLEAN"));
  if (!verdict.flaws.empty()) lines.insert(lines.end(), {"", "| | where | what |", "|---|---|---|"});
  for (std::size_t i = 0; i < std::min(verdict.flaws.size(), most_flaws); ++i)
    lines.push_back(markdown_row(verdict.flaws[i]));
  if (verdict.flaws.size() > most_flaws)
    lines.insert(lines.end(), {"", fmt::format("... and {} more", verdict.flaws.size() - most_flaws)});
  if (!verdict.unread.empty()) lines.push_back("");
  for (std::size_t i = 0; i < std::min<std::size_t>(verdict.unread.size(), 5); ++i)
    lines.push_back(fmt::format("- unreadable: {}:{}", markdown_text(verdict.unread[i].file), verdict.unread[i].line));
  add_first_cure(verdict, lines);
  const std::string last =
      fmt::format("{} in {}: {}, {}; {} known, {} ignored; exit {}", finding::count(verdict.objects, "object"),
                  finding::count(verdict.files, "file"), finding::count(verdict.count(lint::Severity::error), "error"),
                  finding::count(verdict.count(lint::Severity::warning), "warning"), verdict.known.size(),
                  verdict.ignored.size(), code);
  return markdown_page(std::move(lines), last);
}

}  // namespace straycat::report
