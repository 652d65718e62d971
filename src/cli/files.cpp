#include "cli/files.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <unistd.h>

#include <fmt/format.h>

namespace straycat::cli {
namespace {

constexpr std::streamoff largest_file = 16 << 20;  // what no scenario or manifest needs, and a device never ends

// A file can be read twice; what a pipe brings must be held.
Result<history::History> fold(std::istream& in, bool twice) {
  if (twice) return history::fold(in);
  const Result<EventLog> log = read_log(in);
  if (!log) return log.error();
  return history::fold(*log);
}

std::string why() { return std::strerror(errno); }

// What has no place to be moved to: standard output, a pipe, a device.
bool is_stream(const std::filesystem::path& path) {
  std::error_code error;
  return path == "-" || std::filesystem::is_other(std::filesystem::status(path, error));
}

Result<> write_stream(const WholeFile& file) {
  std::FILE* out = file.path == "-" ? stdout : std::fopen(file.path.c_str(), "wb");
  const bool whole = out != nullptr && std::fwrite(file.text.data(), 1, file.text.size(), out) == file.text.size() &&
                     std::fflush(out) == 0;
  const std::string reason = why();
  if (out != nullptr && out != stdout) std::fclose(out);
  if (whole) return {};
  return own_trouble(
      fmt::format("cannot write to {}: {}", file.path == "-" ? "standard output" : file.path.string(), reason));
}

Result<> write_streams(const std::vector<WholeFile>& files) {
  for (const WholeFile& file : files) {
    if (!is_stream(file.path)) continue;
    if (Result<> written = write_stream(file); !written) return written;
  }
  return {};
}

struct Staged {
  std::filesystem::path temporary, target;
};

Result<> stage_all(const std::vector<WholeFile>& files, std::vector<Staged>& staged) {
  for (const WholeFile& file : files) {
    if (is_stream(file.path)) continue;
    std::error_code error;
    // Through a link, so that the link stays one.
    const std::filesystem::path linked = std::filesystem::weakly_canonical(std::filesystem::absolute(file.path), error);
    const std::filesystem::path target = error ? file.path : linked;
    staged.push_back({target.string() + fmt::format(".{}.tmp", ::getpid()), target});
    std::ofstream out(staged.back().temporary, std::ios::binary | std::ios::trunc);
    out << file.text << std::flush;
    if (!out) return own_trouble(fmt::format("{}: cannot be written: {}", file.path.string(), why()));
  }
  return {};
}

Result<> move_all(const std::vector<Staged>& staged) {
  for (const Staged& one : staged) {
    std::error_code error;
    std::filesystem::rename(one.temporary, one.target, error);
    if (error) return own_trouble(fmt::format("{}: cannot be written: {}", one.target.string(), error.message()));
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return bad_input(fmt::format("{}: is a folder", path.string()));
  std::ifstream in(path, std::ios::binary);
  if (!in) return bad_input(fmt::format("{}: {}", path.string(), why()));
  std::string text(static_cast<std::size_t>(largest_file) + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return own_trouble(fmt::format("{}: cannot be read", path.string()));
  if (in.gcount() > largest_file)
    return bad_input(fmt::format("{}: larger than {} MiB", path.string(), largest_file >> 20));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

Result<> write_file(const std::filesystem::path& path, std::string_view text) {
  return write_files({{path, std::string(text)}});
}

Result<> write_files(const std::vector<WholeFile>& files) {
  std::vector<Staged> staged;
  Result<> done = stage_all(files, staged);
  if (done) done = write_streams(files);
  if (done) done = move_all(staged);
  std::error_code ignored;
  for (const Staged& one : staged) std::filesystem::remove(one.temporary, ignored);
  return done;
}

Result<history::History> read_run(const std::filesystem::path& run) {
  std::error_code error;
  const std::filesystem::path file = std::filesystem::is_directory(run, error) ? run / "log.jsonl" : run;
  std::ifstream in(file);
  if (!in) return bad_input(fmt::format("{}: {}", file.string(), why()));
  Result<history::History> history = fold(in, std::filesystem::is_regular_file(file, error));
  if (!history) return history.error().within(file.string());
  return history;
}

std::filesystem::path scenario_file(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error) ? path / "scenario.yaml" : path;
}

}  // namespace straycat::cli
