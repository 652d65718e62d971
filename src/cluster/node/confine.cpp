#include "cluster/node/confine.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace straycat::cluster {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t own_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t own_architecture = AUDIT_ARCH_AARCH64;
#else
#error "which instruction set?"
#endif

// What reaches beyond a pod: mounts, namespaces, the kernel's own state, clocks, modules, other processes' keys.
constexpr std::array refused = {
    SYS_acct,
    SYS_add_key,
    SYS_bpf,
    SYS_clock_adjtime,
    SYS_clock_settime,
    SYS_delete_module,
    SYS_fanotify_init,
    SYS_finit_module,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fsopen,
    SYS_fspick,
    SYS_init_module,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_io_uring_setup,
    SYS_kcmp,
    SYS_kexec_file_load,
    SYS_kexec_load,
    SYS_keyctl,
    SYS_lookup_dcookie,
    SYS_mount,
    SYS_mount_setattr,
    SYS_move_mount,
    SYS_move_pages,
    SYS_nfsservctl,
    SYS_open_by_handle_at,
    SYS_open_tree,
    SYS_perf_event_open,
    SYS_pidfd_getfd,
    SYS_pivot_root,
    SYS_quotactl,
    SYS_quotactl_fd,
    SYS_reboot,
    SYS_request_key,
    SYS_setns,
    SYS_settimeofday,
    SYS_swapoff,
    SYS_swapon,
    SYS_syslog,
    SYS_umount2,
    SYS_unshare,
    SYS_userfaultfd,
    SYS_vhangup,
#if defined(__x86_64__)
    SYS__sysctl,
    SYS_create_module,
    SYS_get_kernel_syms,
    SYS_ioperm,
    SYS_iopl,
    SYS_modify_ldt,
    SYS_query_module,
    SYS_sysfs,
    SYS_uselib,
    SYS_ustat,
#endif
};

constexpr std::uint32_t new_namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                                         CLONE_NEWPID | CLONE_NEWNET | 0x80 /* CLONE_NEWTIME */;

constexpr sock_filter load(std::uint32_t offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset); }
constexpr sock_filter answer(std::uint32_t value) { return BPF_STMT(BPF_RET | BPF_K, value); }
constexpr sock_filter when(std::uint32_t value, std::uint8_t forward, std::uint8_t otherwise) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, forward, otherwise);
}

constexpr std::size_t filter_head = 5, filter_tail = 6;
using Filter = std::array<sock_filter, filter_head + refused.size() + filter_tail>;

// Layout: head; a comparison for each refused call; tail = [clone?] [its flags, 2] allow, EPERM, ENOSYS.
constexpr Filter make_filter() {
  Filter out{};
  constexpr std::size_t size = out.size(), no_permission = size - 2, unknown = size - 1;
  const auto to = [](std::size_t target, std::size_t from) { return static_cast<std::uint8_t>(target - from - 1); };
  std::size_t i = 0;
  out[i++] = load(offsetof(seccomp_data, arch));
  out[i] = when(own_architecture, 0, to(unknown, i));
  ++i;
  out[i++] = load(offsetof(seccomp_data, nr));
  out[i] = BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, to(unknown, i), 0);  // the x32 calls
  ++i;
  out[i] = when(SYS_clone3, to(unknown, i), 0);
  ++i;
  for (const auto call : refused) {
    out[i] = when(static_cast<std::uint32_t>(call), to(no_permission, i), 0);
    ++i;
  }
  out[i++] = when(SYS_clone, 0, 2);
  out[i++] = load(offsetof(seccomp_data, args[0]));
  out[i] = BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, new_namespaces, to(no_permission, i), 0);
  ++i;
  out[i++] = answer(SECCOMP_RET_ALLOW);
  out[i++] = answer(SECCOMP_RET_ERRNO | EPERM);
  out[i++] = answer(SECCOMP_RET_ERRNO | ENOSYS);
  return out;
}

constexpr Filter call_filter = make_filter();
static_assert(refused.size() + filter_tail < 256, "a jump goes 255 instructions at most");

bool bound_processes(std::uint64_t most) {
  if (most == 0) return true;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NPROC, &limit) != 0) return false;
  limit.rlim_cur = limit.rlim_max = std::min<rlim_t>(limit.rlim_max, most);
  return ::setrlimit(RLIMIT_NPROC, &limit) == 0;
}

// No process of the pod can have what is dropped here, whatever it executes.
void drop_capabilities(std::uint64_t kept) {
  for (unsigned each = 0; ::prctl(PR_CAPBSET_READ, each, 0, 0, 0) >= 0; ++each)
    if ((kept >> each & 1) == 0) ::prctl(PR_CAPBSET_DROP, each, 0, 0, 0);
}

bool keep_capabilities(std::uint64_t kept) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const auto low = static_cast<std::uint32_t>(kept), high = static_cast<std::uint32_t>(kept >> 32);
  __user_cap_data_struct before[2] = {}, data[2] = {{low, low, 0}, {high, high, 0}};
  if (::syscall(SYS_capget, &header, before) != 0) return false;
  for (int i = 0; i < 2; ++i) data[i].effective = data[i].permitted &= before[i].permitted;
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  return ::syscall(SYS_capset, &header, data) == 0;
}

constexpr std::array capability_names = {"CHOWN",
                                         "DAC_OVERRIDE",
                                         "DAC_READ_SEARCH",
                                         "FOWNER",
                                         "FSETID",
                                         "KILL",
                                         "SETGID",
                                         "SETUID",
                                         "SETPCAP",
                                         "LINUX_IMMUTABLE",
                                         "NET_BIND_SERVICE",
                                         "NET_BROADCAST",
                                         "NET_ADMIN",
                                         "NET_RAW",
                                         "IPC_LOCK",
                                         "IPC_OWNER",
                                         "SYS_MODULE",
                                         "SYS_RAWIO",
                                         "SYS_CHROOT",
                                         "SYS_PTRACE",
                                         "SYS_PACCT",
                                         "SYS_ADMIN",
                                         "SYS_BOOT",
                                         "SYS_NICE",
                                         "SYS_RESOURCE",
                                         "SYS_TIME",
                                         "SYS_TTY_CONFIG",
                                         "MKNOD",
                                         "LEASE",
                                         "AUDIT_WRITE",
                                         "AUDIT_CONTROL",
                                         "SETFCAP",
                                         "MAC_OVERRIDE",
                                         "MAC_ADMIN",
                                         "SYSLOG",
                                         "WAKE_ALARM",
                                         "BLOCK_SUSPEND",
                                         "AUDIT_READ",
                                         "PERFMON",
                                         "BPF",
                                         "CHECKPOINT_RESTORE"};
constexpr std::uint64_t every_capability = (1ULL << capability_names.size()) - 1;

bool write_proc(const char* path, const char* text) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  const auto size = static_cast<ssize_t>(std::strlen(text));
  const bool whole = fd >= 0 && ::write(fd, text, std::strlen(text)) == size;
  if (fd >= 0) ::close(fd);
  return whole;
}

// The pod's namespace has no such user: an ordinary person's has one alone. A namespace below it, where the one that
// there is bears the wanted number (user_namespaces(7)).
bool become_only(unsigned uid, unsigned gid) {
  char users[32], groups[32];
  std::snprintf(users, sizeof users, "%u 0 1", uid);
  std::snprintf(groups, sizeof groups, "%u 0 1", gid);
  if (::setresgid(0, 0, 0) != 0 || ::setresuid(0, 0, 0) != 0 || ::unshare(CLONE_NEWUSER) != 0) return false;
  ::prctl(PR_SET_DUMPABLE, 1);  // else /proc/self is the machine's root's
  const bool mapped = write_proc("/proc/self/setgroups", "deny") && write_proc("/proc/self/uid_map", users) &&
                      write_proc("/proc/self/gid_map", groups);
  ::prctl(PR_SET_DUMPABLE, 0);
  return mapped && ::setresgid(gid, gid, gid) == 0 && ::setresuid(uid, uid, uid) == 0;
}

bool take_ids(const Confinement& wanted) {
  // (uid_t)-1 is "as it is" to setresuid: it would stay the node's root.
  if (wanted.uid == ~0U || wanted.gid == ~0U) {
    errno = EINVAL;
    return false;
  }
  // An ordinary user's namespace forbids setgroups (EPERM): the person's own groups stay, and open nothing in the pod's
  // tree. Groups that the pod's namespace does not have (EINVAL): none at all, and never the node's own.
  if (::setgroups(wanted.groups.size(), wanted.groups.data()) != 0 &&
      !(errno == EINVAL && ::setgroups(0, nullptr) == 0) && errno != EPERM)
    return false;
  if (::setresgid(wanted.gid, wanted.gid, wanted.gid) == 0 && ::setresuid(wanted.uid, wanted.uid, wanted.uid) == 0)
    return true;
  return errno == EINVAL && become_only(wanted.uid, wanted.gid);
}

}  // namespace

std::optional<std::uint64_t> capability_named(std::string name) {
  for (char& letter : name) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  if (name.starts_with("CAP_")) name.erase(0, 4);
  if (name == "ALL") return every_capability;
  const auto found = std::find(capability_names.begin(), capability_names.end(), name);
  if (found == capability_names.end()) return std::nullopt;
  return 1ULL << (found - capability_names.begin());
}

std::uint64_t capabilities_of(const std::vector<std::string>& added, const std::vector<std::string>& dropped) {
  std::uint64_t out = default_capabilities;
  for (const std::string& name : dropped)
    if (capability_named(name) == every_capability) out = 0;
  for (const std::string& name : added) out |= capability_named(name).value_or(0);
  for (const std::string& name : dropped)
    if (const auto one = capability_named(name); one && *one != every_capability) out &= ~*one;
  return out;
}

const char* forbid_calls() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no new privileges";
  const sock_fprog program{static_cast<unsigned short>(call_filter.size()),
                           const_cast<sock_filter*>(call_filter.data())};
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? nullptr : "seccomp";
}

const char* confine(const Confinement& wanted) {
  if (!bound_processes(wanted.processes)) return "bound the processes";
  drop_capabilities(wanted.capabilities);  // while that may be done; a user namespace of its own brings them back
  if (!take_ids(wanted)) return "take the user's rights";
  drop_capabilities(wanted.capabilities);
  if (!keep_capabilities(wanted.uid == 0 ? wanted.capabilities : 0)) return "capset";
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // other ids forget it
  return forbid_calls();
}

}  // namespace straycat::cluster
