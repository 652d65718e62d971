#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <new>
#include <stdio_ext.h>
#include <unistd.h>

#include <straycat/core/seam.hpp>

namespace straycat {
namespace {

constexpr int own_trouble_code = 4;

// Opened the wrong way round, so that it is refused as a closed one would be. open() takes the lowest number: this one.
void hold_standard_descriptors() {
  for (const int fd : {0, 1, 2}) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    [[maybe_unused]] const int held = ::open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
  }
}

// Without an allocation, for there may be no memory; one line, whatever `why` has.
void tell(std::string_view program, const char* context, const char* why) noexcept {
  std::array<char, 1024> line{};
  const int size =
      std::snprintf(line.data(), line.size() - 1, "%.*s: %s%.800s",
                    static_cast<int>(std::min<std::size_t>(program.size(), 60)), program.data(), context, why);
  const auto end = line.begin() + std::clamp(size, 0, static_cast<int>(line.size()) - 2);
  std::replace_if(line.begin(), end, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  *end = '\n';
  say(std::string_view(line.data(), static_cast<std::size_t>(end - line.begin()) + 1));
}

constexpr const char* cannot_write = "cannot write to standard output: ";

// To be called in a handler.
void tell_caught(std::string_view program) noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    tell(program, "", "out of memory");
  } catch (const std::system_error& error) {
    const bool output = std::ferror(stdout) != 0;
    tell(program, output ? cannot_write : "", output ? std::strerror(error.code().value()) : error.what());
  } catch (const std::exception& error) {
    tell(program, "", error.what());
  } catch (...) {
    tell(program, "", "something was thrown that is no error");
  }
}

// Where nothing can be caught: in a thread, in what must not throw, in what libraries build before main(). Not even an
// error could be made when there is none: that takes memory, too.
[[noreturn]] void give_up() {
  if (std::current_exception())
    tell_caught("straycat");
  else
    tell("straycat", "", "out of memory");
  ::_exit(own_trouble_code);
}

[[gnu::constructor(101)]] void before_all() { std::set_terminate(give_up); }

}  // namespace

void say(std::string_view text) {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
  static_cast<void>(std::fflush(stderr));
}

Result<> print_now(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return {};
  Error error = own_trouble(cannot_write + std::string(std::strerror(errno)));
  ::__fpurge(stdout);  // it is told: not once more at the seam
  std::clearerr(stdout);
  return error;
}

int at_the_seam(std::string_view program, const std::function<int()>& work) {
  hold_standard_descriptors();
  for (const int number : ignored_signals) std::signal(number, SIG_IGN);
  try {
    const int code = work();
    const bool flushed = std::fflush(stdout) == 0;
    if (flushed && std::ferror(stdout) == 0) return code;
    tell(program, cannot_write, flushed ? "a part of it is lost" : std::strerror(errno));
  } catch (...) {
    tell_caught(program);
  }
  return own_trouble_code;
}

}  // namespace straycat
