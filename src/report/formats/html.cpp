// One page that fetches nothing, for people.
#include <straycat/report/formats.hpp>

namespace straycat::report {

Format html_format() {
  return {"html",
          "Write the timeline as one HTML page",
          [](const history::History& history, const diagnose::Verdict& verdict, const Wishes&) {
            return render_html(history, verdict);
          },
          [](const survey::Snapshot& snapshot, const std::vector<survey::Survey>& surveys, bool all, const Wishes&) {
            return render_survey_html(snapshot, surveys, all);
          },
          render_html_comparison,
          [](const suite::Answer& answer, const std::string& folder, const Wishes&) {
            return render_suite_html(answer, folder);
          },
          [](const Compared& before, const Compared& after) { return render_html_comparison({before, after}); }};
}

}  // namespace straycat::report
