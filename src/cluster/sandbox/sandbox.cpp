#include "cluster/sandbox/sandbox.hpp"

#include <arpa/inet.h>
#include <cstdio>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cluster/sandbox/descendants.hpp"
#include "cluster/sandbox/guard.hpp"
#include "cluster/sandbox/namespaces.hpp"
#include "cluster/sandbox/probe.hpp"
#include "cluster/system/descriptor.hpp"
#include <straycat/core/seam.hpp>

namespace straycat::cluster {
namespace {

constexpr int own_trouble_code = 4;
constexpr int patience_ms = 10'000;  // between the first SIGTERM and SIGKILL

Result<Descriptor> listen_on_loopback(int port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return system_error("socket");
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto where = fmt::format("listen on 127.0.0.1:{}", port);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return system_error(where);
  if (::listen(socket.get(), SOMAXCONN) != 0) return system_error(where);
  return socket;
}

int port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  return ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0 ? ntohs(address.sin_port) : 0;
}

// A file that a person named: made with 0600, never through a symbolic link that somebody else laid there.
Result<int> open_named(const std::string& path, int flags) {
  if (path.empty()) return -1;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
  if (fd < 0) return system_error("open " + path);
  if (::fchmod(fd, 0600) != 0) return system_error("chmod " + path);
  return fd;
}

// Everything of the host that inner will need, opened while this process still stands on the host.
Result<SandboxSetup> open_setup(const Options& options) {
  SandboxSetup setup;
  auto listener = listen_on_loopback(options.port);
  if (!listener) return listener.error();
  setup.listen_fd = listener->release();
  setup.port = port_of(setup.listen_fd);
  const auto kubeconfig = make_memory_file("straycat-kubeconfig");
  if (!kubeconfig) return kubeconfig.error();
  setup.kubeconfig_fd = *kubeconfig;
  setup.kubeconfig_path = fmt::format("/proc/{}/fd/{}", ::getpid(), setup.kubeconfig_fd);
  setup.keeper = ::getpid();
  setup.self_exe_fd = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  const auto truth = open_named(options.truth_file, O_APPEND);
  if (!truth) return truth.error();
  setup.truth_fd = *truth;
  // Never over a file that is there (it might be the person's own kubeconfig): this one is removed at the end.
  const auto copy = open_named(options.kubeconfig_file, O_EXCL);
  if (!copy) return copy.error();
  setup.kubeconfig_copy_fd = *copy;
  return setup;
}

void close_setup(const SandboxSetup& setup) {
  for (const int fd :
       {setup.listen_fd, setup.kubeconfig_fd, setup.kubeconfig_copy_fd, setup.truth_fd, setup.self_exe_fd})
    if (fd >= 0) ::close(fd);
}

// Dies with the parent from now on. False when the parent seems gone already: then nobody reads our standard output any
// more (a parent that died before this line cannot be told from a live one by getppid alone).
bool bind_to_parent() {
  const pid_t parent = ::getppid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd out{STDOUT_FILENO, 0, 0};
  const bool unread = ::poll(&out, 1, 0) > 0 && (out.revents & POLLERR) != 0;
  return ::getppid() == parent && !unread;
}

// The plane that runs: what was asked for, or what the probe allows.
Result<std::optional<Privilege>> choose_plane(Options::DataPlane asked, std::string& reason) {
  if (asked == Options::DataPlane::loopback) {
    reason = "asked for";
    return std::optional<Privilege>();
  }
  auto privilege = find_privilege();
  if (privilege) return std::optional(*privilege);
  if (asked == Options::DataPlane::kernel)
    return privilege.error().within("the kernel data plane is not possible here");
  reason = privilege.error().message;
  return std::optional<Privilege>();
}

// Blocks the signals that keeper and guard read by descriptor, for the length of a run.
class SignalBlock {
 public:
  SignalBlock() {
    struct sigaction standard{};
    standard.sa_handler = SIG_DFL;  // a parent may have left SIGCHLD ignored: then no exit code could be read
    ::sigaction(SIGCHLD, &standard, &child_before_);
    sigemptyset(&watched_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) sigaddset(&watched_, signal);
    ::sigprocmask(SIG_BLOCK, &watched_, &before_);
    fd_ = Descriptor(::signalfd(-1, &watched_, SFD_CLOEXEC));
  }
  ~SignalBlock() {
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
    ::sigaction(SIGCHLD, &child_before_, nullptr);
  }
  SignalBlock(const SignalBlock&) = delete;
  SignalBlock& operator=(const SignalBlock&) = delete;
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const sigset_t& before() const { return before_; }

 private:
  sigset_t watched_{}, before_{};
  struct sigaction child_before_{};
  Descriptor fd_;
};

// In the guard, before inner: the namespaces' insides.
int guard_in_namespaces(Privilege privilege, uid_t uid, gid_t gid, SandboxSetup setup, GuardTask task,
                        const std::function<int(const SandboxSetup&)>& inner, int life_fd) {
  Result<Mounts> mounts = own_trouble("");
  if (auto mapped = map_ids(privilege, uid, gid); !mapped)
    mounts = mapped.error();
  else
    mounts = make_mounts();
  if (!mounts) {
    say("straycat: make the sandbox: {}\n", mounts.error().message);
    return own_trouble_code;
  }
  setup.own_proc = mounts->own_proc;
  setup.state_dir = mounts->state_dir;
  task.inner = [&] { return inner(setup); };
  return guard(task, life_fd);
}

Result<Child> start_guard(const std::optional<Privilege>& privilege, const SandboxSetup& setup,
                          const SignalBlock& signals, const std::function<int(const SandboxSetup&)>& inner) {
  GuardTask task{{}, signals.before(), !privilege};
  if (!privilege) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    return start_plain([&](int life_fd) {
      task.inner = [&] { return inner(setup); };
      return guard(task, life_fd);
    });
  }
  const auto uid = ::geteuid();
  const auto gid = ::getegid();
  return start_in_namespaces(
      *privilege, [&](int life_fd) { return guard_in_namespaces(*privilege, uid, gid, setup, task, inner, life_fd); });
}

struct Ending {
  int status = 0;      // the guard's, as waitpid gives it
  bool asked = false;  // by a signal to the keeper
};

// Waits for the guard's end; forwards a first signal, kills on a second or when patience ends.
Ending keep(pid_t guard, int signals) {
  int status = 0;
  int wait_ms = -1;
  while (::waitpid(guard, &status, WNOHANG) == 0) {
    pollfd waited{signals, POLLIN, 0};
    const int ready = ::poll(&waited, 1, wait_ms);
    signalfd_siginfo info{};
    const bool got = ready > 0 && ::read(signals, &info, sizeof info) == sizeof info;
    if (got && info.ssi_signo == SIGCHLD) continue;
    if (ready < 0) continue;  // EINTR
    const bool last_word = wait_ms >= 0;
    ::kill(guard, last_word ? SIGKILL : SIGTERM);
    wait_ms = patience_ms;
  }
  return {status, wait_ms >= 0};
}

int exit_code_of(const Ending& ending) {
  const int status = ending.status;
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status) - 128;
  if (signal <= 0) return WEXITSTATUS(status);
  if (ending.asked && signal == SIGTERM)
    return 0;  // asked to end before inner listened for it: that is an end, not a crash
  say("straycat: the cluster was killed by signal {} ({})\n", signal, ::strsignal(signal));
  return own_trouble_code;
}

int run_with(const Options& options, SandboxSetup setup, const SignalBlock& signals,
             const std::function<int(const SandboxSetup&)>& inner) {
  auto privilege = choose_plane(options.data_plane, setup.plane_reason);
  Result<Child> guard = own_trouble("");
  if (!privilege) {
    guard = privilege.error();
  } else {
    setup.plane = *privilege ? PlaneKind::kernel : PlaneKind::loopback;
    guard = start_guard(*privilege, setup, signals, inner);
  }
  if (!guard) {
    say("straycat: {}\n", guard.error().message);
    return own_trouble_code;
  }
  const auto ending = keep(guard->pid, signals.fd());
  ::close(guard->life_fd);
  if (setup.plane == PlaneKind::loopback) kill_descendants();
  return exit_code_of(ending);
}

}  // namespace

namespace {

// The keeper's copy of the kubeconfig goes with the keeper, however that ends; the processes below it have this object,
// too, and must leave the file alone.
class NamedFile {
 public:
  explicit NamedFile(const std::string& path) : path_(path) {}
  ~NamedFile() {
    if (made_ && !path_.empty() && ::getpid() == keeper_) ::unlink(path_.c_str());
  }
  NamedFile(const NamedFile&) = delete;
  NamedFile& operator=(const NamedFile&) = delete;
  void made() { made_ = true; }

 private:
  const std::string& path_;
  pid_t keeper_ = ::getpid();
  bool made_ = false;
};

}  // namespace

int run_in_sandbox(const Options& options, const std::function<int(const SandboxSetup&)>& inner) {
  if (options.die_with_parent && !bind_to_parent()) return own_trouble_code;
  const SignalBlock signals;
  NamedFile copy(options.kubeconfig_file);
  auto setup = open_setup(options);
  if (!setup) {
    say("straycat: {}\n", setup.error().message);
    return own_trouble_code;
  }
  copy.made();
  const int code = run_with(options, *setup, signals, inner);
  close_setup(*setup);
  return code;
}

}  // namespace straycat::cluster
