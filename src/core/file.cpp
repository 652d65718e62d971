#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <fmt/format.h>

#include <straycat/core/file.hpp>

namespace straycat {
namespace {

class Open {
 public:
  // Without waiting for whoever might write to a named pipe one day.
  explicit Open(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) {}
  ~Open() {
    if (fd_ >= 0) ::close(fd_);
  }
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// The machine's fault, not the file's.
bool is_own(int error) { return error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO; }

Error cannot_read(const std::string& path, int error) {
  const char* why = error == EISDIR ? "is a folder" : std::strerror(error);
  return {is_own(error) ? Fault::own_trouble : Fault::bad_input, fmt::format("{}: {}", path, why)};
}

// A pipe in the file system, which may never have a writer; not what a shell's <(...) and standard input are.
bool is_named_pipe(int fd) {
  struct stat seen{};
  struct statfs where{};
  return ::fstat(fd, &seen) == 0 && S_ISFIFO(seen.st_mode) && ::fstatfs(fd, &where) == 0 &&
         where.f_type != PIPEFS_MAGIC;
}

Result<> check_open(const Open& file, const std::string& path) {
  if (file.get() < 0) return cannot_read(path, errno);
  if (is_named_pipe(file.get())) return bad_input(fmt::format("{}: is a named pipe, and a file is asked for", path));
  if (::fcntl(file.get(), F_SETFL, 0) != 0) return cannot_read(path, errno);  // from here on what is slow is waited for
  return {};
}

Result<std::string> read_from(const Open& file, const std::string& path, std::size_t most) {
  if (const Result<> opened = check_open(file, path); !opened) return opened.error();
  std::string text;
  for (std::array<char, 1u << 16> piece;;) {
    const ssize_t got = ::read(file.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(path, errno);
    if (got == 0) return text;
    if (text.size() + static_cast<std::size_t>(got) > most)
      return bad_input(fmt::format("{}: larger than {} MiB", path, most >> 20));
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

Result<std::optional<std::string>> read_file_if_there(const std::string& path, std::size_t most) {
  const Open file(path);
  if (file.get() < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::optional<std::string>{};
  Result<std::string> text = read_from(file, path, most);
  if (!text) return text.error();
  return std::optional<std::string>{std::move(*text)};
}

Result<std::string> read_file(const std::string& path, std::size_t most) { return read_from(Open(path), path, most); }

Result<> check_file(const std::string& path) { return check_open(Open(path), path); }

}  // namespace straycat
