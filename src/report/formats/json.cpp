// JSON, the complete form, for programs.
#include <straycat/report/formats.hpp>
#include <straycat/survey/survey.hpp>

namespace straycat::report {
namespace {

std::string run(const history::History& history, const diagnose::Verdict& verdict, const Wishes&) {
  return render_json(history, verdict).dump(1) + "\n";
}

std::string surveys(const survey::Snapshot& snapshot, const std::vector<survey::Survey>& all_of_it, bool,
                    const Wishes&) {
  // What a cluster says may be no UTF-8.
  return survey::to_json(snapshot, all_of_it).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

Format json_format() {
  return {"json", "Write the report as JSON; - = to standard output, in place of the text", run, surveys};
}

}  // namespace straycat::report
