#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "finding/explanations.hpp"
#include <straycat/finding/explain.hpp>

namespace straycat::finding {
namespace {

constexpr std::size_t explained_width = 80;

// Words are ASCII here: a byte is a column.
std::string wrapped(std::string_view text, std::string_view indent) {
  std::string out(indent);
  std::size_t column = indent.size();
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (column > indent.size() && column + 1 + end > explained_width) {
      out += "\n" + std::string(indent);
      column = indent.size();
    } else if (column > indent.size()) {
      out += ' ';
      ++column;
    }
    out += text.substr(0, end);
    column += end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + "\n";
}

std::string section(std::string_view title, std::string_view text) {
  return fmt::format("\n{}\n{}", title, wrapped(text, "  "));
}

std::string ids(const std::vector<Cause>& of) {
  std::vector<std::string_view> words;
  for (const Cause one : of) words.push_back(to_string(one));
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string heading(const CauseRow& row, const std::vector<std::string>& rules) {
  const std::string by = found_by(row.cause, rules);
  std::string out = fmt::format("{}: {}\n\n", row.id, row.title) + wrapped(row.promise, "  ");
  out += "\n";
  if (row.cause != Cause::prober_limit)
    out += wrapped("Found by: " + (by.empty() ? "nothing yet; this version has no rule for it" : by) + ".", "  ");
  if (!row.at_fault.empty()) out += wrapped(fmt::format("At fault: the {}.", row.at_fault), "  ");
  if (!row.refines.empty()) out += wrapped("Shows as: " + ids(row.refines) + ", of which it is the reason.", "  ");
  if (!row.old_ids.empty()) out += wrapped(fmt::format("Once named: {}.", fmt::join(row.old_ids, ", ")), "  ");
  return out;
}

}  // namespace

const std::vector<Explanation>& explanations() {
  static const std::vector<Explanation> all = [] {
    std::vector<Explanation> made = explanations_of_endpoints();
    for (Explanation& one : explanations_of_the_rest()) made.push_back(std::move(one));
    return made;
  }();
  return all;
}

const Explanation& explanation(Cause cause) { return explanations().at(static_cast<std::size_t>(cause)); }

std::string found_by(Cause cause, const std::vector<std::string>& rules) {
  std::vector<std::string> by;
  if (row(cause).found.traffic) by.emplace_back("straycat run");
  if (row(cause).found.listing) by.emplace_back("straycat diagnose");
  if (!rules.empty()) by.push_back(fmt::format("straycat lint ({})", fmt::join(rules, ", ")));
  return fmt::format("{}", fmt::join(by, ", "));
}

std::string explain(Cause cause, const std::vector<std::string>& rules, const std::string& scenarios) {
  const Explanation& words = explanation(cause);
  std::string out = heading(row(cause), rules);
  out += section("What happens", words.happens) + section("How it is seen", words.seen) + section("Cure", words.cure);
  if (!words.kubectl.empty()) out += "\nSee it yourself\n";
  for (const std::string_view line : words.kubectl) out += fmt::format("  {}\n", line);
  if (!words.scenario.empty())
    out += fmt::format("\nA scenario that shows it\n  straycat run {}/{}\n", scenarios, words.scenario);
  return out;
}

}  // namespace straycat::finding
