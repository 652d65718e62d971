// When a container is probed, and what the answers mean: kubelet's prober worker without its I/O
// (pkg/kubelet/prober/worker.go, prober_manager.go).
#pragma once

#include <optional>

#include "cluster/node/pod_spec.hpp"
#include <straycat/core/time.hpp>

namespace straycat::cluster {

enum class ProbeOutcome { success, failure };

// What came back from one probe.
struct ProbeAnswer {
  ProbeOutcome outcome = ProbeOutcome::failure;
  std::string message;   // why it failed, in kubelet's words
  bool errored = false;  // the probe could not be made at all (counts as a failure)
};

class ProbeMachine {
 public:
  // `accepted`: when the node took the pod. Kubelet's ticker starts there, not at the container's start.
  ProbeMachine(ProbeKind kind, ProbeSpec spec, Stamp accepted);

  // A new container runs: the result goes back to its initial value (ready: no; alive: yes; started: not yet).
  // Readiness is asked at once and, as kubelet does with each sync of a pod that just started, again after 100 ms and 1
  // s while it fails.
  void container_started(Stamp now);
  void container_stopped();
  // Readiness only, when the startup probe has succeeded.
  void ask_soon(Stamp now);

  // Whether a probe is to be sent now. `container_up`: its startup probe, if any, has succeeded.
  [[nodiscard]] bool poll(Stamp now, bool container_up);
  // The answer of the probe that `poll` asked for; true when the result has changed by it.
  bool finish(ProbeOutcome outcome, Stamp now);

  [[nodiscard]] std::optional<Stamp> next() const;  // when to poll again; none while a probe runs or nothing does
  [[nodiscard]] bool passing() const { return passing_; }
  [[nodiscard]] bool failed() const { return failed_; }  // the failure threshold was reached in this container
  [[nodiscard]] ProbeKind kind() const { return kind_; }
  [[nodiscard]] const ProbeSpec& spec() const { return spec_; }

 private:
  void advance(Stamp now);

  ProbeKind kind_;
  ProbeSpec spec_;
  Stamp tick_;                    // the ticker's next beat
  std::optional<Stamp> started_;  // of the running container
  std::vector<Stamp> prompts_;    // readiness: beats out of turn, earliest first
  bool passing_ = false, failed_ = false;
  bool busy_ = false, on_hold_ = false;
  std::optional<ProbeOutcome> last_;
  int run_ = 0;  // equal outcomes in a row
};

}  // namespace straycat::cluster
