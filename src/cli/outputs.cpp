#include "cli/outputs.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/files.hpp"

namespace straycat::cli {
namespace {

// The outputs that were asked for, with the flags that did.
struct Output {
  std::string flag;
  const std::string& file;
};
std::vector<Output> asked_for(const Outputs& outputs) {
  std::vector<Output> asked;
  for (const auto& [name, file] : outputs.files) {
    if (!file.empty()) asked.push_back({"--" + name, file});
  }
  return asked;
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
  for (const Output& output : asked_for(outputs)) {
    if (Result<> good = check_output(output.flag, output.file, outputs.force); !good) return good;
    std::error_code error;
    const std::filesystem::path place =
        std::filesystem::weakly_canonical(std::filesystem::absolute(output.file), error);
    if (seen.insert(error ? std::filesystem::path(output.file) : place).second) continue;
    return output.file == "-"
               ? bad_input("only one output can go to standard output (-)")
               : bad_input(fmt::format("{} {}: another output goes there too", output.flag, output.file));
  }
  return {};
}

Result<> check_output(const std::string& flag, const std::string& file, bool force) {
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

Result<> write_outputs(const Outputs& outputs, const Render& render) {
  std::vector<WholeFile> files;
  for (const report::Format& format : report::formats()) {
    const auto wanted = outputs.files.find(format.name);
    if (wanted != outputs.files.end() && !wanted->second.empty())
      files.push_back({wanted->second, render(format, {outputs.inconclusive == "fail"})});
  }
  return write_files(files);
}

Result<> write_outputs(const Judged& judged, const Outputs& outputs) {
  return write_outputs(outputs, [&](const report::Format& format, const report::Wishes& wishes) {
    return format.of_run(judged.history, judged.verdict, wishes);
  });
}

bool takes_standard_output(const Outputs& outputs) {
  const auto asked = asked_for(outputs);
  return std::any_of(asked.begin(), asked.end(), [](const Output& output) { return output.file == "-"; });
}

}  // namespace straycat::cli
