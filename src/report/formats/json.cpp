// JSON, the complete form, for programs.
#include <straycat/report/compare.hpp>
#include <straycat/report/formats.hpp>
#include <straycat/survey/survey.hpp>

namespace straycat::report {
namespace {

// What a cluster says may be no UTF-8, or hold what would turn a terminal's text around: ASCII alone, all else as
// escapes.
std::string text_of(const nlohmann::json& document) {
  return document.dump(1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string run(const history::History& history, const diagnose::Verdict& verdict, const Wishes&) {
  return text_of(render_json(history, verdict));
}

std::string surveys(const survey::Snapshot& snapshot, const std::vector<survey::Survey>& all_of_it, bool,
                    const Wishes&) {
  return text_of(survey::to_json(snapshot, all_of_it));
}

}  // namespace

Format json_format() {
  return {"json",
          "Write the report as JSON; - = to standard output, in place of the text",
          run,
          surveys,
          nullptr,
          [](const suite::Answer& answer, const std::string&, const Wishes&) { return render_suite_lines(answer); },
          [](const Compared& before, const Compared& after) { return text_of(render_compare_json(before, after)); }};
}

}  // namespace straycat::report
