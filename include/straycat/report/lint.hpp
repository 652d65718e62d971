// What `straycat lint` found in manifests, for people and for programs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/lint/lint.hpp>
#include <straycat/report/report.hpp>

namespace straycat::report {

inline constexpr std::string_view lint_format = "straycat.lint/1";

// With carets under what is meant; `texts` are those that were judged.
[[nodiscard]] std::string render_lint(const lint::Verdict& verdict, const std::vector<lint::Text>& texts,
                                      const TextStyle& style);
// {"format", "files", "objects", "findings": [{"rule", "severity", "object", "other", ...}], "known", "ignored",
// "unread", "notes", "exitCode"}; with a cluster also "behind"
[[nodiscard]] nlohmann::json render_lint_json(const lint::Verdict& verdict);
// SARIF 2.1.0, as GitHub's code scanning reads it.
[[nodiscard]] nlohmann::json render_lint_sarif(const lint::Verdict& verdict, std::string_view version);
// A testcase a finding; a warning is a passed one that says so. With nothing found, one that passed.
[[nodiscard]] std::string render_lint_junit(const lint::Verdict& verdict);
[[nodiscard]] std::string render_lint_markdown(const lint::Verdict& verdict);

// A rule in words, for `straycat explain`.
[[nodiscard]] std::string render_rule(const lint::RuleWords& rule);

}  // namespace straycat::report
