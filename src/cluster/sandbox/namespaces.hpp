// Making the namespaces of a sandbox, and the one way to start a process in them.
#pragma once

#include <functional>
#include <string>
#include <sys/types.h>

#include <straycat/core/result.hpp>

namespace straycat::cluster {

// How a process gets namespaces of its own: as root directly, or by a user namespace in which it is root.
enum class Privilege { root, user_namespace };

struct Child {
  pid_t pid = -1;
  int life_fd = -1;  // write end of a pipe that only the parent holds: its closing is the parent's end
};

// Starts a process as PID 1 of new net, mount, PID, IPC and UTS namespaces (by `privilege`), which dies with this
// process. There `body(life_fd)` runs with every signal of the caller's mask still blocked; its result is the exit
// code. A raw clone, because unshare(CLONE_NEWUSER) fails with EINVAL in any process that has a second thread
// (ThreadSanitizer's runtime has one). The error names the step: "clone: Operation not permitted".
[[nodiscard]] Result<Child> start_in_namespaces(Privilege privilege, const std::function<int(int life_fd)>& body);

// The same without namespaces (the loopback fallback). No signal at this process' end: the child must live on to end
// its own descendants, and learns of it by `life_fd`.
[[nodiscard]] Result<Child> start_plain(const std::function<int(int life_fd)>& body);

struct Mounts {
  bool own_proc = false;
  std::string state_dir;
};

// In the new namespaces: becomes root of the user namespace that `privilege` made. `uid` and `gid` are the person's,
// taken before.
[[nodiscard]] Result<> map_ids(Privilege privilege, uid_t uid, gid_t gid);

// In the new mount namespace: cuts it off from the host's, mounts an own /proc (refused in containers that mask the
// host's: goes on without) and a tmpfs over /run, which also hides the host's name service daemons from pods.
[[nodiscard]] Result<Mounts> make_mounts();

// Whether the process at the other end of `life_fd` is gone.
[[nodiscard]] bool keeper_gone(int life_fd);

}  // namespace straycat::cluster
