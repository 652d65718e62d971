// Ending all processes below this one, without a PID namespace.
#pragma once

#include <sys/types.h>
#include <vector>

namespace straycat::cluster {

// All living descendants of `root`, by /proc/*/stat (zombies are not counted).
[[nodiscard]] std::vector<pid_t> descendants_of(pid_t root);

// Kills (SIGKILL) and reaps until nothing is left below this process. It must be a child subreaper, so that the orphans
// of those killed come to it. Gives up after 5 s (a process in uninterruptible sleep).
void kill_descendants();

}  // namespace straycat::cluster
