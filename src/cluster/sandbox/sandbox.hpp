// The embedded cluster's processes, and the namespaces in which everything of it lives and dies.
//
//   keeper (the program as the person started it)     host's namespaces; owns listener, kubeconfig, files named by the
//   person
//     `- guard                                        PID 1 of new (user,) net, mount, PID, IPC and UTS namespaces;
//     only reaps
//          `- inner                                   the cluster itself: API server, controllers, node
//               `- pods ...
//
// Whoever of them dies, by whatever signal and at whatever moment, all below die with it: the guard gets SIGKILL when
// the keeper ends (PR_SET_PDEATHSIG, and a pipe against the race of a keeper that was gone before), the kernel kills a
// PID namespace with its PID 1, and the guard ends when inner ends. Nothing is written to a disk: state stands in a
// tmpfs that only the guard's mount namespace knows.
//
// In the loopback fallback the shape is the same without namespaces: keeper and guard are child subreapers, so that
// what a dead pod leaves behind falls to one of them, and each kills all its descendants when the one below or above it
// is gone (the guard has no death signal there). (Only when both get SIGKILL in the same instant can a *grandchild* of
// a pod survive there.)
#pragma once

#include <functional>
#include <string>

#include "cluster/dataplane/planes.hpp"
#include <straycat/cluster/cluster.hpp>
#include <straycat/core/result.hpp>

namespace straycat::cluster {

// What the inner process is given. All file descriptors are close-on-exec and stay open as long as the process.
struct SandboxSetup {
  PlaneKind plane = PlaneKind::loopback;
  std::string
      plane_reason;    // for the fallback: why not the kernel's ("unshare: Operation not permitted"), or "asked for"
  int listen_fd = -1;  // bound to 127.0.0.1:port in the host's network namespace, listening, non-blocking
  int port = 0;
  int kubeconfig_fd = -1;       // an empty memory file, mode 0600, to be filled
  std::string kubeconfig_path;  // "/proc/KEEPER/fd/N": where everybody else of this user finds it
  int kubeconfig_copy_fd =
      -1;                // Options::kubeconfig_file, empty, mode 0600; the keeper removes it at the end. -1: none asked
  int truth_fd = -1;     // Options::truth_file, opened for appending; -1: none asked
  int keeper = 0;        // its process id, as the host counts
  int self_exe_fd = -1;  // this program, for fexecve: /proc/self/exe may be out of reach inside
  std::string state_dir;  // "/run/straycat" on a tmpfs, empty, mode 0755, exists; "" in the fallback (use memory files)
  bool own_proc = false;  // /proc shows the sandbox's own PIDs. False in the fallback and in containers that mask
                          // /proc: then only /proc/self is right there; use pidfds for other processes
};

// Runs `inner` in the sandbox that the options ask for and the machine allows, and waits for its end. SIGINT, SIGTERM
// and SIGHUP are forwarded as SIGTERM to inner, which ends by returning from the function; a second one, or 10 s, kill
// it. Must be called before the process has started a thread. Returns inner's code; 4, with the reason on standard
// error, when the sandbox could not be made or inner was killed. In inner, `inner` runs with the signal mask and
// dispositions of the caller, in a session of its own (Ctrl-C reaches only the keeper), and orphans are reaped by the
// guard. An inner that SIGTERM ends because it did not listen for it yet counts as 0 when the keeper was asked to end.
int run_in_sandbox(const Options& options, const std::function<int(const SandboxSetup&)>& inner);

// The whole path of the kernel data plane tried in forked children: namespaces, mounts, a pod's wire, NAT, a connection
// through a Service to that pod. Nothing is left behind. The error has the kernel's words and the step that failed.
[[nodiscard]] Result<> probe_kernel_plane();

}  // namespace straycat::cluster
