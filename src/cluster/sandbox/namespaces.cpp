#include "cluster/sandbox/namespaces.hpp"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cluster/system/descriptor.hpp"
#include <straycat/core/seam.hpp>

namespace straycat::cluster {
namespace {

constexpr unsigned long sandbox_namespaces = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;

Result<> write_file(const std::string& path, const std::string& text) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return system_error("write " + path);
  return {};
}

// The child's first steps: it must not outlive its parent, also when that died before this line ran. (getppid says
// nothing here: it is 0 for PID 1 of a namespace. The pipe tells.)
[[noreturn]] void live(int read_end, int write_end, int death_signal, const std::function<int(int)>& body) {
  ::close(write_end);
  ::prctl(PR_SET_PDEATHSIG, death_signal);
  if (keeper_gone(read_end)) ::_exit(0);
  ::_exit(at_the_seam("straycat cluster", [&] { return body(read_end); }));
}

template <class Clone>
Result<Child> start(const Clone& clone, int death_signal, const std::function<int(int)>& body) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe");
  Descriptor read_end(ends[0]), write_end(ends[1]);
  std::fflush(nullptr);  // or the child would print the same buffers again
  const pid_t pid = clone();
  if (pid < 0) return system_error("clone");
  if (pid == 0) live(read_end.get(), write_end.get(), death_signal, body);
  return Child{pid, write_end.release()};
}

// Where the host's /var/run is a directory of its own and not a link to /run, it must show the same.
void join_var_run() {
  char target[4096];
  struct stat seen{};
  if (::realpath("/var/run", target) == nullptr || std::string_view(target) == "/run" || ::stat(target, &seen) != 0)
    return;
  ::mount("/run", target, nullptr, MS_BIND, nullptr);
}

}  // namespace

bool keeper_gone(int life_fd) {
  pollfd waited{life_fd, POLLIN, 0};
  return ::poll(&waited, 1, 0) > 0 && (waited.revents & (POLLHUP | POLLERR)) != 0;
}

Result<Child> start_in_namespaces(Privilege privilege, const std::function<int(int)>& body) {
  const unsigned long flags =
      sandbox_namespaces | (privilege == Privilege::user_namespace ? CLONE_NEWUSER : 0) | SIGCHLD;
  return start([flags] { return static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr)); },
               SIGKILL, body);
}

Result<Child> start_plain(const std::function<int(int)>& body) {
  return start([] { return ::fork(); }, 0, body);
}

Result<> map_ids(Privilege privilege, uid_t uid, gid_t gid) {
  if (privilege == Privilege::root) return {};
  // user_namespaces(7): without setgroups denied, an unprivileged gid_map is refused.
  if (auto done = write_file("/proc/self/setgroups", "deny"); !done) return done;
  if (auto done = write_file("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1"); !done) return done;
  return write_file("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
}

Result<Mounts> make_mounts() {
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return system_error("mount / private");
  Mounts mounts;
  mounts.own_proc = ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0;
  if (::mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0)
    return system_error("mount tmpfs on /run");
  join_var_run();
  mounts.state_dir = "/run/straycat";
  if (::mkdir(mounts.state_dir.c_str(), 0755) != 0) return system_error("mkdir " + mounts.state_dir);
  return mounts;
}

}  // namespace straycat::cluster
