// The suite for a step summary or a pull request.
#include "report/markdown.hpp"

#include <fmt/format.h>

#include "report/suite/words.hpp"
#include <straycat/report/suite.hpp>

namespace straycat::report {
namespace {

constexpr std::size_t most_told = 30;
constexpr std::size_t most_unmet_told = 6;
constexpr std::size_t most_fix_lines = 16;

void add_fix_lines(const suite::ProposedFix& fix, std::vector<std::string>& lines) {
  lines.emplace_back();
  std::string_view rest = fix.yaml;
  for (std::size_t i = 0; !rest.empty() && i < most_fix_lines; ++i) {
    const std::size_t end = rest.find('\n');
    lines.push_back("    " + harmless(rest.substr(0, end)));  // indented code holds any text: no fence to close
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
}

void add_case(const suite::CaseResult& result, std::vector<std::string>& lines) {
  lines.insert(lines.end(), {"", fmt::format("#### {}: {}", suite_word(result.outcome), markdown_text(result.of.name)),
                             "", markdown_text(result.why), "", "- at " + markdown_text(place_of(result.of))});
  const auto unmet = unmet_words(result);
  for (std::size_t i = 0; i < std::min(unmet.size(), most_unmet_told); ++i)
    lines.push_back("- " + markdown_text(unmet[i]));
  const std::string fix = fix_words(result);
  if (fix.empty()) return;
  lines.insert(lines.end(), {"", "**Fix**: " + markdown_text(fix)});  // no list item: what is indented below is code
  add_fix_lines(*result.telling()->fix, lines);
}

void add_table(const suite::Answer& answer, std::vector<std::string>& lines) {
  lines.insert(lines.end(), {"", "| scenario | outcome | time | requests | failed |", "|---|---|---:|---:|---:|"});
  for (const suite::CaseResult& one : answer.cases) {
    const suite::Run* run = one.telling();
    lines.push_back(fmt::format("| {} | {} | {} | {} | {} |", markdown_text(one.of.name), to_string(one.outcome),
                                suite_seconds(one.took()), run ? run->requests : 0, run ? run->failures : 0));
  }
}

}  // namespace

std::string render_suite_markdown(const suite::Answer& answer) {
  std::vector<std::string> lines{"### straycat: " + markdown_text(sentence(answer))};
  std::size_t told = 0;
  for (const suite::CaseResult& one : answer.cases) {
    if (is_green(one.outcome)) continue;
    if (++told <= most_told) add_case(one, lines);
  }
  if (told > most_told) lines.insert(lines.end(), {"", fmt::format("and {} more", told - most_told)});
  add_table(answer, lines);
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

}  // namespace straycat::report
