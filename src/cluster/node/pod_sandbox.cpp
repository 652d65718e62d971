#include "cluster/node/pod_sandbox.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

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
  Descriptor control;  // its end tells the holder to go

  void went() {
    if (const auto tell = std::exchange(on_gone, nullptr)) tell();
  }
  void ready(Result<> result) {
    if (const auto tell = std::exchange(on_ready, nullptr)) tell(std::move(result));
  }
};

namespace {

// Everything that the holding process does, spelled out beforehand: it must not allocate (Process::fork).
struct Furniture {
  std::string hostname, hosts, nsswitch, resolv;
  std::vector<std::string> directories;                    // to make, in order
  std::vector<std::pair<std::string, std::string>> files;  // path, content
};

Furniture plan_furniture(const SandboxRequest& request) {
  Furniture out{request.hostname.substr(0, 63), request.hosts_path, request.nsswitch_path, request.resolv_path, {}, {}};
  if (request.account_files.empty()) return out;
  std::string directory = "/var/run";
  for (const char* part : {"/secrets", "/kubernetes.io", "/serviceaccount"})
    out.directories.push_back(directory += part);
  for (const auto& [name, content] : request.account_files) out.files.emplace_back(directory + "/" + name, content);
  return out;
}

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

bool write_file(const std::string& path, const std::string& content) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool whole = ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  ::close(fd);
  return whole;
}

// A tmpfs over /var/run (often a link to /run) gives room for the files without touching the machine's own, and hides
// the machine's sockets from the pod. Null, or the step that failed.
const char* mount_account(const Furniture& furniture) {
  if (furniture.directories.empty()) return nullptr;
  if (::mount("tmpfs", "/var/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=16m") != 0)
    return "mount a tmpfs over /var/run";
  for (const std::string& directory : furniture.directories) {
    if (::mkdir(directory.c_str(), 0755) != 0) return "make the service account's directory";
  }
  for (const auto& [path, content] : furniture.files) {
    if (!write_file(path, content)) return "write the service account's files";
  }
  return nullptr;
}

const char* furnish(const Furniture& furniture) {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) return "make mounts private";
  raise_loopback();
  ::sethostname(furniture.hostname.c_str(), furniture.hostname.size());
  if (!furniture.hosts.empty()) {
    errno = NamesFile::mount_over_etc(furniture.hosts.c_str(), furniture.nsswitch.c_str(), furniture.resolv.c_str());
    if (errno != 0) return "mount names over /etc";
  }
  return mount_account(furniture);
}

// Reports "ready" or what failed, then waits for its end.
int hold(const Furniture& furniture, int report, int control) {
  char text[200] = "ready";
  if (const char* step = furnish(furniture)) std::snprintf(text, sizeof text, "%s: %s", step, ::strerrordesc_np(errno));
  if (::write(report, text, std::strlen(text)) < 0) return 1;
  ::close(report);
  char byte = 0;
  while (::read(control, &byte, 1) < 0 && errno == EINTR) {
  }
  return 0;
}

}  // namespace

Result<> PodSandbox::start_holder(const asio::any_io_executor& executor, const SandboxRequest& request) {
  auto report = make_pipe();
  auto control = make_pipe();
  if (!report || !control) return own_trouble("no pipe for the pod's sandbox");
  ::fcntl(control->read.get(), F_SETFL, 0);  // the holder blocks on it
  const int out = report->write.get(), in = control->read.get();
  const Furniture furniture = plan_furniture(request);
  auto holder = Process::fork(
      executor, CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC, {out, in},
      [&] { return hold(furniture, out, in); },
      [state = state_](int) {
        state->ready(own_trouble("the pod's sandbox died"));
        state->went();
      });
  if (!holder) return holder.error();
  holder_ = std::move(*holder);
  if (const auto attached = plane_.attach(holder_->pid(), address_); !attached) return attached.error();
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
