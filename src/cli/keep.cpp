#include "cli/keep.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include <straycat/core/seam.hpp>
#include <straycat/core/signals.hpp>

namespace straycat::cli {
namespace {

sigset_t ending_set() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : ending_signals()) ::sigaddset(&set, number);
  return set;
}

// The number of a signal that came, or 0.
int next_signal(int fd) {
  signalfd_siginfo info{};
  return ::read(fd, &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

int ended_with(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Until the run is over: kept, when a code comes, or its process ended.
int stand_by(pid_t child, int pipe, int signals) {
  std::array<pollfd, 2> ready{pollfd{pipe, POLLIN, 0}, pollfd{signals, POLLIN, 0}};
  for (;;) {
    if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) return ended_with(child);
    if ((ready[1].revents & POLLIN) != 0)
      if (const int number = next_signal(signals); number != 0) ::kill(child, number);
    if (ready[0].revents == 0) continue;
    int code = 0;
    return ::read(pipe, &code, sizeof code) == sizeof code ? code : ended_with(child);
  }
}

[[noreturn]] void become_run(const std::function<int(const Keeper&)>& run, int pipe, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(exit_own_trouble);
  ::setpgid(0, 0);  // Ctrl-C reaches the one that waits, and through it this one, once
  const int code = run(Keeper(pipe));
  std::fflush(nullptr);
  ::_exit(code);
}

// Who reads our output to its end must not wait for a cluster that is kept.
void let_go_of_terminal() {
  const int none = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (none >= 0) ::dup2(none, fd);
}

}  // namespace

void Keeper::keep(const EmbeddedCluster& cluster, int code) const {
  const sigset_t endings = ending_set();
  ::sigprocmask(SIG_BLOCK, &endings, nullptr);
  const int signals = ::signalfd(-1, &endings, SFD_CLOEXEC);
  say("straycat: the cluster is kept; kubectl reaches it after this, and the second line ends it:\n"
      "export KUBECONFIG={}\nkill {}\n",
      cluster.kubeconfig(), ::getpid());
  ::prctl(PR_SET_PDEATHSIG, 0);
  ::setsid();
  std::fflush(nullptr);
  let_go_of_terminal();
  if (::write(pipe_, &code, sizeof code) != sizeof code) return;  // nobody waits: nothing is to be left behind
  const auto line = cluster.lifeline();
  std::array<pollfd, 2> ready{pollfd{signals, POLLIN, 0}, pollfd{line ? line->descriptor : -1, POLLIN, 0}};
  while (::poll(ready.data(), ready.size(), -1) < 0 && errno == EINTR) {
  }
}

Result<int> with_keeper(const std::function<int(const Keeper&)>& run) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return own_trouble(fmt::format("pipe: {}", std::strerror(errno)));
  const sigset_t endings = ending_set();
  std::fflush(nullptr);
  sigset_t before{};
  ::sigprocmask(SIG_BLOCK, &endings, &before);  // what comes from now on is passed on, and none is lost
  const pid_t parent = ::getpid(), child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    become_run(run, ends[1], parent);
  }
  ::close(ends[1]);
  const int signals = ::signalfd(-1, &endings, SFD_CLOEXEC);
  const int code = child < 0 ? -1 : stand_by(child, ends[0], signals);
  ::close(ends[0]);
  if (signals >= 0) ::close(signals);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (child < 0) return own_trouble("no process is to be had for the run");
  return code;
}

}  // namespace straycat::cli
