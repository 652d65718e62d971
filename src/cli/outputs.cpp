#include "cli/outputs.hpp"

#include <array>

#include <fmt/format.h>

#include "cli/files.hpp"

namespace straycat::cli {
namespace {

struct Output {
  const char* flag;
  const std::string* file;
  std::string (*render)(const Judged& judged, const Outputs& outputs);
};

// A format is one line here and one file in the report room.
std::array<Output, 4> table(const Outputs& outputs) {
  return {{{"--json", &outputs.json,
            [](const Judged& j, const Outputs&) { return report::render_json(j.history, j.verdict).dump(1) + "\n"; }},
           {"--html", &outputs.html,
            [](const Judged& j, const Outputs&) { return report::render_html(j.history, j.verdict); }},
           {"--junit", &outputs.junit,
            [](const Judged& j, const Outputs& o) {
              return report::render_junit(j.history, j.verdict, o.inconclusive_fails);
            }},
           {"--markdown", &outputs.markdown,
            [](const Judged& j, const Outputs&) { return report::render_markdown(j.history, j.verdict); }}}};
}

}  // namespace

Result<Judged> judge_run(const std::filesystem::path& run) {
  const Result<EventLog> log = read_run(run);
  if (!log) return log.error();
  Result<history::History> history = history::fold(*log);
  if (!history) return history.error();
  diagnose::Verdict verdict = diagnose::judge(*history);
  return Judged{std::move(*history), std::move(verdict)};
}

Result<> check_outputs(const Outputs& outputs) {
  int to_standard_output = 0;
  for (const Output& output : table(outputs)) {
    if (output.file->empty()) continue;
    if (*output.file == "-") {
      if (++to_standard_output > 1) return bad_input("only one output can go to standard output (-)");
      continue;
    }
    std::error_code error;
    if (std::filesystem::exists(*output.file, error) && !outputs.force)
      return bad_input(fmt::format("{} {}: is there already (--force writes over it)", output.flag, *output.file));
    const std::filesystem::path folder = std::filesystem::path(*output.file).parent_path();
    if (!folder.empty() && !std::filesystem::is_directory(folder, error))
      return bad_input(fmt::format("{} {}: there is no folder {}", output.flag, *output.file, folder.string()));
  }
  return {};
}

Result<> write_outputs(const Judged& judged, const Outputs& outputs) {
  for (const Output& output : table(outputs)) {
    if (output.file->empty()) continue;
    if (Result<> done = write_file(*output.file, output.render(judged, outputs)); !done) return done;
  }
  return {};
}

bool takes_standard_output(const Outputs& outputs) {
  for (const Output& output : table(outputs)) {
    if (*output.file == "-") return true;
  }
  return false;
}

}  // namespace straycat::cli
