// One pod on this node: carries out what its PodMachine decides (namespaces, processes, probes, hooks, logs, status,
// events) and tells it what came of it.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "cluster/dataplane/dataplane.hpp"
#include "cluster/node/environment.hpp"
#include "cluster/node/log_book.hpp"
#include "cluster/node/pod_command.hpp"
#include "cluster/node/pod_machine.hpp"
#include "cluster/node/pod_sandbox.hpp"
#include "cluster/node/pod_volumes.hpp"
#include "cluster/node/prober.hpp"
#include "cluster/node/warden.hpp"
#include "cluster/store/store.hpp"

namespace straycat::cluster {

// What every pod of a node needs; outlives them.
struct NodeTools {
  boost::asio::io_context& io;
  Store& store;
  DataPlane& plane;
  std::string state_dir;                 // the node's own files; "" = none (the fallback)
  std::string name_server;               // of the cluster; "" = none (the fallback, which mounts no files either)
  Warden* warden = nullptr;              // null: nothing can be watched (the fallback, or a masked /proc)
  const MachineView* machine = nullptr;  // what pods see of this machine; null: all of it (the fallback)
  LifecycleSettings lifecycle;
  int self_exe_fd = -1;
  Descriptor own_programs = {};  // open_own_programs
  std::string api_host;          // KUBERNETES_SERVICE_HOST; "" = not set (the fallback has KUBECONFIG instead)
  int api_port = 443;
  bool away = false;  // the node is cut off: nothing that it says arrives
  // ca.crt and namespace of a service account, by file name; and a token for one of its pods.
  std::function<std::map<std::string, std::string>(const std::string& ns)> account_files;
  std::function<std::string(const PodSpec& pod, const VolumePart& part)> account_token;
  // The fallback's way to sign in: the path of a kubeconfig for that account.
  std::function<std::string(const std::string& ns, const std::string& account)> account_kubeconfig;
  // What a container's image stands for: fills in its `program` or `tree`.
  std::function<void(ContainerSpec& container)> find_image;
  // How much later than asked its containers start: a fault on order.
  std::function<Nanos(const json& pod)> start_delay;
  // Writes an Event about the pod; `container` "" = about the pod as a whole.
  std::function<void(const json& pod, const std::string& container, const std::string& type, const std::string& reason,
                     const std::string& message)>
      record;
};

class PodRunner : public std::enable_shared_from_this<PodRunner> {
 public:
  // `pod`: its object. `on_removed`: nothing is left of it on this node.
  PodRunner(NodeTools& tools, Object pod, PodSpec spec, std::function<void()> on_removed);
  ~PodRunner();
  PodRunner(const PodRunner&) = delete;
  PodRunner& operator=(const PodRunner&) = delete;

  void begin();
  // The object has changed.
  void observe(const Object& pod);
  // A ConfigMap or Secret of its namespace has: what its volumes show follows (the environment does not).
  void refresh_volumes();
  // Delete with this grace (the object has a deletionTimestamp, or is gone: 0).
  void end(std::int64_t grace_seconds);
  // The node is in reach again: tells what it could not, or ends when its object is gone.
  void catch_up(bool object_is_there);
  // SIGKILL to everything, at once, without a word to the store.
  void kill();

  // Faults on order: to the main process of a container, or of each; false when none runs.
  bool signal(const std::string& container, int number, bool all);
  bool run_out_of_memory(const std::string& container);

  [[nodiscard]] const PodMachine& machine() const { return machine_; }
  // The log of a container's present or previous instance; null when it never ran.
  [[nodiscard]] std::shared_ptr<LogBook> log(const std::string& container, bool previous) const;
  // A running container's streams; null when it does not run.
  [[nodiscard]] std::shared_ptr<Console> console(const std::string& container) const;
  // A TCP socket in the pod's network, and what to dial with it (Node::streams).
  [[nodiscard]] Result<PodSocket> socket() const;
  // A further process of a container (Node::command_in).
  [[nodiscard]] Result<Command> command_in(const std::string& container, const std::vector<std::string>& words) const;

 private:
  struct Output;
  // What runs for one container.
  struct Slot {
    std::unique_ptr<Process> process;
    std::array<std::shared_ptr<Output>, 2> outputs;
    std::shared_ptr<LogBook> book, previous_book;
    std::shared_ptr<Console> console;
    std::map<std::string, std::string> env;          // of the present instance, for exec probes and hooks
    std::shared_ptr<const Confinement> confinement;  // the same
    std::map<ProbeKind, Attempt> probes;
    std::vector<Attempt> hook;
    std::string message;         // on the machine: where it leaves its last word; "" = nowhere
    int instance = 0;            // news of older instances is ignored
    bool out_of_memory = false;  // the present instance ends so
  };

  void feed(const Input& what);
  void add_ephemeral(std::vector<ContainerSpec> containers);
  void arm_timer();
  void act(const action::CreateSandbox&);
  void act(const action::DestroySandbox&);
  void act(const action::Start&);
  void act(const action::Signal&);
  void act(const action::RunProbe&);
  void act(const action::RunPreStop&);
  void act(const action::RunPostStart&);
  void act(const action::Emit&);
  void act(const action::Publish&);
  void act(const action::Remove&);

  [[nodiscard]] Result<SandboxRequest> sandbox_request();
  [[nodiscard]] PodFacts facts();
  [[nodiscard]] static std::string working_dir(const ContainerSpec& container);
  Result<> make_volumes();
  Result<> add_volumes(std::vector<RootStep>& steps, const ContainerSpec& container,
                       const std::map<std::string, std::string>& env);
  [[nodiscard]] Result<Command> container_command(std::size_t index);
  [[nodiscard]] Result<std::shared_ptr<const RootPlan>> container_root(std::size_t index,
                                                                       const std::map<std::string, std::string>& env);
  [[nodiscard]] Result<Confinement> container_confinement(std::size_t index) const;
  [[nodiscard]] Result<> check_user(const ContainerSpec& container) const;
  [[nodiscard]] std::optional<unsigned> volume_group() const;
  [[nodiscard]] Command exec_command(std::size_t index, const std::vector<std::string>& words) const;
  [[nodiscard]] Attempt attempt(std::size_t index, const Handler& handler, Nanos timeout, OnAnswer on_answer);
  Result<> launch(std::size_t index);
  Result<std::array<Descriptor, 2>> open_streams(std::size_t index, Command& command, std::vector<Descriptor>& theirs);
  void start_now(std::size_t index);
  // Calls f with each slot of that container, of every one where it is "", in which a process runs; whether there was
  // any.
  template <class F>
  bool each_running(const std::string& container, F f) {
    bool any = false;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const bool meant = container.empty() || machine_.spec().containers[i].name == container;
      if (!meant || !slots_[i].process) continue;
      any = true;
      f(slots_[i]);
    }
    return any;
  }
  void pump(const std::shared_ptr<Output>& output);
  void watch_memory(std::size_t index, int instance);
  void container_ended(std::size_t index, int instance, int code);
  void drain_and_close(Slot& slot);
  [[nodiscard]] std::string last_word(std::size_t index, int code) const;
  // A callback that does nothing once the runner is gone.
  template <class F>
  auto guarded(F f) {
    return [weak = weak_from_this(), f = std::move(f)](auto&&... arguments) {
      if (const auto self = weak.lock()) f(*self, std::forward<decltype(arguments)>(arguments)...);
    };
  }

  NodeTools& tools_;
  Object pod_;
  PodMachine machine_;
  std::function<void()> on_removed_;
  std::unique_ptr<PodVolumes> volumes_;  // null: nothing can be mounted (the fallback)
  std::unique_ptr<PodSandbox> sandbox_;
  std::vector<Slot> slots_;
  bool removal_due_ = false;  // nothing is left of it, and nobody could be told
  boost::asio::steady_timer timer_;
};

}  // namespace straycat::cluster
