#include "cluster/node/process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>

namespace straycat::cluster {

namespace asio = boost::asio;

struct Process::State {
  explicit State(const asio::any_io_executor& executor) : end(executor), report(executor) {}
  pid_t pid = -1;
  asio::posix::stream_descriptor end;     // the pidfd
  asio::posix::stream_descriptor report;  // exec's error, or end of file
  Handlers handlers;
  char error[512] = {};
  bool reaped = false;
};

namespace {

// ---- in the child: system calls only. The clone below takes no malloc lock along, and the ground truth's thread may
// hold one,
// ---- so nothing here may allocate, but for the text of a failure.

struct ChildPlan {
  const Command* command = nullptr;
  std::vector<char*> argv, envp;
  std::vector<int> places;  // enter_root's
  int report_fd = -1;
  pid_t parent = 0;
};

[[noreturn]] void fail(int report_fd, const char* step, const char* subject = "") {
  char text[480];
  const int size = std::snprintf(text, sizeof text, "%s%s: %s", step, subject, ::strerrordesc_np(errno));
  [[maybe_unused]] const auto written =
      ::write(report_fd, text, std::min<std::size_t>(static_cast<std::size_t>(size), sizeof text - 1));
  ::_exit(127);
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// `parent` is -1 when a PID namespace hides it; there the sandbox's own end covers the race.
void die_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (parent > 0 && ::getppid() != parent) ::_exit(127);
}

// When memory is scarce the kernel's choice falls on pods before anything else of the machine (proc(5), oom_score_adj).
void die_first() {
  const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  [[maybe_unused]] const auto written = ::write(fd, "1000", 4);
  ::close(fd);
}

void use_stdio(const Command& command) {
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(command.in_fd >= 0 ? command.in_fd : nothing, 0);
  ::dup2(command.out_fd >= 0 ? command.out_fd : nothing, 1);
  ::dup2(command.err_fd >= 0 ? command.err_fd : nothing, 2);
  if (!command.terminal) return;
  ::setsid();  // a child of who joined a PID namespace leads no session yet
  ::ioctl(0, TIOCSCTTY, 0);
}

// Its own namespaces come first: who joined the user namespace has no rights in the node's any more.
void enter_namespaces(const ChildPlan& plan) {
  const Command& command = *plan.command;
  ::prctl(PR_SET_DUMPABLE, 0);  // no process of the pod looks into this one before it executes what is the pod's
  if (command.join_namespaces_of >= 0) {
    const int kinds =
        CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | (command.join_container ? CLONE_NEWPID | CLONE_NEWNS : 0);
    if (::setns(command.join_namespaces_of, kinds) != 0) fail(plan.report_fd, "setns");
  }
  if (command.root) {
    const RootFailure failed = enter_root(*command.root, const_cast<int*>(plan.places.data()));
    if (failed.step != nullptr) fail(plan.report_fd, failed.step, failed.subject);
  }
  if (command.join_user_namespace && ::setns(command.join_namespaces_of, CLONE_NEWUSER) != 0)
    fail(plan.report_fd, "enter the pod's user namespace");
}

[[noreturn]] void execute(const ChildPlan& plan) {
  const Command& command = *plan.command;
  ::umask(022);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  use_stdio(command);
  reset_signals();
  if (command.confinement) {
    if (const char* failed = confine(*command.confinement)) fail(plan.report_fd, failed);
  }
  if (::chdir(command.working_dir.empty() ? "/" : command.working_dir.c_str()) != 0)
    fail(plan.report_fd, "chdir ", command.working_dir.c_str());
  ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  ::environ = const_cast<char**>(plan.envp.data());
  if (std::strcmp(plan.argv[0], "/proc/self/exe") == 0 && command.self_exe_fd >= 0) {
    if (command.own_programs_fd >= 0 && plan.argv[1] != nullptr && std::strcmp(plan.argv[1], "image") == 0)
      ::syscall(SYS_execveat, command.own_programs_fd, "", plan.argv.data(), plan.envp.data(), AT_EMPTY_PATH);
    if (!command.self_path.empty()) ::execv(command.self_path.c_str(), plan.argv.data());
    ::syscall(SYS_execveat, command.self_exe_fd, "", plan.argv.data(), plan.envp.data(), AT_EMPTY_PATH);
  } else {
    ::execvp(plan.argv[0], plan.argv.data());
  }
  fail(plan.report_fd, "exec ", plan.argv[0]);
}

// Joining a PID namespace counts for children only: one more fork, whose end is passed on.
void fork_into_pid_namespace(const ChildPlan& plan) {
  const auto child = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr));
  if (child < 0) fail(plan.report_fd, "fork");
  if (child == 0) {
    die_with(-1);
    return;
  }

  ::close(plan.report_fd);
  ::syscall(SYS_close_range, 3U, ~0U, 0U);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ::_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

[[noreturn]] void run_child(const ChildPlan& plan) {
  die_with(plan.command->own_pid_namespace ? -1 : plan.parent);
  ::setsid();
  if (plan.command->confinement) die_first();
  enter_namespaces(plan);
  if (plan.command->join_container) fork_into_pid_namespace(plan);
  execute(plan);
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (std::string& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// fork() with namespaces and a pidfd in one step. Signals are held back meanwhile, so that no handler of the parent's
// event loop runs in the child. 0 in the child.
pid_t clone_child(int namespaces, int& pidfd) {
  sigset_t all, before;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  const auto flags = static_cast<unsigned long>(namespaces | CLONE_PIDFD | SIGCHLD);
  const auto pid = static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, &pidfd, nullptr, nullptr));
  const int error = errno;
  if (pid != 0) ::sigprocmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

// In the child: everything from 3 on but `keep`, which is sorted and may lie anywhere.
void close_all_but(const std::vector<int>& keep) {
  unsigned from = 3;
  for (const int fd : keep) {
    const auto kept = static_cast<unsigned>(fd);
    if (fd < 0 || kept < from) continue;
    if (kept > from) ::syscall(SYS_close_range, from, kept - 1, 0U);
    from = kept + 1;
  }
  ::syscall(SYS_close_range, from, ~0U, 0U);
}

int exit_code(int pidfd) {
  siginfo_t info{};
  // P_PIDFD; glibc 2.36 has it, its name differs between headers.
  while (::waitid(static_cast<idtype_t>(3), static_cast<id_t>(pidfd), &info, WEXITED) != 0) {
    if (errno != EINTR) return 255;
  }
  return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

}  // namespace

// The end is told only after the start has been: a report still unread is read first.
void watch_end(const std::shared_ptr<Process::State>& state) {
  state->end.async_wait(asio::posix::stream_descriptor::wait_read, [state](const boost::system::error_code& error) {
    if (error || state->reaped) return;
    state->reaped = true;
    ::kill(-state->pid,
           SIGKILL);  // what it left behind in its session; before the reaping, so the number is still its own
    const int code = exit_code(state->end.native_handle());
    if (const auto tell = std::exchange(state->handlers.on_exit, nullptr)) tell(code);
  });
}

void watch_start(const std::shared_ptr<Process::State>& state) {
  state->report.async_read_some(asio::buffer(state->error, sizeof state->error - 1),
                                [state](const boost::system::error_code&, std::size_t size) {
                                  state->report.close();
                                  const auto started = std::exchange(state->handlers.on_started, nullptr);
                                  if (size > 0) state->handlers.on_exit = nullptr;
                                  watch_end(state);
                                  if (started) started(std::string(state->error, size));
                                });
}

Result<std::unique_ptr<Process>> Process::start(asio::any_io_executor executor, const Command& command,
                                                Handlers handlers) {
  if (command.arguments.empty()) return bad_input("no command");
  auto report = make_pipe();
  if (!report) return report.error();
  std::vector<std::string> arguments = command.arguments, environment;
  for (const auto& [name, value] : command.env) environment.push_back(name + "=" + value);
  ChildPlan plan{&command, pointers(arguments), pointers(environment), {}, report->write.get(), ::getpid()};
  if (command.root) plan.places.resize(command.root->steps.size());
  int pidfd = -1;
  const pid_t pid =
      clone_child((command.own_pid_namespace ? CLONE_NEWPID : 0) | (command.root ? CLONE_NEWNS : 0), pidfd);
  if (pid == 0) run_child(plan);
  if (pid < 0) return own_trouble(std::string("clone: ") + std::strerror(errno));
  auto state = std::make_shared<State>(executor);
  state->pid = pid;
  state->end.assign(pidfd);
  state->report.assign(report->read.release());
  state->handlers = std::move(handlers);
  watch_start(state);
  return std::unique_ptr<Process>(new Process(std::move(state)));
}

Result<std::unique_ptr<Process>> Process::fork(asio::any_io_executor executor, int namespaces, std::vector<int> keep,
                                               const std::function<int()>& body,
                                               std::function<void(int code)> on_exit) {
  std::sort(keep.begin(), keep.end());  // here: the child may not allocate
  const pid_t parent = ::getpid();
  int pidfd = -1;
  const pid_t pid = clone_child(namespaces, pidfd);
  if (pid == 0) {
    die_with(parent);
    ::setsid();
    reset_signals();
    close_all_but(keep);
    ::_exit(body());
  }
  if (pid < 0) return own_trouble(std::string("clone: ") + std::strerror(errno));
  auto state = std::make_shared<State>(executor);
  state->pid = pid;
  state->end.assign(pidfd);
  state->handlers.on_exit = std::move(on_exit);
  watch_end(state);
  return std::unique_ptr<Process>(new Process(std::move(state)));
}

Process::~Process() {
  state_->handlers = {};
  signal(SIGKILL);
}

void Process::signal(int number) {
  if (!state_->reaped) ::syscall(SYS_pidfd_send_signal, state_->end.native_handle(), number, nullptr, 0);
}

// Not yet reaped, it keeps its number: no other process can have it.
void Process::signal_all(int number) {
  if (!state_->reaped) ::kill(-state_->pid, number);
}

pid_t Process::pid() const { return state_->pid; }
int Process::pidfd() const { return state_->end.native_handle(); }

}  // namespace straycat::cluster
