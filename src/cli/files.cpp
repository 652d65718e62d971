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

std::string why() { return std::strerror(errno); }

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
  if (path == "-") {
    const bool whole = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (!whole) return own_trouble("cannot write to standard output");
    return {};
  }
  const std::filesystem::path temporary = path.string() + fmt::format(".{}.tmp", ::getpid());
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out << text << std::flush;
  std::error_code error;
  if (out) std::filesystem::rename(temporary, path, error);
  if (out && !error) return {};
  const std::string reason = error ? error.message() : why();
  std::filesystem::remove(temporary, error);
  return own_trouble(fmt::format("{}: cannot be written: {}", path.string(), reason));
}

Result<EventLog> read_run(const std::filesystem::path& run) {
  std::error_code error;
  const std::filesystem::path file = std::filesystem::is_directory(run, error) ? run / "log.jsonl" : run;
  std::ifstream in(file);
  if (!in) return bad_input(fmt::format("{}: {}", file.string(), why()));
  Result<EventLog> log = read_log(in);
  if (!log) return log.error().within(file.string());
  return log;
}

std::filesystem::path scenario_file(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error) ? path / "scenario.yaml" : path;
}

}  // namespace straycat::cli
