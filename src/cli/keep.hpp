// `run --keep`: the embedded cluster stays up when the run is over, and the run ends all the same.
#pragma once

#include <functional>

#include "cli/commands.hpp"
#include "cli/embedded.hpp"

namespace straycat::cli {

// The process that stays: whoever typed the command waits for another, which ends with the run's exit code.
class Keeper {
 public:
  explicit Keeper(int pipe) : pipe_(pipe) {}
  // Tells how to reach the cluster and how to end it, lets the waiting one go, and returns when the cluster is to end:
  // by a signal, or since it ended itself.
  void keep(const EmbeddedCluster& cluster, int code) const;

 private:
  int pipe_;
};

// Carries out `run` in a process of its own, which gets every signal that asks this one to end, and ends with it if it
// is killed. Returns the exit code: what the run returned, or what it was kept with. Errors: no process is to be had.
[[nodiscard]] Result<int> with_keeper(const std::function<int(const Keeper&)>& run);

// Whether --keep is for this exit code. `keep`: "", "always", "failed".
[[nodiscard]] inline bool wants_kept(const std::string& keep, int code) {
  return keep == "always" || (keep == "failed" && code != 0);
}

}  // namespace straycat::cli
