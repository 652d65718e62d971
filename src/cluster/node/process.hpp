// Processes of pods: clone, namespaces, exec, and the news of their end. All of them die with the thread that made
// them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "cluster/node/confine.hpp"
#include "cluster/node/pod_root.hpp"
#include "cluster/system/descriptor.hpp"
#include <straycat/core/result.hpp>

namespace straycat::cluster {

struct Command {
  std::vector<std::string> arguments;  // [0] is looked up in env's PATH; "/proc/self/exe" means `self_exe_fd`
  std::map<std::string, std::string> env;
  std::string working_dir;  // "" = /
  int self_exe_fd = -1;
  int own_programs_fd = -1;  // what "/proc/self/exe image ..." runs instead; -1: nothing else (open_own_programs)
  int in_fd = -1, out_fd = -1, err_fd = -1;  // -1: /dev/null
  bool terminal = false;                 // in_fd is a terminal's slave: it becomes the command's controlling terminal
  int join_namespaces_of = -1;           // a pidfd: enter its network, UTS and IPC namespaces
  bool join_container = false;           // and its mount and PID namespaces (an exec into a running container)
  bool join_user_namespace = false;      // and its user namespace, where pods have their own
  bool own_pid_namespace = false;        // the command is PID 1: everything that it leaves behind dies with it
                                         // (without: everything that stayed in its process group)
  std::shared_ptr<const RootPlan> root;  // a file tree of its own, in a mount namespace of its own; null: the node's
  std::shared_ptr<const Confinement> confinement;  // null: it may do what the node may
  std::string self_path;  // where `self_exe_fd`'s program stands in that tree; "" = nowhere: executed by descriptor
};

// A running child. Destroying it kills it (SIGKILL) and everything in its own PID namespace; it is reaped when the
// executor gets to it.
class Process {
 public:
  // `on_started("")` once it has executed the command, or with the reason why it could not. `on_exit` gets the exit
  // code, 128 + signal if one ended it; never called before on_started. Both run on the executor, and never after the
  // Process is gone.
  struct Handlers {
    std::function<void(const std::string& error)> on_started;
    std::function<void(int code)> on_exit;
  };
  static Result<std::unique_ptr<Process>> start(boost::asio::any_io_executor executor, const Command& command,
                                                Handlers handlers);
  // A child that runs `body` instead of a program (its result is the exit code; it must not allocate memory).
  // `namespaces`: CLONE_NEW* flags. `keep`: descriptors it may keep besides 0-2. For pod sandboxes.
  static Result<std::unique_ptr<Process>> fork(boost::asio::any_io_executor executor, int namespaces,
                                               std::vector<int> keep, const std::function<int()>& body,
                                               std::function<void(int code)> on_exit);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number);
  // To everything that stayed in its process group, too.
  void signal_all(int number);
  [[nodiscard]] pid_t pid() const;
  [[nodiscard]] int pidfd() const;

  struct State;

 private:
  explicit Process(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace straycat::cluster
