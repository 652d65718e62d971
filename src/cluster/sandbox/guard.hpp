// The guard process: starts inner, forwards SIGTERM to it, reaps orphans, and ends everything when inner or the keeper
// ends.
#pragma once

#include <functional>
#include <signal.h>

namespace straycat::cluster {

struct GuardTask {
  std::function<int()> inner;
  sigset_t inner_mask;            // the signal mask that inner runs with
  bool kill_descendants = false;  // no PID namespace does it
};

// Runs as the guard until inner ends. SIGINT, SIGTERM, SIGHUP and SIGCHLD must be blocked. Returns inner's exit code,
// or 128 + the signal that killed it.
int guard(const GuardTask& task, int life_fd);

}  // namespace straycat::cluster
