// What `straycat diagnose` read off a cluster's objects, for people.
#pragma once

#include <string>
#include <vector>

#include <straycat/report/report.hpp>
#include <straycat/survey/survey.hpp>

namespace straycat::report {

// `all`: a line for each Service, and those with a finding whole.
[[nodiscard]] std::string render_survey(const survey::Snapshot& snapshot, const std::vector<survey::Survey>& surveys,
                                        bool all, const TextStyle& style);
// One page that fetches nothing.
[[nodiscard]] std::string render_survey_html(const survey::Snapshot& snapshot,
                                             const std::vector<survey::Survey>& surveys, bool all);
// JUnit XML, a testcase a Service; what cannot be told is "skipped", or a failure when `inconclusive_fails`.
[[nodiscard]] std::string render_survey_junit(const survey::Snapshot& snapshot,
                                              const std::vector<survey::Survey>& surveys, bool inconclusive_fails);
// At most 60 lines.
[[nodiscard]] std::string render_survey_markdown(const survey::Snapshot& snapshot,
                                                 const std::vector<survey::Survey>& surveys, bool all);

}  // namespace straycat::report
