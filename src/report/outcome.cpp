#include "report/outcome.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace straycat::report {

RunOutcome outcome_of(const diagnose::Verdict& verdict) {
  switch (verdict.exit_code) {
    case 0:
      return {"PASSED", "as expected", Light::green, "passed"};
    case 1:
      return {"FAILED", "not as expected", Light::red, "failed"};
    case 2:
      return {"INCONCLUSIVE", "not all of it is proven", Light::yellow, "open"};
    case 3:
      return {"BAD INPUT", "it could not be carried out", Light::red, "failed"};
    default:
      return {"TROUBLE", "straycat's own, or its surroundings'", Light::red, "failed"};
  }
}

std::string outcome_words(const diagnose::Verdict& verdict) {
  const auto met = std::count_if(verdict.expectations.begin(), verdict.expectations.end(),
                                 [](const auto& one) { return one.met == diagnose::Met::yes; });
  const std::string counts =
      verdict.expectations.empty() ? "" : fmt::format(" ({} of {} met)", met, verdict.expectations.size());
  return std::string(outcome_of(verdict).as) + counts;
}

std::string_view conclusion_word(const diagnose::Verdict& verdict) {
  if (verdict.conclusion == diagnose::Conclusion::found) return "FOUND";
  return verdict.conclusion == diagnose::Conclusion::none ? "CLEAN" : "OPEN";
}

std::vector<std::string> unmet_expectations(const diagnose::Verdict& verdict) {
  std::vector<std::string> lines;
  for (const diagnose::Met kind : {diagnose::Met::no, diagnose::Met::unproven})
    for (const diagnose::CheckedExpectation& one : verdict.expectations)
      if (one.met == kind) lines.push_back(fmt::format("{}: {}: {}", to_string(kind), one.text, one.why));
  return lines;
}

}  // namespace straycat::report
