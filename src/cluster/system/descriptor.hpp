// A file descriptor that closes itself, and what the kernel gives as one.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <unistd.h>
#include <utility>

#include <straycat/core/result.hpp>

namespace straycat::cluster {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~Descriptor() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

// "WHAT: No such file or directory", from errno (or the number given).
[[nodiscard]] inline Error system_error(const std::string& what, int number = errno) {
  return own_trouble(what + ": " + std::strerror(number));
}

// `path` looked for as if `root` were the root of everything (openat2(2)): no link leads out. System calls only, as a
// forked child may make. -1: errno says why. `flags`: O_CLOEXEC is added.
[[nodiscard]] int open_within(int root, const char* path, std::uint64_t flags);

// A file in memory: memfd_create, close-on-exec, with this mode.
[[nodiscard]] Result<int> make_memory_file(const std::string& name, unsigned mode = 0600);

struct Pipe {
  Descriptor read, write;
};
// Close-on-exec, the reading end non-blocking. `capacity` > 0: asks the kernel for that much buffer (it may give less).
[[nodiscard]] Result<Pipe> make_pipe(int capacity = 0);

}  // namespace straycat::cluster
