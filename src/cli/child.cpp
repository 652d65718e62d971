#include "cli/child.hpp"

#include <csignal>
#include <cstring>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace straycat::cli {

Result<> Child::start(const std::vector<std::string>& words, std::function<void(int)> done) {
  done_ = std::move(done);
  await_end();  // before it can end
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  // What this program ignores, the command must not find ignored.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t defaults;
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  const int error = ::posix_spawnp(&pid_, argv.front(), nullptr, &attributes, argv.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  if (error == 0) return {};
  pid_ = -1;
  return own_trouble("cannot run '" + words.front() + "': " + std::strerror(error));
}

void Child::await_end() {
  ended_.async_wait([this](boost::system::error_code error, int) {
    if (error || pid_ < 0) return;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return await_end();
    pid_ = -1;
    done_(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  });
}

void Child::end() {
  if (pid_ > 0) ::kill(pid_, SIGTERM);
}

}  // namespace straycat::cli
