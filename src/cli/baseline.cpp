#include "cli/baseline.hpp"

#include <sstream>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/files.hpp"
#include <straycat/core/file.hpp>
#include <straycat/core/json_access.hpp>
#include <straycat/core/seam.hpp>
#include <straycat/report/compare.hpp>

namespace straycat::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_of_a_suite = 256u << 20;

// The last one that wrote a report; "" when none did.
std::string telling_folder(const nlohmann::json& line) {
  std::string folder;
  each_object(member(line, "runs"), [&](const nlohmann::json& run) {
    if (!text_at(run, {"conclusion"}).empty()) folder = text_at(run, {"folder"});
  });
  return folder;
}

Result<std::map<std::string, fs::path>> runs_of_suite(const fs::path& folder, const fs::path& file) {
  const Result<std::string> text = read_file(file.string(), most_of_a_suite);
  if (!text) return text.error();
  std::map<std::string, fs::path> runs;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json one = nlohmann::json::parse(line, nullptr, false);
    const std::string name = text_at(one, {"case"}), run = telling_folder(one);
    // Out of the suite's folder nothing of a suite's leads.
    if (!name.empty() && !run.empty() && run.find("..") == std::string::npos) runs[name] = folder / run;
  }
  return runs;
}

// Each of these is read from the run's folder by whoever looks there later.
Result<> write_comparison(const report::Compared& before, const report::Compared& after, const compare::Comparison& all,
                          const fs::path& folder) {
  const report::TextStyle plain{80, false, true};
  const std::string json =
      report::render_compare_json(before, after).dump(1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
  return write_files({{folder / "comparison.txt", report::render_compare(before, after, all, plain)},
                      {folder / "comparison.json", json},
                      {folder / "comparison.html", report::render_html_comparison({before, after})}});
}

}  // namespace

Result<Baseline> Baseline::read(const std::string& place) {
  const fs::path path(place);
  std::error_code error;
  Baseline made;
  if (fs::is_regular_file(path, error) || fs::exists(path / "log.jsonl", error)) {
    made.single_ = path;
    return made;
  }
  if (!fs::exists(path / "suite.jsonl", error))
    return bad_input(fmt::format("--baseline {}: {}", place,
                                 fs::exists(path, error) ? "holds neither a run (log.jsonl) nor a suite (suite.jsonl)"
                                                         : "No such file or directory"));
  auto runs = runs_of_suite(path, path / "suite.jsonl");
  if (!runs) return runs.error().within("--baseline");
  made.runs_ = std::move(*runs);
  return made;
}

std::optional<fs::path> Baseline::run_of(const std::string& name) const {
  if (single_) return single_;
  const auto found = runs_.find(name);
  return found == runs_.end() ? std::nullopt : std::optional(found->second);
}

int hold_against(const fs::path& baseline, const Judged& judged, const fs::path& folder, const RunArguments& arguments,
                 int code) {
  const Result<Judged> earlier = judge_run(baseline);
  if (!earlier) return complain(earlier.error().within("--baseline"));
  const report::Compared before{baseline.string(), &earlier->history, &earlier->verdict};
  const report::Compared after{folder.string(), &judged.history, &judged.verdict};
  const compare::Comparison all =
      compare::compare({earlier->history, earlier->verdict}, {judged.history, judged.verdict});
  const Result<> written = write_comparison(before, after, all, folder);
  const report::TextStyle style = style_for(arguments.look, STDOUT_FILENO);
  Result<> printed;
  if (!takes_standard_output(arguments.outputs))
    printed = print_now(arguments.full ? "\n" + report::render_compare(before, after, all, style)
                                       : report::harmless("baseline: " + all.sentence, style.unicode) + "\n");
  for (const Result<>& each : {written, printed})
    if (!each) complain(each.error());
  if (code <= exit_inconclusive && all.whole == compare::Change::worse) return 1;
  return code == 0 && !(written && printed) ? exit_own_trouble : code;
}

}  // namespace straycat::cli
