#include "cluster/sandbox/probe.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cluster/dataplane/kernel_plane.hpp"
#include "cluster/sandbox/sandbox.hpp"
#include "cluster/system/descriptor.hpp"

namespace straycat::cluster {
namespace {

constexpr int probe_patience_ms = 3000;
constexpr std::uint16_t pod_port = 3000;

sockaddr_in socket_address(const char* address, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  ::inet_pton(AF_INET, address, &out.sin_addr);
  return out;
}

bool say_word(int fd, char word) { return ::send(fd, &word, 1, MSG_NOSIGNAL) == 1; }

bool hear(int fd) {
  pollfd waited{fd, POLLIN, 0};
  char word = 0;
  return ::poll(&waited, 1, probe_patience_ms) == 1 && ::recv(fd, &word, 1, 0) == 1;
}

// A pod, as small as it can be: an own network and hosts file, a listener. Ends with PID 1, or when its line is cut.
[[noreturn]] void live_as_pod(int line, const std::string& hosts) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) ::_exit(1);
  if (::mount(hosts.c_str(), "/etc/hosts", nullptr, MS_BIND, nullptr) != 0) ::_exit(2);
  if (!say_word(line, 'u') || !hear(line)) ::_exit(3);
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto any = socket_address("0.0.0.0", pod_port);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0 || ::listen(listener, 1) != 0)
    ::_exit(4);
  if (!say_word(line, 'l')) ::_exit(5);
  char word;
  (void)::recv(line, &word, 1, 0);
  ::_exit(0);
}

Result<> connect_to(const char* address, std::uint16_t port) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto target = socket_address(address, port);
  const std::string what = "connect to a pod through its Service";
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0 && errno != EINPROGRESS)
    return system_error(what);
  pollfd waited{socket.get(), POLLOUT, 0};
  if (::poll(&waited, 1, probe_patience_ms) != 1) return system_error(what, ETIMEDOUT);
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return system_error(what, error);
  return {};
}

// In the probe's namespaces, with the pod's process waiting at the other end of `line`.
Result<> serve_pod(KernelDataPlane& plane, pid_t pod, int line) {
  if (!hear(line)) return own_trouble("a pod's own network and mount namespace: refused");
  const auto address = plane.allocate_address();
  if (!address) return address.error();
  if (auto done = plane.attach(pod, *address); !done) return done;
  if (!say_word(line, 'g') || !hear(line)) return own_trouble("a pod could not listen");
  ServiceTable table;
  table.rules.push_back({"default", "probe", "", "10.96.0.1", 80, {{*address, pod_port, "probe"}}});
  if (auto done = plane.apply(table); !done) return done;
  return connect_to("10.96.0.1", 80);
}

// What a pod's own file tree takes of the kernel (Linux 5.2): else pods would see the person's files.
Result<> try_own_tree() {
  const int copy = ::open_tree(AT_FDCWD, "/usr", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (copy < 0) return system_error("a file tree of a pod's own: open_tree");
  ::close(copy);
  return {};
}

Result<> whole_path(const Mounts& mounts) {
  if (auto done = try_own_tree(); !done) return done;
  auto plane = KernelDataPlane::create();
  if (!plane) return plane.error();
  const std::string hosts = mounts.state_dir + "/hosts";
  if (const Descriptor file(::open(hosts.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644)); !file)
    return system_error("open " + hosts);
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return system_error("socketpair");
  const Descriptor here(ends[0]);
  Descriptor there(ends[1]);
  const pid_t pod = ::fork();
  if (pod < 0) return system_error("fork");
  if (pod == 0) live_as_pod(there.get(), hosts);
  there.reset();
  return serve_pod(**plane, pod, here.get());
}

Result<> as_root_of_namespaces(Privilege privilege, uid_t uid, gid_t gid,
                               const std::function<Result<>(const Mounts&)>& step) {
  if (auto done = map_ids(privilege, uid, gid); !done) return done;
  const auto mounts = make_mounts();
  if (!mounts) return mounts.error();
  return step(*mounts);
}

// All that comes until the other side closes.
std::string read_all(int fd) {
  std::string out;
  char buffer[512];
  ssize_t size;
  while ((size = ::read(fd, buffer, sizeof buffer)) > 0 || (size < 0 && errno == EINTR))
    if (size > 0) out.append(buffer, static_cast<std::size_t>(size));
  return out;
}

}  // namespace

Result<> attempt(Privilege privilege, const std::function<Result<>(const Mounts&)>& step) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe");
  const Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  const auto uid = ::geteuid();
  const auto gid = ::getegid();
  const auto child = start_in_namespaces(privilege, [&](int) {
    const auto done = as_root_of_namespaces(privilege, uid, gid, step);
    const std::string words = done ? "ok" : done.error().message;
    return ::write(writer.get(), words.data(), words.size()) > 0 ? 0 : 1;
  });
  if (!child) return child.error();
  writer.reset();
  const auto words = read_all(reader.get());
  ::close(child->life_fd);
  while (::waitpid(child->pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (words == "ok") return {};
  return own_trouble(words.empty() ? "the probe was killed" : words);
}

Result<> try_privilege(Privilege privilege) { return attempt(privilege, whole_path); }

Result<Privilege> find_privilege() {
  // A root that lacks CAP_SYS_ADMIN or CAP_NET_ADMIN (a container's) may still get both in a user namespace.
  if (::geteuid() == 0 && try_privilege(Privilege::root)) return Privilege::root;
  if (auto done = try_privilege(Privilege::user_namespace); !done) return done.error();
  return Privilege::user_namespace;
}

Result<> probe_kernel_plane() {
  const auto found = find_privilege();
  if (!found) return found.error();
  return {};
}

}  // namespace straycat::cluster
