// JUnit XML, for CI systems.
#include <straycat/report/formats.hpp>

namespace straycat::report {

Format junit_format() {
  return {"junit",
          "Write JUnit XML",
          [](const history::History& history, const diagnose::Verdict& verdict, const Wishes& wishes) {
            return render_junit(history, verdict, wishes.inconclusive_fails);
          },
          [](const survey::Snapshot& snapshot, const std::vector<survey::Survey>& surveys, bool, const Wishes& wishes) {
            return render_survey_junit(snapshot, surveys, wishes.inconclusive_fails);
          },
          nullptr,
          [](const suite::Answer& answer, const std::string&, const Wishes& wishes) {
            return render_suite_junit(answer, wishes.inconclusive_fails);
          }};
}

}  // namespace straycat::report
