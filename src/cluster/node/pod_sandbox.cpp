#include "cluster/node/pod_sandbox.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include <boost/asio/post.hpp>

#include "cluster/dataplane/names.hpp"

namespace straycat::cluster {

namespace asio = boost::asio;

struct PodSandbox::State {
  explicit State(const asio::any_io_executor& executor) : report(executor) {}
  std::function<void(Result<>)> on_ready;
  std::function<void()> on_gone;
  asio::posix::stream_descriptor report;
  char text[256] = {};
  Fd control;                  // its end tells the holder to go

  void went() {
    if (const auto tell = std::exchange(on_gone, nullptr)) tell();
  }
  void ready(Result<> result) {
    if (const auto tell = std::exchange(on_ready, nullptr)) tell(std::move(result));
  }
};

namespace {

// ---- in the holding process ----

std::string trouble(const std::string& step) { return step + ": " + std::strerror(errno); }

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

std::string write_file(const std::string& path, const std::string& content) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return trouble("write " + path);
  const bool whole = ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  ::close(fd);
  return whole ? "" : trouble("write " + path);
}

// A tmpfs over /var/run (often a link to /run) gives room for the files without touching the machine's own, and hides the
// machine's sockets from the pod.
std::string mount_account(const std::map<std::string, std::string>& files) {
  if (::mount("tmpfs", "/var/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=16m") != 0) return trouble("mount a tmpfs over /var/run");
  std::string directory = "/var/run";
  for (const char* part : {"/secrets", "/kubernetes.io", "/serviceaccount"}) {
    directory += part;
    if (::mkdir(directory.c_str(), 0755) != 0) return trouble("make " + directory);
  }
  for (const auto& [name, content] : files) {
    if (std::string error = write_file(directory + "/" + name, content); !error.empty()) return error;
  }
  return "";
}

std::string furnish(const SandboxRequest& request) {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) return trouble("make mounts private");
  raise_loopback();
  ::sethostname(request.hostname.c_str(), std::min<std::size_t>(request.hostname.size(), 63));
  if (!request.hosts_path.empty()) {
    errno = NamesFile::mount_over_etc(request.hosts_path.c_str(), request.nsswitch_path.c_str(), request.resolv_path.c_str());
    if (errno != 0) return trouble("mount names over /etc");
  }
  return request.account_files.empty() ? "" : mount_account(request.account_files);
}

int hold(const SandboxRequest& request, int report, int control) {
  std::string text = furnish(request);
  if (text.empty()) text = "ready";
  if (::write(report, text.data(), text.size()) < 0) return 1;
  ::close(report);
  char byte = 0;
  while (::read(control, &byte, 1) < 0 && errno == EINTR) {}
  return 0;
}

}  // namespace

Result<> PodSandbox::start_holder(const asio::any_io_executor& executor, const SandboxRequest& request) {
  auto report = make_pipe();
  auto control = make_pipe();
  if (!report || !control) return own_trouble("no pipe for the pod's sandbox");
  ::fcntl(control->read.get(), F_SETFL, 0);   // the holder blocks on it
  const int out = report->write.get(), in = control->read.get();
  auto holder = Process::fork(
      executor, CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC, {out, in}, [&] { return hold(request, out, in); },
      [state = state_](int) {
        state->ready(own_trouble("the pod's sandbox died"));
        state->went();
      });
  if (!holder) return holder.error();
  holder_ = std::move(*holder);
  if (const auto attached = plane_.attach(holder_->pid(), address_); !attached) return attached.error();
  state_->control = std::move(control->write);
  state_->report.assign(report->read.release());
  state_->report.async_read_some(asio::buffer(state_->text), [state = state_](const boost::system::error_code& error, std::size_t size) {
    if (error == asio::error::operation_aborted) return;
    const std::string_view text(state->text, size);
    state->ready(text == "ready" ? Result<>() : Result<>(own_trouble(text.empty() ? "the pod's sandbox died" : std::string(text))));
  });
  return {};
}

Result<std::unique_ptr<PodSandbox>> PodSandbox::create(asio::any_io_executor executor, DataPlane& plane, SandboxRequest request,
                                                       std::function<void(Result<>)> on_ready, std::function<void()> on_gone) {
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
  asio::post(state_->report.get_executor(), [state = state_] {
    state->went();
  });
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
