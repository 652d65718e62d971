#include "cluster/sandbox/guard.hpp"

#include <cerrno>
#include <optional>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cluster/sandbox/descendants.hpp"
#include "cluster/system/descriptor.hpp"
#include <straycat/core/seam.hpp>

namespace straycat::cluster {
namespace {

constexpr int killed_by_base = 128;

[[noreturn]] void run_inner(const GuardTask& task, pid_t guard_pid, int life_fd) {
  ::close(life_fd);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != guard_pid) ::_exit(0);  // the guard was gone before the line above
  ::sigprocmask(SIG_SETMASK, &task.inner_mask, nullptr);
  const int code = at_the_seam("straycat cluster", task.inner);
  // Not exit(): destructors of static objects and at-exit checks belong to the keeper, whose memory this is a copy of.
  ::_exit(code);
}

// Reaps whatever ended; the exit code once `inner` is among it.
std::optional<int> reap(pid_t inner) {
  std::optional<int> code;
  int status = 0;
  pid_t ended;
  while ((ended = ::waitpid(-1, &status, WNOHANG)) > 0) {
    if (ended != inner) continue;
    code = WIFEXITED(status) ? WEXITSTATUS(status) : killed_by_base + WTERMSIG(status);
  }
  return code;
}

// Inner's exit code; nothing when the keeper is gone.
std::optional<int> watch(pid_t inner, int signals, int life_fd) {
  pollfd waited[2] = {{signals, POLLIN, 0}, {life_fd, POLLIN, 0}};
  while (true) {
    if (::poll(waited, 2, -1) < 0 && errno != EINTR) return {};
    if ((waited[1].revents & (POLLHUP | POLLERR)) != 0) return {};
    signalfd_siginfo info{};
    if ((waited[0].revents & POLLIN) == 0 || ::read(signals, &info, sizeof info) != sizeof info) continue;
    if (info.ssi_signo != SIGCHLD) {
      ::kill(inner, SIGTERM);
    } else if (auto code = reap(inner)) {
      return code;
    }
  }
}

}  // namespace

int guard(const GuardTask& task, int life_fd) {
  ::setsid();  // Ctrl-C on the terminal is for the keeper alone
  if (task.kill_descendants) ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t watched;
  sigemptyset(&watched);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) sigaddset(&watched, signal);
  const Descriptor signals(::signalfd(-1, &watched, SFD_CLOEXEC));
  const pid_t self = ::getpid();
  const pid_t inner = ::fork();
  if (inner == 0) run_inner(task, self, life_fd);
  std::optional<int> code;
  if (inner > 0 && signals) code = watch(inner, signals.get(), life_fd);
  if (task.kill_descendants) kill_descendants();
  return code.value_or(4);  // in namespaces the kernel kills the rest when PID 1 ends, and waits for it
}

}  // namespace straycat::cluster
