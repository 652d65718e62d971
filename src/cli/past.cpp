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

// Looks like ours, or is.
bool is_near(const std::string& name) { return name.starts_with(prefix) && name.ends_with(ending); }

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// As keep_answer() names it.
bool is_ours(const std::string& name) {
  constexpr std::string_view form = "00000000T000000.000Z-";
  if (!is_near(name) || name.size() <= prefix.size() + form.size() + ending.size()) return false;
  std::string stamp = name.substr(prefix.size(), form.size());
  for (char& c : stamp) c = is_number({&c, 1}) ? '0' : c;
  const std::size_t number = prefix.size() + form.size();
  return stamp == form && is_number(std::string_view(name).substr(number, name.size() - number - ending.size()));
}

// Why a file is none of ours, in words that follow its name; "" = it is. Neither counted nor ever removed: a person's
// own notes may lie beside ours, and have nearly such a name.
std::string why_foreign(const fs::path& file) {
  if (!is_ours(file.filename().string()))
    return fmt::format("its name is none that straycat gives ({}20261201T081500.123Z-4711{})", prefix, ending);
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(file, error))) return "is no regular file";
  const Result<std::string> text = read_file(file.string());
  if (!text) return text.error().message;
  return suite::begins_as_past(*text) ? "" : "its first line is none of a suite's answer";
}

// By name, which begins with the time: the oldest first.
Result<std::vector<fs::path>> kept_files(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (is_near(at->path().filename().string())) files.push_back(at->path());
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
    if (const std::string why = why_foreign(file); !why.empty()) {
      say("straycat: {}: left out: {}\n", file.string(), why);
      continue;
    }
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
  Result<std::vector<fs::path>> files = kept_files(folder);
  if (!files) return files.error();
  std::erase_if(*files, [](const fs::path& file) { return !why_foreign(file).empty(); });
  const std::size_t gone = files->size() - std::min(keep, files->size());
  std::error_code error;
  for (std::size_t i = 0; i < gone; ++i) {
    fs::remove((*files)[i], error);
    if (error) return own_trouble(fmt::format("{}: {}", (*files)[i].string(), error.message()));
  }
  return gone;
}

}  // namespace straycat::cli
