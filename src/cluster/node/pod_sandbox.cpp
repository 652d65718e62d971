#include "cluster/node/pod_sandbox.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace straycat::cluster {

namespace asio = boost::asio;

bool is_safe_sysctl(std::string_view name) {
  static constexpr std::string_view safe[] = {"kernel.shm_rmid_forced",
                                              "net.ipv4.ip_local_port_range",
                                              "net.ipv4.tcp_syncookies",
                                              "net.ipv4.ping_group_range",
                                              "net.ipv4.ip_unprivileged_port_start",
                                              "net.ipv4.ip_local_reserved_ports",
                                              "net.ipv4.tcp_keepalive_time",
                                              "net.ipv4.tcp_fin_timeout",
                                              "net.ipv4.tcp_keepalive_intvl",
                                              "net.ipv4.tcp_keepalive_probes",
                                              "net.ipv4.tcp_rmem",
                                              "net.ipv4.tcp_wmem"};
  return std::find(std::begin(safe), std::end(safe), name) != std::end(safe);
}

struct PodSandbox::State {
  explicit State(const asio::any_io_executor& executor) : report(executor) {}
  std::function<void(Result<>)> on_ready;
  std::function<void()> on_gone;
  asio::posix::stream_descriptor report;
  char text[256] = {};
  Descriptor control;  // its end tells the holder to go

  void went() {
    if (const auto tell = std::exchange(on_gone, nullptr)) tell();
  }
  void ready(Result<> result) {
    if (const auto tell = std::exchange(on_ready, nullptr)) tell(std::move(result));
  }
};

namespace {

// Everything that the holding process needs: it must not allocate (Process::fork).
struct Holding {
  std::string hostname;
  PodUsers users;
  int report = -1, control = -1;
  std::vector<std::pair<std::string, std::string>> sysctls = {};  // files below /proc/sys, and what to write
};

constexpr int patience_ms = 10'000;

// ---- in the holding process ----

void raise_loopback() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  if (::ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
    request.ifr_flags |= IFF_UP;
    ::ioctl(fd, SIOCSIFFLAGS, &request);
  }
  ::close(fd);
}

// The pod's user namespace belongs to the user who is its root, so that the kernel counts the processes of all pods of
// a cluster together, and up to the limit that this one has now.
const char* make_namespaces(const Holding& holding) {
  constexpr int kinds = CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC;
  if (!holding.users.own_namespace) return ::unshare(kinds) == 0 ? nullptr : "unshare";
  const unsigned owner = holding.users.owner;
  if (owner != 0 && (::setresgid(owner, owner, owner) != 0 || ::setresuid(owner, owner, owner) != 0)) return "setuid";
  const rlimit limit{most_processes, most_processes};
  ::setrlimit(RLIMIT_NPROC, &limit);
  if (::unshare(CLONE_NEWUSER | kinds) != 0) return "unshare";
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // other rights forget it
  return nullptr;
}

void tell_node(int fd, const char* text) { [[maybe_unused]] const auto written = ::write(fd, text, std::strlen(text)); }

// /proc/sys shows a process its own namespaces'.
const char* write_sysctls(const Holding& holding) {
  for (const auto& [path, value] : holding.sysctls) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const bool done = fd >= 0 && ::write(fd, value.data(), value.size()) == static_cast<ssize_t>(value.size());
    if (fd >= 0) ::close(fd);
    if (!done) return path.c_str();
  }
  return nullptr;
}

// A byte, or the end of the pipe: false.
bool hear_node(int fd) {
  char byte = 0;
  ssize_t size = 0;
  while ((size = ::read(fd, &byte, 1)) < 0 && errno == EINTR) {
  }
  return size == 1;
}

// Tells its number as /proc shows it, or what failed; waits for its users and its wire; says "ready"; waits for its
// end.
int hold(const Holding& holding) {
  char text[200] = "";
  if (const char* step = make_namespaces(holding)) {
    std::snprintf(text, sizeof text, "!%s: %s", step, ::strerrordesc_np(errno));
  } else if (const ssize_t size = ::readlink("/proc/self", text, sizeof text - 1); size > 0) {
    text[size] = 0;
  }
  tell_node(holding.report, text);
  if (!hear_node(holding.control)) return 1;
  raise_loopback();
  ::sethostname(holding.hostname.c_str(), holding.hostname.size());
  if (const char* path = write_sysctls(holding)) {
    std::snprintf(text, sizeof text, "write %s: %s", path, ::strerrordesc_np(errno));
    tell_node(holding.report, text);
    return 1;
  }
  tell_node(holding.report, "ready");
  ::close(holding.report);
  hear_node(holding.control);
  return 0;
}

// ---- in the node ----

// The holder's first word. It comes as soon as the kernel has made the namespaces, so the node waits for it.
Result<std::string> first_word(int report) {
  pollfd waited{report, POLLIN, 0};
  char text[200];
  const ssize_t size = ::poll(&waited, 1, patience_ms) == 1 ? ::read(report, text, sizeof text) : 0;
  if (size <= 0) return own_trouble("the pod's sandbox died");
  std::string word(text, static_cast<std::size_t>(size));
  if (word.starts_with('!')) return own_trouble(word.substr(1));
  return word;
}

Result<> map_users(const std::string& process, const PodUsers& users) {
  const std::string line = fmt::format("0 {} {}", users.owner, users.count);
  for (const char* name : {"uid_map", "gid_map"}) {
    const std::string path = "/proc/" + process + "/" + name;
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file || ::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
      return system_error("write " + path);
  }
  return {};
}

}  // namespace

Result<> PodSandbox::start_holder(const asio::any_io_executor& executor, const SandboxRequest& request) {
  auto report = make_pipe();
  auto control = make_pipe();
  if (!report || !control) return own_trouble("no pipe for the pod's sandbox");
  ::fcntl(control->read.get(), F_SETFL, 0);  // the holder blocks on it
  Holding holding{request.hostname.substr(0, 63), request.users, report->write.get(), control->read.get()};
  for (const auto& [name, value] : request.sysctls) {
    auto path = "/proc/sys/" + name;
    std::replace(path.begin() + 10, path.end(), '.', '/');
    holding.sysctls.emplace_back(std::move(path), value);
  }
  auto holder = Process::fork(
      executor, 0, {holding.report, holding.control}, [&] { return hold(holding); },
      [state = state_](int) {
        state->ready(own_trouble("the pod's sandbox died"));
        state->went();
      });
  if (!holder) return holder.error();
  holder_ = std::move(*holder);
  report->write.reset();
  const auto process = first_word(report->read.get());
  if (!process) return process.error();
  if (request.users.own_namespace) {
    if (const auto mapped = map_users(*process, request.users); !mapped) return mapped.error();
    if (request.users.owner != 0)
      users_.reset(::open(("/proc/" + *process + "/ns/user").c_str(), O_RDONLY | O_CLOEXEC));
  }
  if (const auto attached = plane_.attach(holder_->pid(), address_); !attached) return attached.error();
  if (::write(control->write.get(), "", 1) != 1) return system_error("start the pod's sandbox");
  state_->control = std::move(control->write);
  state_->report.assign(report->read.release());
  state_->report.async_read_some(asio::buffer(state_->text), [state = state_](const boost::system::error_code& error,
                                                                              std::size_t size) {
    if (error == asio::error::operation_aborted) return;
    const std::string_view text(state->text, size);
    state->ready(text == "ready" ? Result<>()
                                 : Result<>(own_trouble(text.empty() ? "the pod's sandbox died" : std::string(text))));
  });
  return {};
}

Result<std::unique_ptr<PodSandbox>> PodSandbox::create(asio::any_io_executor executor, DataPlane& plane,
                                                       SandboxRequest request, std::function<void(Result<>)> on_ready,
                                                       std::function<void()> on_gone) {
  std::unique_ptr<PodSandbox> out(new PodSandbox(plane, request.address));
  out->state_ = std::make_shared<State>(executor);
  out->state_->on_ready = std::move(on_ready);
  out->state_->on_gone = std::move(on_gone);
  if (!plane.isolates_pods()) {
    asio::post(executor, [state = out->state_] { state->ready({}); });
    return out;
  }
  if (const auto started = out->start_holder(executor, request); !started) {
    out->state_->on_ready = nullptr;
    out->state_->on_gone = nullptr;
    return started.error();
  }
  return out;
}

void PodSandbox::destroy() {
  if (holder_) return holder_->signal(SIGKILL);
  asio::post(state_->report.get_executor(), [state = state_] { state->went(); });
}

PodSandbox::~PodSandbox() {
  state_->on_ready = nullptr;
  state_->on_gone = nullptr;
  boost::system::error_code ignored;
  state_->report.close(ignored);
  holder_.reset();
  plane_.detach(address_);
}

int PodSandbox::pidfd() const { return holder_ ? holder_->pidfd() : -1; }

}  // namespace straycat::cluster
