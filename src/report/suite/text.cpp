// The suite's table for a terminal.
#include <algorithm>

#include <fmt/format.h>

#include "report/suite/words.hpp"
#include "report/text/page.hpp"
#include <straycat/report/suite.hpp>

namespace straycat::report {
namespace {

constexpr std::size_t longest_name = 40;

Ink ink_of(suite::Outcome outcome) {
  switch (outcome) {
    case suite::Outcome::passed:
      return Ink::green;
    case suite::Outcome::failed:
    case suite::Outcome::broken:
      return Ink::red;
    case suite::Outcome::left_out:
      return Ink::plain;
    default:
      return Ink::yellow;
  }
}

std::string suite_row(const suite::CaseResult& result, std::size_t width, const TextStyle& style) {
  const std::string word = suite_word(result.outcome);
  const std::string name = harmless(result.of.name, style.unicode);
  const std::size_t gap = width > columns(name) ? width - columns(name) : 0;
  const std::string time = result.runs.empty() ? "-" : suite_seconds(result.took());
  return fmt::format("{}{}{}{}  {:>8}{}", ink(word, ink_of(result.outcome), style), std::string(14 - word.size(), ' '),
                     name, std::string(gap, ' '), time,
                     result.runs.size() > 1 ? fmt::format("  ({} runs)", result.runs.size()) : "");
}

// Why, where it is, and what would mend it: below the row of whatever is not green.
void tell_suite_case(Page& page, const suite::CaseResult& result) {
  if (result.outcome == suite::Outcome::passed) return;
  page.say("              ", result.why);
  if (is_green(result.outcome)) return;
  page.say("              at ", place_of(result.of));
  const auto more = unmet_words(result);
  for (std::size_t i = 1; i < std::min<std::size_t>(more.size(), 4); ++i) page.say("              also ", more[i]);
  if (const std::string fix = fix_words(result); !fix.empty() && result.outcome == suite::Outcome::failed)
    page.say("              fix: ", fix);
}

std::size_t width_of_names(const suite::Answer& answer) {
  std::size_t width = 0;
  for (const suite::CaseResult& one : answer.cases) width = std::max(width, columns(harmless(one.of.name)));
  return std::min(width, longest_name);
}

}  // namespace

std::string suite_line(const suite::CaseResult& result, const TextStyle& style) {
  const std::string why =
      result.outcome == suite::Outcome::passed ? "" : "  " + harmless(result.why, style.unicode).substr(0, 200);
  return suite_row(result, 28, style) + why;
}

std::string render_suite_text(const suite::Answer& answer, const TextStyle& style) {
  Page page(style);
  const std::size_t width = width_of_names(answer);
  for (const suite::CaseResult& one : answer.cases) {
    page.line(suite_row(one, width, style));
    tell_suite_case(page, one);
  }
  page.line();
  const Ink colour = exit_code(answer) == 0 ? Ink::green : Ink::red;
  page.say("", fmt::format("{}; {}", sentence(answer), suite_seconds(answer.took)), colour);
  return page.take();
}

}  // namespace straycat::report
