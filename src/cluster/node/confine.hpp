// What a pod's process may do, once it stands in its namespaces and its file tree: an unprivileged user of the machine,
// with the capabilities that a container runtime grants within its own user namespace, and without the system calls
// that reach beyond it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace straycat::cluster {

// What containerd and docker grant: CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP,
// NET_BIND_SERVICE, NET_RAW, SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP (oci/spec.go, defaultUnixCaps).
inline constexpr std::uint64_t default_capabilities = 0xa80425fb;

struct Confinement {
  unsigned uid = 0, gid = 0;  // as its user namespace counts them; without one, as the machine does
  std::vector<unsigned> groups;
  std::uint64_t capabilities =
      default_capabilities;     // bit N is capability N of capabilities(7); a user other than 0 has none
  std::uint64_t processes = 0;  // at most so many of this user in the pod; 0: no bound
};

// "NET_ADMIN", "CAP_NET_ADMIN", "ALL", in any case; nothing for a name that is none.
[[nodiscard]] std::optional<std::uint64_t> capability_named(std::string name);
// The container runtime's own, with these added and dropped (containerd pkg/cri/server: a dropped ALL comes first).
[[nodiscard]] std::uint64_t capabilities_of(const std::vector<std::string>& added,
                                            const std::vector<std::string>& dropped);

// In the child, after which nothing of it can be taken back; takes no memory. Null, or the step that failed (errno).
const char* confine(const Confinement& wanted);

// The filter alone (seccomp(2)), for tests: EPERM for what docker's default profile refuses to a container without
// further capabilities, ENOSYS for clone3, whose flags no filter can read, and for other instruction sets.
const char* forbid_calls();

}  // namespace straycat::cluster
