#include "cli/past.hpp"

#include <algorithm>
#include <string>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/files.hpp"
#include <straycat/core/file.hpp>
#include <straycat/core/seam.hpp>

namespace straycat::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "suite-", ending = ".jsonl";

bool is_ours(const std::string& name) {
  return name.starts_with(prefix) && name.ends_with(ending) && name.size() > prefix.size() + ending.size();
}

// By name, which begins with the time: the oldest first.
Result<std::vector<fs::path>> kept_files(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (is_ours(at->path().filename().string())) files.push_back(at->path());
  if (error) return bad_input(fmt::format("{}: {}", folder.string(), error.message()));
  std::sort(files.begin(), files.end());
  return files;
}

// "20261201T081500.123Z": sorts as the times do, and no shell or file system takes offence.
std::string file_stamp(std::int64_t wall_ns) {
  std::string text = format_wall(wall_ns);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

}  // namespace

Result<report::Past> read_history(const fs::path& folder) {
  const Result<std::vector<fs::path>> files = kept_files(folder);
  if (!files) return files.error();
  std::vector<suite::PastSuite> all;
  for (const fs::path& file : *files) {
    const Result<std::string> text = read_file(file.string());
    Result<suite::PastSuite> past = text ? suite::read_past(*text) : Result<suite::PastSuite>(text.error());
    if (past)
      all.push_back(std::move(*past));
    else
      say("straycat: {}: left out: {}\n", file.string(), past.error().message);
  }
  report::Past past{suite::tally(all), all.size(), "", ""};
  if (all.empty()) return past;
  const auto earlier = [](const suite::PastSuite& a, const suite::PastSuite& b) { return a.started < b.started; };
  past.first = std::min_element(all.begin(), all.end(), earlier)->started;
  past.last = std::max_element(all.begin(), all.end(), earlier)->started;
  return past;
}

Result<> keep_answer(const fs::path& folder, const suite::Answer& answer) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return own_trouble(fmt::format("{}: {}", folder.string(), error.message()));
  // With this process' number: two suites may begin in the same millisecond.
  const fs::path file = folder / fmt::format("{}{}-{}{}", prefix, file_stamp(answer.wall_ns), ::getpid(), ending);
  return write_file(file, report::render_suite_lines(answer));
}

Result<std::size_t> prune_history(const fs::path& folder, std::size_t keep) {
  const Result<std::vector<fs::path>> files = kept_files(folder);
  if (!files) return files.error();
  const std::size_t gone = files->size() - std::min(keep, files->size());
  std::error_code error;
  for (std::size_t i = 0; i < gone; ++i) {
    fs::remove((*files)[i], error);
    if (error) return own_trouble(fmt::format("{}: {}", (*files)[i].string(), error.message()));
  }
  return gone;
}

}  // namespace straycat::cli
