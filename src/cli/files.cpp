#include "cli/files.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

#include <fmt/format.h>

#include <straycat/core/file.hpp>
#include <straycat/core/seam.hpp>

namespace straycat::cli {
namespace {

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

// Everything, or the reason in errno.
bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// A disk's quota, and a file that lies elsewhere, may complain only at the end.
bool write_and_close(int fd, std::string_view text) {
  const bool written = fd >= 0 && write_all(fd, text);
  const int error = errno;
  const bool closed = fd >= 0 && ::close(fd) == 0;
  if (!written) errno = error;
  return written && closed;
}

Result<> write_stream(const WholeFile& file) {
  if (file.path == "-") return print_now(file.text);
  if (write_and_close(::open(file.path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY), file.text)) return {};
  return own_trouble(fmt::format("cannot write to {}: {}", file.path.string(), why()));
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
    const std::filesystem::path temporary = target.string() + fmt::format(".{}.tmp", ::getpid());
    ::unlink(temporary.c_str());  // of a process that was killed and had this one's number
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) staged.push_back({temporary, target});
    if (!write_and_close(fd, file.text))
      return own_trouble(fmt::format("{}: cannot be written: {}", file.path.string(), why()));
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
  if (std::filesystem::is_directory(file, error)) return bad_input(fmt::format("{}: is a folder", file.string()));
  if (const Result<> there = check_file(file.string()); !there) return there.error();
  std::ifstream in(file);
  if (!in) return bad_input(fmt::format("{}: {}", file.string(), why()));
  Result<history::History> history = fold(in, std::filesystem::is_regular_file(file, error));
  // Before what the log's reader says, which knows an end from no other.
  if (in.bad()) return own_trouble(fmt::format("{}: cannot be read to its end: {}", file.string(), why()));
  if (!history) return history.error().within(file.string());
  return history;
}

std::filesystem::path scenario_file(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error) ? path / "scenario.yaml" : path;
}

}  // namespace straycat::cli
