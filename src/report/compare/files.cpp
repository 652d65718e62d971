// Two runs beside each other, for pull requests and programs.
#include <fmt/format.h>

#include "report/markdown.hpp"
#include <straycat/report/compare.hpp>

namespace straycat::report {
namespace {

constexpr std::size_t most_figures = 40;

compare::Comparison compared(const Compared& before, const Compared& after) {
  return compare::compare({*before.history, *before.verdict}, {*after.history, *after.verdict});
}

nlohmann::json side_json(const Compared& side) {
  return {{"name", side.name},
          {"run", side.history->header.run},
          {"scenario", side.history->header.scenario},
          {"exitCode", side.verdict->exit_code}};
}

}  // namespace

std::string render_compare_markdown(const Compared& before, const Compared& after) {
  const compare::Comparison all = compared(before, after);
  std::vector<std::string> lines{"### straycat: " + markdown_text(all.sentence),
                                 "",
                                 markdown_text(fmt::format("{}, then {}", before.name, after.name)),
                                 "",
                                 "| figure | before | after | difference | |",
                                 "|---|---:|---:|---|---|"};
  for (std::size_t i = 0; i < std::min(all.figures.size(), most_figures); ++i) {
    const compare::Figure& one = all.figures[i];
    lines.push_back(fmt::format("| {} | {} | {} | {} | {} |", markdown_text(one.name), before_words(one),
                                after_words(one), markdown_text(range_words(one)), change_words(one)));
  }
  lines.emplace_back();
  for (const std::string& note : all.notes) lines.push_back("- " + markdown_text(note));
  return markdown_page(std::move(lines),
                       markdown_text(fmt::format("{}; then {}", all.outcome_before, all.outcome_after)));
}

nlohmann::json render_compare_json(const Compared& before, const Compared& after) {
  nlohmann::json out = compare::to_json(compared(before, after));
  out["before"] = side_json(before);
  out["after"] = side_json(after);
  return out;
}

}  // namespace straycat::report
