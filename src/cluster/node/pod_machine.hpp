// A pod's life, decided without I/O: what kubelet's pod worker, container runtime manager and status manager decide
// together.
//
//   resume(input, now) -> actions. Whoever owns it carries the actions out, feeds what came of them back, and calls
//   resume(Tick{}) at `wake_at()`. Rules: pkg/kubelet/kubelet_pods.go (getPhase), kuberuntime_manager.go
//   (computePodActions, doBackOff), kuberuntime_container.go (killContainer), status/generate.go (conditions).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "cluster/node/pod_spec.hpp"
#include "cluster/node/probe_machine.hpp"
#include <straycat/core/time.hpp>

namespace straycat::cluster {

// One instant on both clocks: durations are measured on `mono`, objects show `wall_ns`.
struct Moment {
  Stamp mono;
  std::int64_t wall_ns = 0;
};

struct LifecycleSettings {
  Nanos back_off_first = std::chrono::seconds{10}, back_off_most = std::chrono::minutes{5};
  std::string host_address;
  bool by_hand = false;  // no scenario has started the cluster, which could say what images are
};

namespace input {
struct Begin {};
struct SandboxReady {
  std::string address;
};
struct SandboxFailed {
  std::string message;
  bool mount = false;  // a volume's fault: nothing of the pod is made before all of them stand
};
struct SandboxGone {};  // destroyed as asked, or died
struct Started {
  std::size_t container;
  std::string id;
};
struct StartFailed {
  std::size_t container;
  std::string reason, message;
};
struct Exited {
  std::size_t container;
  int code = 0;
  bool out_of_memory = false;
  std::string message = {};  // what it left as its last word
};  // 128 + signal when a signal ended it
struct Probed {
  std::size_t container;
  ProbeKind kind;
  int restart;
  ProbeAnswer answer;
};
struct HookDone {
  std::size_t container;
  bool ok = true;
};  // preStop
struct PostStartDone {
  std::size_t container;
  bool ok = true;
};
struct Delete {
  std::int64_t grace_seconds = 30;
};  // deletionTimestamp is set, or the object is already gone
struct Tick {};
}  // namespace input
using Input = std::variant<input::Begin, input::SandboxReady, input::SandboxFailed, input::SandboxGone, input::Started,
                           input::StartFailed, input::Exited, input::Probed, input::HookDone, input::PostStartDone,
                           input::Delete, input::Tick>;

namespace action {
struct CreateSandbox {
  bool operator==(const CreateSandbox&) const = default;
};
struct DestroySandbox {
  bool operator==(const DestroySandbox&) const = default;
};
struct Start {
  std::size_t container;
  bool operator==(const Start&) const = default;
};
struct Signal {
  std::size_t container;
  int signal;
  bool operator==(const Signal&) const = default;
};
struct RunProbe {
  std::size_t container;
  ProbeKind kind;
  int restart;
  bool operator==(const RunProbe&) const = default;
};
struct RunPreStop {
  std::size_t container;
  bool operator==(const RunPreStop&) const = default;
};
struct RunPostStart {
  std::size_t container;
  bool operator==(const RunPostStart&) const = default;
};
struct Emit {
  std::string type, reason, message;
  std::string container;  // "" = about the pod
  bool operator==(const Emit&) const = default;
};
struct Publish {
  bool operator==(const Publish&) const = default;
};  // `status()` has changed
struct Remove {
  bool operator==(const Remove&) const = default;
};  // nothing is left of the pod: delete its object
}  // namespace action
using Action =
    std::variant<action::CreateSandbox, action::DestroySandbox, action::Start, action::Signal, action::RunProbe,
                 action::RunPreStop, action::RunPostStart, action::Emit, action::Publish, action::Remove>;
[[nodiscard]] std::string to_string(
    const Action& action);  // for tests and logs: "start c0", "signal c0 15", "event Killing ..."

// How a container ended.
struct Ending {
  int code = 0;
  std::string reason, message, id;
  std::int64_t started_wall_ns = 0, finished_wall_ns = 0;
};

// One container of the pod, over all its restarts.
struct ContainerLife {
  enum class State { waiting, starting, running, ended };
  ContainerSpec spec;
  State state = State::waiting;
  std::string waiting_reason, waiting_message;
  std::string id;
  std::int64_t started_wall_ns = 0;
  std::optional<Ending> current, last;  // of the present and of the previous container
  int restarts = 0;
  bool ever_created = false, done = false;  // done: it will not run again
  std::optional<Stamp> retry_at;            // when a waiting or ended one may start
  std::optional<Stamp> back_off_since;      // of the last back-off entry
  Nanos back_off{0};
  int pull_failures = 0;
  bool stopping = false, hook_running = false, term_sent = false, kill_sent = false;
  std::optional<Stamp> kill_at, hook_ends_at;  // hook_ends_at: a sleep hook
  bool post_start_running = false;  // the process is there, but counts as starting until its postStart hook is done
  std::vector<ProbeMachine> probes;

  [[nodiscard]] bool alive() const { return state == State::starting || state == State::running; }
  [[nodiscard]] ProbeMachine* probe(ProbeKind kind);
  [[nodiscard]] const ProbeMachine* probe(ProbeKind kind) const;
  [[nodiscard]] bool started() const;  // runs, and its startup probe has succeeded
  [[nodiscard]] bool ready() const;
};

class PodMachine {
 public:
  PodMachine(PodSpec spec, LifecycleSettings settings);

  std::vector<Action> resume(const Input& input, Moment now);
  [[nodiscard]] std::optional<Stamp> wake_at() const;
  // The pod's status as the API shows it, but for what others write: qosClass and the PodScheduled condition.
  [[nodiscard]] const nlohmann::json& status() const { return status_; }
  [[nodiscard]] const PodSpec& spec() const { return spec_; }
  [[nodiscard]] const std::vector<ContainerLife>& containers() const { return lives_; }
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] bool removed() const { return removed_; }
  // The object's generation grew (a spec change, a deletion): status and conditions name it. Whether it did.
  bool observe_generation(std::int64_t generation) { return std::exchange(spec_.generation, generation) != generation; }
  // What the downward API shows of the object; whether it is another than before.
  // status.conditions by type: what the pod's readiness gates ask for; whether that is other than before.
  bool observe_conditions(std::map<std::string, std::string> conditions);
  // activeDeadlineSeconds, which counts from the pod's start; whether it is another than before.
  bool observe_deadline(std::optional<std::int64_t> seconds);
  // An ephemeral container more; it starts as soon as the pod's network is there.
  void add(ContainerSpec container);
  bool observe_metadata(std::map<std::string, std::string> labels, std::map<std::string, std::string> annotations);

 private:
  enum class Sandbox { none, creating, ready, destroying, gone };

  void on(const input::Begin&);
  void on(const input::SandboxReady&);
  void on(const input::SandboxFailed&);
  void on(const input::SandboxGone&);
  void on(const input::Started&);
  void on(const input::StartFailed&);
  void on(const input::Exited&);
  void on(const input::Probed&);
  void on(const input::HookDone&);
  void on(const input::PostStartDone&);
  void on(const input::Delete&);
  void on(const input::Tick&) {}

  void now_running(std::size_t index);
  void settle();
  void start_due_containers();
  void start_if_due(std::size_t index);
  bool init_passed(const ContainerLife& life) const;
  void try_start(ContainerLife& life, std::size_t index);
  void image_missing(ContainerLife& life);
  void decide_restart(ContainerLife& life);
  [[nodiscard]] bool wants_restart(const ContainerLife& life) const;
  void begin_stop(std::size_t index, std::int64_t grace_seconds, const std::string& message);
  void continue_stops();
  void send_term(std::size_t index);
  void run_probes();
  void restart_everything();
  void finish_pod();
  void check_deadline();
  [[nodiscard]] bool all_done() const;
  [[nodiscard]] bool anyone_alive() const;
  void emit(const std::string& type, const std::string& reason, const std::string& message,
            const std::string& container = "");
  void publish_if_changed();

  PodSpec spec_;
  LifecycleSettings settings_;
  std::vector<ContainerLife> lives_;
  Sandbox sandbox_ = Sandbox::none;
  std::optional<Stamp> sandbox_retry_at_;
  std::optional<Stamp> deadline_;             // activeDeadlineSeconds
  bool overdue_ = false;                      // it is over: the pod has failed
  std::map<std::string, std::string> gates_;  // the conditions that readiness gates name
  bool begun_ = false, deleting_ = false, removed_ = false, address_shown_ = false, rebuilding_ = false;
  std::string address_;
  std::int64_t start_wall_ns_ = 0;
  Stamp begun_at_;
  nlohmann::json status_;
  Moment now_;
  std::vector<Action> actions_;
};

}  // namespace straycat::cluster
