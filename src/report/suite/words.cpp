#include "report/suite/words.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace straycat::report {

std::string suite_word(suite::Outcome outcome) {
  std::string word(to_string(outcome));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return word;
}

std::string suite_seconds(Nanos length) { return fmt::format("{:.1f} s", static_cast<double>(length.count()) / 1e9); }

std::string place_of(const suite::Case& one) { return fmt::format("{}:{}", one.file, one.line); }

std::string fix_words(const suite::CaseResult& result) {
  const suite::Run* run = result.telling();
  if (run == nullptr || !run->fix) return "";
  const suite::ProposedFix& fix = *run->fix;
  if (fix.file.empty()) return "change " + fix.target;
  const auto file = (std::filesystem::path(result.of.file).parent_path() / fix.file).lexically_normal();
  return fmt::format("change {} in {}:{}", fix.target, file.string(), fix.line);
}

std::vector<std::string> unmet_words(const suite::CaseResult& result) {
  std::vector<std::string> lines;
  const suite::Run* run = result.telling();
  if (run == nullptr) return lines;
  for (const suite::CheckedExpectation& one : run->expectations)
    if (one.outcome != "met") lines.push_back(fmt::format("{}: {}: {}", one.outcome, one.text, one.why));
  return lines;
}

}  // namespace straycat::report
