// A suite's answer -> what a person or a tool reads. Every form tells the same, pass or fail first.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <straycat/report/report.hpp>
#include <straycat/suite/past.hpp>
#include <straycat/suite/suite.hpp>

namespace straycat::report {

// The table for a terminal, what did not pass told below its row, and the whole in one sentence as the last line.
[[nodiscard]] std::string render_suite_text(const suite::Answer& answer, const TextStyle& style);
// What is told of one case as soon as it is over; without a newline.
[[nodiscard]] std::string suite_line(const suite::CaseResult& result, const TextStyle& style);
// A testcase for each scenario, whose name is the scenario's and whose class its file's folder. A broken one is an
// error.
[[nodiscard]] std::string render_suite_junit(const suite::Answer& answer, bool inconclusive_fails);
// For a step summary (GitHub takes 1 MiB; this is far less): at most 30 of those that did not pass are told.
[[nodiscard]] std::string render_suite_markdown(const suite::Answer& answer);
// One page that fetches nothing. The runs' pages are linked where they stand beside it, below `folder`.
[[nodiscard]] std::string render_suite_html(const suite::Answer& answer, const std::string& folder);
// "straycat.suite/1": a line for each case, the last one for the whole.
[[nodiscard]] std::string render_suite_lines(const suite::Answer& answer);

// Over the suites that were kept: a row for each case, the flakiest first, and how well its rate is known.
struct Past {
  std::vector<suite::Record> records;
  std::size_t suites = 0;
  std::string first, last;  // when they started
};
[[nodiscard]] std::string render_past_text(const Past& past, const TextStyle& style);
// "straycat.flakes/1".
[[nodiscard]] nlohmann::json render_past_json(const Past& past);
// "flaky in 2 of 20 (0.6 % to 38 %)"; `what` counts the flaky ones, or those that failed.
[[nodiscard]] std::string rate_words(const suite::Record& record, suite::Outcome what);

// Workflow commands, a line each: GitHub shows them at the scenario's line in the change.
[[nodiscard]] std::string github_annotations(const suite::Answer& answer);
// A code quality report as GitLab reads it.
[[nodiscard]] std::string gitlab_annotations(const suite::Answer& answer);

}  // namespace straycat::report
