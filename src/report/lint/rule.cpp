// A rule of `lint` in words.
#include <fmt/format.h>

#include <straycat/report/lint.hpp>

namespace straycat::report {

std::string render_rule(const lint::RuleWords& rule) {
  return fmt::format(
      "{} ({}{}): {}\n\nWhat happens: {}\nHow it is seen: {}\nCure: {}\n{}", rule.code, lint::to_string(rule.severity),
      rule.cause ? fmt::format(", {}", finding::to_string(*rule.cause)) : "", rule.title, rule.happens, rule.seen,
      rule.cure, rule.on_demand.empty() ? "" : fmt::format("Only with {}.\n", rule.on_demand));
}

}  // namespace straycat::report
