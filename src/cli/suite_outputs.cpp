// Where a suite's answer goes: its folder, the files that were asked for, the CI system that it runs in.
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/files.hpp"
#include "cli/outputs.hpp"
#include "cli/suite.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/report/suite.hpp>

namespace straycat::cli {
namespace {

namespace fs = std::filesystem;

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' && std::string_view(value) != "false";
}

// The runs' folder as seen from where `file` goes: links must hold when both are moved together.
std::string seen_from(const std::string& file, const fs::path& folder) {
  std::error_code error;
  const fs::path from = fs::weakly_canonical(fs::absolute(file), error).parent_path();
  const fs::path to = fs::weakly_canonical(fs::absolute(folder), error);
  const std::string seen = to.lexically_relative(from).string();
  return seen == "." ? "" : seen;
}

Result<> write_wanted(const suite::Answer& answer, const fs::path& folder, const Outputs& outputs) {
  std::vector<WholeFile> files;
  for (const report::Format& format : report::formats()) {
    const auto wanted = outputs.files.find(format.name);
    if (wanted == outputs.files.end() || wanted->second.empty()) continue;
    files.push_back(
        {wanted->second, format.of_suite(answer, seen_from(wanted->second, folder), {outputs.inconclusive == "fail"})});
  }
  return write_files(files);
}

// A suite's folder always has these.
Result<> write_own(const suite::Answer& answer, const fs::path& folder) {
  const report::TextStyle plain{80, false, true};
  std::vector<WholeFile> files{{folder / "suite.txt", report::render_suite_text(answer, plain)},
                               {folder / "suite.jsonl", report::render_suite_lines(answer)},
                               {folder / "index.html", report::render_suite_html(answer, "")}};
  if (is_set("GITLAB_CI")) files.push_back({folder / "gl-code-quality.json", report::gitlab_annotations(answer)});
  return write_files(files);
}

}  // namespace

Result<> write_suite(const suite::Answer& answer, const fs::path& folder, const Outputs& outputs) {
  const Result<> own = write_own(answer, folder);
  const Result<> wanted = write_wanted(answer, folder, outputs);
  if (is_set("GITHUB_ACTIONS")) {
    const std::string commands = report::github_annotations(answer);
    // Its runner reads both; standard output may be another output's.
    if (takes_standard_output(outputs))
      say(commands);
    else if (const Result<> printed = print_now(commands); !printed)
      return printed;
  }
  return own ? wanted : own;
}

}  // namespace straycat::cli
