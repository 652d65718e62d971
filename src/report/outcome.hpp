// Passed or failed: whether a run was as its scenario expects, beside what it found. Private to `report`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <straycat/diagnose/verdict.hpp>

namespace straycat::report {

// Colours follow this alone: what was found may be what a scenario is for.
enum class Light { green, red, yellow };

struct RunOutcome {
  std::string_view word, as;  // "PASSED", "as expected"
  Light light = Light::yellow;
  std::string_view css;  // the class of a page's heading
};
[[nodiscard]] RunOutcome outcome_of(const diagnose::Verdict& verdict);
// "as expected (7 of 7 met)"
[[nodiscard]] std::string outcome_words(const diagnose::Verdict& verdict);
// "FOUND", "CLEAN", "OPEN": what it found.
[[nodiscard]] std::string_view conclusion_word(const diagnose::Verdict& verdict);
// What is not met or not proven, first what is not met: "not met: finding: none: found stray-endpoint".
[[nodiscard]] std::vector<std::string> unmet_expectations(const diagnose::Verdict& verdict);

}  // namespace straycat::report
