// What of this machine a pod sees, and which users of it stand behind the pod's: found out once, when the node starts.
#pragma once

#include <string>
#include <vector>

#include "cluster/node/pod_root.hpp"
#include <straycat/core/result.hpp>

namespace straycat::cluster {

// A pod's user N is the machine's (as the node counts them) owner + N, for `count` users.
struct PodUsers {
  unsigned owner = 0, count = 1;
  bool own_namespace = false;  // a pod has a user namespace of its own; without, its processes have these very ids
};

// By the node's own uid_map (user_namespaces(7)): where the node counts as the machine does it is root, and its pods
// get 65,536 users that nobody else has, others for each keeper's process id. Where an ordinary user started it,
// theirs.
[[nodiscard]] PodUsers pod_users(const std::string& uid_map, unsigned keeper);

// Whether a user namespace for these users can be made here: tried in a process of its own.
[[nodiscard]] bool try_user_namespace(const PodUsers& users);

struct MachineView {
  PodUsers users;
  std::string at;                  // RootPlan::at
  std::string size;                // of a container's own files, as tmpfs counts
  std::vector<RootStep> steps;     // of every container
  std::vector<RootStep> programs;  // of those whose image is a program of the machine
  std::string self_path;           // where straycat's own program stands in every container; "" = nowhere
};

struct ViewRequest {
  std::string state_dir;  // the node's own
  unsigned keeper = 0;
  int self_exe_fd = -1;
  std::vector<std::string> shared;  // further files and folders that every pod may read, where they stand
};
[[nodiscard]] Result<MachineView> look_at_machine(const ViewRequest& request);

// What a program of the machine needs beside that: the executable file that its first word names, by path or by name,
// where no pod sees it yet. Nothing else that a command names is shown: it may be a stranger's.
[[nodiscard]] std::vector<RootStep> program_steps(const std::vector<std::string>& words);

}  // namespace straycat::cluster
