// Markdown, for pull requests and step summaries.
#include <straycat/report/compare.hpp>
#include <straycat/report/formats.hpp>

namespace straycat::report {

Format markdown_format() {
  return {"markdown",
          "Write Markdown for a pull request",
          [](const history::History& history, const diagnose::Verdict& verdict, const Wishes&) {
            return render_markdown(history, verdict);
          },
          [](const survey::Snapshot& snapshot, const std::vector<survey::Survey>& surveys, bool all, const Wishes&) {
            return render_survey_markdown(snapshot, surveys, all);
          },
          nullptr,
          [](const suite::Answer& answer, const std::string&, const Wishes&) { return render_suite_markdown(answer); },
          render_compare_markdown};
}

}  // namespace straycat::report
