#include "cli/outputs.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/files.hpp"

namespace straycat::cli {
namespace {

struct Output {
  const char* flag;
  const std::string* file;
  std::function<std::string()> Forms::* form;
};

// A format is one line here and one file in the report room.
std::array<Output, 4> table(const Outputs& outputs) {
  return {{{"--json", &outputs.json, &Forms::json},
           {"--html", &outputs.html, &Forms::html},
           {"--junit", &outputs.junit, &Forms::junit},
           {"--markdown", &outputs.markdown, &Forms::markdown}}};
}

}  // namespace

Result<Judged> judge_run(const std::filesystem::path& run) {
  Result<history::History> history = read_run(run);
  if (!history) return history.error();
  diagnose::Verdict verdict = diagnose::judge(*history);
  return Judged{std::move(*history), std::move(verdict), std::nullopt};
}

Result<> check_outputs(const Outputs& outputs) {
  std::set<std::filesystem::path> seen;
  for (const Output& output : table(outputs)) {
    if (output.file->empty()) continue;
    if (Result<> good = check_output(output.flag, *output.file, outputs.force); !good) return good;
    std::error_code error;
    const std::filesystem::path place =
        std::filesystem::weakly_canonical(std::filesystem::absolute(*output.file), error);
    if (seen.insert(error ? std::filesystem::path(*output.file) : place).second) continue;
    return *output.file == "-"
               ? bad_input("only one output can go to standard output (-)")
               : bad_input(fmt::format("{} {}: another output goes there too", output.flag, *output.file));
  }
  return {};
}

Result<> check_output(const char* flag, const std::string& file, bool force) {
  if (file == "-") return {};
  const auto wrong = [&](const std::string& why) { return bad_input(fmt::format("{} {}: {}", flag, file, why)); };
  std::error_code error;
  const std::filesystem::file_status there = std::filesystem::status(file, error);
  if (std::filesystem::is_directory(there)) return wrong("is a folder");
  if (std::filesystem::is_regular_file(there) && !force) return wrong("is there already (--force writes over it)");
  if (std::filesystem::is_other(there)) return {};  // a pipe or a terminal: nothing there can be lost
  std::filesystem::path folder = std::filesystem::path(file).parent_path();
  if (folder.empty()) folder = ".";
  if (!std::filesystem::is_directory(folder, error))
    return wrong(fmt::format("there is no folder {}", folder.string()));
  if (::access(folder.c_str(), W_OK) != 0)
    return wrong(fmt::format("{} cannot be written to: {}", folder.string(), std::strerror(errno)));
  return {};
}

Result<> write_outputs(const Forms& forms, const Outputs& outputs) {
  std::vector<WholeFile> files;
  for (const Output& output : table(outputs)) {
    if (!output.file->empty()) files.push_back({*output.file, (forms.*output.form)()});
  }
  return write_files(files);
}

Result<> write_outputs(const Judged& judged, const Outputs& outputs) {
  Forms forms;
  forms.json = [&] { return report::render_json(judged.history, judged.verdict).dump(1) + "\n"; };
  forms.html = [&] { return report::render_html(judged.history, judged.verdict); };
  forms.junit = [&] { return report::render_junit(judged.history, judged.verdict, outputs.inconclusive == "fail"); };
  forms.markdown = [&] { return report::render_markdown(judged.history, judged.verdict); };
  return write_outputs(forms, outputs);
}

bool takes_standard_output(const Outputs& outputs) {
  for (const Output& output : table(outputs)) {
    if (*output.file == "-") return true;
  }
  return false;
}

}  // namespace straycat::cli
