// The second half of PodMachine: probes, stopping, the end.
#include <algorithm>
#include <csignal>

#include <fmt/format.h>

#include "cluster/node/pod_machine.hpp"
#include "cluster/node/pod_status.hpp"

namespace straycat::cluster {

using std::chrono::seconds;
using State = ContainerLife::State;

ProbeMachine* ContainerLife::probe(ProbeKind kind) {
  for (ProbeMachine& candidate : probes) {
    if (candidate.kind() == kind) return &candidate;
  }
  return nullptr;
}

const ProbeMachine* ContainerLife::probe(ProbeKind kind) const { return const_cast<ContainerLife*>(this)->probe(kind); }

bool ContainerLife::started() const {
  const ProbeMachine* startup = probe(ProbeKind::startup);
  return state == State::running && (startup == nullptr || startup->passing());
}

bool ContainerLife::ready() const {
  const ProbeMachine* readiness = probe(ProbeKind::readiness);
  if (spec.role == Role::init) return done && current && current->code == 0;
  return started() && (readiness == nullptr || readiness->passing());
}

// Kubelet's order: the event, the preStop hook, SIGTERM, SIGKILL when the grace period is over (counted from here).
void PodMachine::begin_stop(std::size_t index, std::int64_t grace_seconds, const std::string& message) {
  ContainerLife& life = lives_[index];
  life.stopping = true;
  life.kill_at = now_.mono + seconds{std::max<std::int64_t>(grace_seconds, 1)};
  emit("Normal", "Killing", message, life.spec.name);
  const Handler& hook = life.spec.pre_stop;
  if (hook.kind == Handler::Kind::none || grace_seconds <= 0) return send_term(index);
  life.hook_running = true;
  if (hook.kind == Handler::Kind::sleep) {
    life.hook_ends_at = now_.mono + hook.length;
  } else {
    actions_.emplace_back(action::RunPreStop{index});
  }
}

// After a hook at least 2 s remain for the process itself (minimumGracePeriodInSeconds).
void PodMachine::send_term(std::size_t index) {
  ContainerLife& life = lives_[index];
  if (life.hook_running) life.kill_at = std::max(*life.kill_at, now_.mono + seconds{2});
  life.hook_running = false;
  life.hook_ends_at.reset();
  life.term_sent = true;
  actions_.emplace_back(action::Signal{index, SIGTERM});
}

void PodMachine::continue_stops() {
  for (std::size_t i = 0; i < lives_.size(); ++i) {
    ContainerLife& life = lives_[i];
    if (life.post_start_running && life.hook_ends_at && *life.hook_ends_at <= now_.mono) now_running(i);
    if (life.state != State::running || !life.stopping) continue;
    const bool hook_over = life.hook_ends_at && *life.hook_ends_at <= now_.mono;
    const bool grace_over = life.kill_at && *life.kill_at <= now_.mono;
    if (life.hook_running && (hook_over || grace_over)) {
      if (!hook_over) emit("Warning", "FailedPreStopHook", "PreStopHook failed", life.spec.name);
      send_term(i);
    } else if (grace_over && !life.kill_sent) {
      life.kill_sent = true;
      actions_.emplace_back(action::Signal{i, SIGKILL});
    }
  }
}

void PodMachine::run_probes() {
  for (std::size_t i = 0; i < lives_.size(); ++i) {
    ContainerLife& life = lives_[i];
    if (life.state != State::running) continue;
    for (ProbeMachine& probe : life.probes) {
      // While a pod ends only its readiness is still asked for; a container that is being restarted is left alone.
      const bool silent = probe.kind() != ProbeKind::readiness && (deleting_ || life.stopping);
      if (!silent && probe.poll(now_.mono, life.started())) {
        actions_.emplace_back(action::RunProbe{i, probe.kind(), life.restarts});
      }
    }
  }
}

bool PodMachine::observe_conditions(std::map<std::string, std::string> conditions) {
  std::erase_if(conditions, [&](const auto& each) {
    return std::count(spec_.readiness_gates.begin(), spec_.readiness_gates.end(), each.first) == 0;
  });
  if (conditions == gates_) return false;
  gates_ = std::move(conditions);
  return true;
}

bool PodMachine::observe_metadata(std::map<std::string, std::string> labels,
                                  std::map<std::string, std::string> annotations) {
  if (labels == spec_.labels && annotations == spec_.annotations) return false;
  spec_.labels = std::move(labels);
  spec_.annotations = std::move(annotations);
  return true;
}

bool PodMachine::anyone_alive() const {
  return std::any_of(lives_.begin(), lives_.end(), [](const ContainerLife& life) { return life.alive(); });
}

// Whether no main container will run again, or an init container has failed for good.
bool PodMachine::all_done() const {
  bool done = true;
  for (const ContainerLife& life : lives_) {
    const bool over = life.done || (life.state == State::ended && life.current && !wants_restart(life));
    if (life.spec.role == Role::init && over && life.current && life.current->code != 0) return true;
    if (life.spec.role == Role::main && !over) done = false;
  }
  return done;
}

// Ends what still runs (sidecars last), then the sandbox; resume() removes a deleted pod once that is gone.
void PodMachine::finish_pod() {
  bool main_alive = false;
  for (ContainerLife& life : lives_) {
    if (!life.alive()) {
      life.done = true;
      life.retry_at.reset();
    } else if (life.spec.role == Role::main || life.spec.role == Role::init) {
      main_alive = true;
    }
  }
  if (main_alive || sandbox_ == Sandbox::creating || sandbox_ == Sandbox::destroying || sandbox_ == Sandbox::gone)
    return;
  for (std::size_t i = 0; i < lives_.size(); ++i) {
    if (lives_[i].state == State::running && !lives_[i].stopping) {
      begin_stop(i, spec_.grace_seconds, "Stopping container " + lives_[i].spec.name);
    }
  }
  if (anyone_alive()) return;
  if (sandbox_ == Sandbox::none) {
    sandbox_ = Sandbox::gone;
    return;
  }
  sandbox_ = Sandbox::destroying;
  rebuilding_ = false;
  actions_.emplace_back(action::DestroySandbox{});
}

namespace {

void earliest(std::optional<Stamp>& best, const std::optional<Stamp>& candidate) {
  if (candidate && (!best || *candidate < *best)) best = candidate;
}

}  // namespace

std::optional<Stamp> PodMachine::wake_at() const {
  std::optional<Stamp> best;
  if (sandbox_ == Sandbox::none && !deleting_) earliest(best, sandbox_retry_at_);
  if (!overdue_ && sandbox_ != Sandbox::gone && sandbox_ != Sandbox::destroying) earliest(best, deadline_);
  bool may_start = sandbox_ == Sandbox::ready && !deleting_;
  for (const ContainerLife& life : lives_) {
    if (may_start && !life.alive()) earliest(best, life.retry_at);
    if (!init_passed(life)) may_start = false;
    earliest(best, life.hook_ends_at);
    if (life.state != State::running) continue;
    if (!life.kill_sent) earliest(best, life.kill_at);
    for (const ProbeMachine& probe : life.probes) {
      if (probe.kind() == ProbeKind::readiness || (!deleting_ && !life.stopping)) earliest(best, probe.next());
    }
  }
  return best;
}

void PodMachine::emit(const std::string& type, const std::string& reason, const std::string& message,
                      const std::string& container) {
  actions_.emplace_back(action::Emit{type, reason, message, container});
}

void PodMachine::publish_if_changed() {
  StatusFacts facts;
  facts.spec = &spec_;
  facts.lives = &lives_;
  facts.sandbox_ready = sandbox_ == Sandbox::ready || sandbox_ == Sandbox::destroying;
  facts.ended = sandbox_ == Sandbox::gone;
  facts.deleting = deleting_;
  facts.overdue = overdue_;
  facts.gates = &gates_;
  facts.address = address_shown_ ? address_ : "";
  facts.host_address = settings_.host_address;
  facts.start_wall_ns = start_wall_ns_;
  facts.now_wall_ns = now_.wall_ns;
  nlohmann::json fresh = make_status(facts, status_);
  if (fresh == status_) return;
  status_ = std::move(fresh);
  actions_.emplace_back(action::Publish{});
}

namespace {

struct Printer {
  std::string operator()(const action::CreateSandbox&) const { return "create sandbox"; }
  std::string operator()(const action::DestroySandbox&) const { return "destroy sandbox"; }
  std::string operator()(const action::Start& a) const { return fmt::format("start {}", a.container); }
  std::string operator()(const action::Signal& a) const { return fmt::format("signal {} {}", a.container, a.signal); }
  std::string operator()(const action::RunProbe& a) const {
    return fmt::format("probe {} {} {}", a.container, probe_name(a.kind), a.restart);
  }
  std::string operator()(const action::RunPreStop& a) const { return fmt::format("preStop {}", a.container); }
  std::string operator()(const action::RunPostStart& a) const { return fmt::format("postStart {}", a.container); }
  std::string operator()(const action::Emit& a) const {
    return fmt::format("event {} {} {}: {}", a.type, a.reason, a.container, a.message);
  }
  std::string operator()(const action::Publish&) const { return "publish"; }
  std::string operator()(const action::Remove&) const { return "remove"; }
};

}  // namespace

std::string to_string(const Action& action) { return std::visit(Printer{}, action); }

}  // namespace straycat::cluster
