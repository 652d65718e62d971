#include "cli/suite_children.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include <straycat/core/signals.hpp>

namespace straycat::cli {
namespace {

[[noreturn]] void become_run(const std::vector<char*>& words, int said, const sigset_t& signals, pid_t parent) {
  // A group of its own: a terminal's Ctrl-C reaches the suite, which then ends its runs once.
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // kept over execv; the run cleans up as ever
  if (::getppid() != parent) ::_exit(128 + SIGTERM);
  const int none = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(none, STDIN_FILENO);
  ::dup2(none, STDOUT_FILENO);
  ::dup2(said, STDERR_FILENO);
  ::sigprocmask(SIG_SETMASK, &signals, nullptr);
  ::execv("/proc/self/exe", words.data());
  ::_exit(127);
}

}  // namespace

SuiteSignals::SuiteSignals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGCHLD);
  for (const int number : ending_signals()) ::sigaddset(&set, number);
  ::sigprocmask(SIG_BLOCK, &set, &before_);
  fd_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

SuiteSignals::~SuiteSignals() {
  if (fd_ >= 0) ::close(fd_);
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

int SuiteSignals::wait(int patience_ms) {
  pollfd ready{fd_, POLLIN, 0};
  ::poll(&ready, 1, patience_ms);
  int endings = 0;
  for (signalfd_siginfo one{}; ::read(fd_, &one, sizeof one) == static_cast<ssize_t>(sizeof one);)
    endings += one.ssi_signo == SIGCHLD ? 0 : 1;
  return endings;
}

Result<SuiteChild> SuiteChild::start(const std::vector<std::string>& words, const std::string& said,
                                     const sigset_t& signals) {
  const int file = ::open(said.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return own_trouble(fmt::format("{}: {}", said, std::strerror(errno)));
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) become_run(pointers, file, signals, parent);
  const int error = errno;
  ::close(file);
  if (child < 0) return own_trouble(fmt::format("cannot start a run: {}", std::strerror(error)));
  return SuiteChild(child);
}

int SuiteChild::poll() {
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void SuiteChild::signal(int number) const { ::kill(pid_, number); }

}  // namespace straycat::cli
