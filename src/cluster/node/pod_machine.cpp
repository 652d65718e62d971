#include "cluster/node/pod_machine.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include <fmt/format.h>

#include "cluster/node/pod_status.hpp"

namespace straycat::cluster {

using std::chrono::seconds;
using State = ContainerLife::State;

// What follows an ending is decided a moment later, so that the ended state is published by itself (kubelet's next
// sync).
constexpr Nanos kSeenEnded = std::chrono::milliseconds{1};

PodMachine::PodMachine(PodSpec spec, LifecycleSettings settings)
    : spec_(std::move(spec)), settings_(std::move(settings)) {
  for (const ContainerSpec& container : spec_.containers) {
    ContainerLife life;
    life.spec = container;
    life.waiting_reason = "ContainerCreating";
    lives_.push_back(std::move(life));
  }
  const bool initialising = std::any_of(lives_.begin(), lives_.end(), [](const auto& life) {
    return life.spec.role == Role::init || life.spec.role == Role::sidecar;
  });
  for (ContainerLife& life : lives_) {
    if (initialising) life.waiting_reason = "PodInitializing";
  }
}

std::vector<Action> PodMachine::resume(const Input& what, Moment now) {
  now_ = now;
  actions_.clear();
  if (removed_) return {};
  std::visit([this](const auto& event) { on(event); }, what);
  settle();
  publish_if_changed();
  if (deleting_ && sandbox_ == Sandbox::gone && !removed_) {
    removed_ = true;
    actions_.emplace_back(action::Remove{});
  }
  return std::exchange(actions_, {});
}

void PodMachine::on(const input::Begin&) {
  begun_ = true;
  start_wall_ns_ = now_.wall_ns;
  begun_at_ = now_.mono;
  if (spec_.active_deadline) deadline_ = now_.mono + seconds{*spec_.active_deadline};
  for (ContainerLife& life : lives_) {
    for (const ProbeKind kind : {ProbeKind::readiness, ProbeKind::liveness, ProbeKind::startup}) {
      if (const auto& probe = life.spec.probe(kind)) life.probes.emplace_back(kind, *probe, now_.mono);
    }
  }
}

void PodMachine::on(const input::SandboxReady& event) {
  sandbox_ = Sandbox::ready;
  address_ = event.address;
}

void PodMachine::on(const input::SandboxFailed& event) {
  if (event.mount)
    emit("Warning", "FailedMount", event.message);
  else
    emit("Warning", "FailedCreatePodSandBox", "Failed to create pod sandbox: " + event.message);
  sandbox_ = Sandbox::none;
  sandbox_retry_at_ = now_.mono + seconds{1};
}

void PodMachine::on(const input::SandboxGone&) {
  const bool asked = sandbox_ == Sandbox::destroying;
  sandbox_ = asked && !rebuilding_ ? Sandbox::gone : Sandbox::none;
  if (asked) return;
  emit("Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
  restart_everything();
}

// Everything of the old sandbox must end before the new one is made (its address is another).
void PodMachine::restart_everything() {
  rebuilding_ = true;
  for (std::size_t i = 0; i < lives_.size(); ++i) {
    if (lives_[i].state == State::running || lives_[i].post_start_running)
      actions_.emplace_back(action::Signal{i, SIGKILL});
    if (lives_[i].spec.role != Role::init) continue;
    if (lives_[i].current) lives_[i].last = std::exchange(lives_[i].current, std::nullopt);
    lives_[i].state = State::waiting;
    lives_[i].waiting_reason = "PodInitializing";
    lives_[i].done = false;
  }
}

void PodMachine::on(const input::Started& event) {
  ContainerLife& life = lives_.at(event.container);
  life.id = event.id;
  life.started_wall_ns = now_.wall_ns;
  life.stopping = life.hook_running = life.term_sent = life.kill_sent = false;
  life.kill_at.reset();
  life.hook_ends_at.reset();
  address_shown_ = true;
  emit("Normal", "Started", "Container started", life.spec.name);
  const Handler& hook = life.spec.post_start;
  if (hook.kind == Handler::Kind::none || deleting_) return now_running(event.container);
  life.post_start_running = true;
  if (hook.kind == Handler::Kind::sleep)
    life.hook_ends_at = now_.mono + hook.length;
  else
    actions_.emplace_back(action::RunPostStart{event.container});
}

void PodMachine::now_running(std::size_t index) {
  ContainerLife& life = lives_[index];
  if (life.current) life.last = std::exchange(life.current, std::nullopt);
  life.state = State::running;
  life.post_start_running = false;
  life.hook_ends_at.reset();
  for (ProbeMachine& probe : life.probes) probe.container_started(now_.mono);
  if (deleting_ || overdue_) begin_stop(index, spec_.grace_seconds, "Stopping container " + life.spec.name);
}

void PodMachine::on(const input::PostStartDone& event) {
  ContainerLife& life = lives_.at(event.container);
  if (!life.post_start_running) return;
  now_running(event.container);
  if (event.ok) return;
  emit("Warning", "FailedPostStartHook", "PostStartHook failed", life.spec.name);
  begin_stop(event.container, spec_.grace_seconds, "FailedPostStartHook");
}

void PodMachine::on(const input::StartFailed& event) {
  ContainerLife& life = lives_.at(event.container);
  const std::string prefix = event.reason == "CreateContainerConfigError"
                                 ? "Error: "
                                 : "Error: failed to start container \"" + life.spec.name + "\": ";
  emit("Warning", "Failed", prefix + event.message, life.spec.name);
  if (event.reason == "CreateContainerConfigError") {
    life.state = State::waiting;
    life.waiting_reason = event.reason;
    life.waiting_message = event.message;
    life.retry_at = now_.mono + settings_.back_off_first;
    return;
  }
  if (life.current) life.last = life.current;
  life.state = State::ended;
  life.current = Ending{128, "StartError", event.message, "", now_.wall_ns, now_.wall_ns};
  address_shown_ = true;
  life.retry_at = now_.mono + kSeenEnded;
}

void PodMachine::on(const input::Exited& event) {
  ContainerLife& life = lives_.at(event.container);
  if (!life.alive()) return;
  life.state = State::ended;
  const char* reason = event.out_of_memory ? "OOMKilled" : event.code == 0 ? "Completed" : "Error";
  life.current = Ending{event.code, reason, event.message, life.id, life.started_wall_ns, now_.wall_ns};
  life.stopping = life.hook_running = life.post_start_running = false;
  life.kill_at.reset();
  life.hook_ends_at.reset();
  for (ProbeMachine& probe : life.probes) probe.container_stopped();
  life.retry_at = now_.mono + kSeenEnded;
}

void PodMachine::on(const input::Probed& event) {
  ContainerLife& life = lives_.at(event.container);
  ProbeMachine* probe = life.probe(event.kind);
  if (probe == nullptr || life.state != State::running || event.restart != life.restarts) return;
  if (event.answer.outcome == ProbeOutcome::failure) {
    const char* verb = event.answer.errored ? "errored and resulted in unknown state" : "failed";
    emit("Warning", "Unhealthy", fmt::format("{} probe {}: {}", probe_name(event.kind), verb, event.answer.message),
         life.spec.name);
  }
  const bool changed = probe->finish(event.answer.outcome, now_.mono);
  if (!changed || event.kind == ProbeKind::readiness) return;
  if (probe->failed() && !life.stopping) {
    const char* kind = event.kind == ProbeKind::liveness ? "liveness" : "startup";
    begin_stop(event.container, probe->spec().grace_seconds.value_or(spec_.grace_seconds),
               fmt::format("Container {} failed {} probe, will be restarted", life.spec.name, kind));
  } else if (event.kind == ProbeKind::startup && probe->passing()) {
    if (ProbeMachine* readiness = life.probe(ProbeKind::readiness)) readiness->ask_soon(now_.mono);
  }
}

void PodMachine::on(const input::HookDone& event) {
  ContainerLife& life = lives_.at(event.container);
  if (!life.hook_running) return;
  if (!event.ok) emit("Warning", "FailedPreStopHook", "PreStopHook failed", life.spec.name);
  send_term(event.container);
}

void PodMachine::on(const input::Delete& event) {
  const bool first = !std::exchange(deleting_, true);
  spec_.grace_seconds = first ? event.grace_seconds : std::min(spec_.grace_seconds, event.grace_seconds);
  const auto grace = std::max<std::int64_t>(spec_.grace_seconds, 1);  // kubelet never kills without a second's notice
  for (std::size_t i = 0; i < lives_.size(); ++i) {
    ContainerLife& life = lives_[i];
    if (life.post_start_running) now_running(i);  // its hook is not waited for; now_running stops it
    if (life.state != State::running) continue;
    if (!life.stopping) {
      // Sidecars go on until the containers that they serve have ended.
      if (life.spec.role != Role::sidecar) begin_stop(i, grace, "Stopping container " + life.spec.name);
    } else if (life.kill_at) {
      life.kill_at = std::min(*life.kill_at, now_.mono + seconds{grace});
    }
  }
}

// ---- what follows from the present state ----

// pkg/kubelet/active_deadline.go
void PodMachine::check_deadline() {
  if (!deadline_ || overdue_ || *deadline_ > now_.mono || sandbox_ == Sandbox::gone) return;
  overdue_ = true;
  emit("Normal", deadline_reason, deadline_message);
  for (std::size_t i = 0; i < lives_.size(); ++i)
    if (lives_[i].state == State::running && !lives_[i].stopping && lives_[i].spec.role != Role::sidecar)
      begin_stop(i, spec_.grace_seconds, "Stopping container " + lives_[i].spec.name);
}

void PodMachine::settle() {
  if (!begun_) return;
  check_deadline();
  if (deleting_ || overdue_ || all_done()) {
    finish_pod();
  } else if (sandbox_ == Sandbox::none && !anyone_alive() && (!sandbox_retry_at_ || *sandbox_retry_at_ <= now_.mono)) {
    rebuilding_ = false;
    sandbox_ = Sandbox::creating;
    sandbox_retry_at_.reset();
    actions_.emplace_back(action::CreateSandbox{});
  } else if (sandbox_ == Sandbox::ready) {
    start_due_containers();
  }
  continue_stops();
  run_probes();
}

// Init containers run one after the other; the next begins when the one before has passed; then all main containers.
void PodMachine::start_due_containers() {
  for (std::size_t i = 0; i < lives_.size(); ++i)
    if (lives_[i].spec.role == Role::ephemeral) start_if_due(i);
  for (std::size_t i = 0; i < lives_.size(); ++i) {
    if (lives_[i].spec.role != Role::ephemeral) start_if_due(i);
    if (!init_passed(lives_[i])) return;
  }
}

void PodMachine::start_if_due(std::size_t index) {
  decide_restart(lives_[index]);
  try_start(lives_[index], index);
}

bool PodMachine::observe_deadline(std::optional<std::int64_t> given) {
  if (given == spec_.active_deadline || !begun_) return false;
  spec_.active_deadline = given;
  deadline_ = given ? std::optional(begun_at_ + seconds{*given}) : std::nullopt;
  return true;
}

void PodMachine::add(ContainerSpec container) {
  spec_.containers.push_back(container);
  ContainerLife life;
  life.spec = std::move(container);
  life.waiting_reason = "ContainerCreating";
  lives_.push_back(std::move(life));
}

// Whether what comes after it may start.
bool PodMachine::init_passed(const ContainerLife& life) const {
  if (life.spec.role == Role::main || life.spec.role == Role::ephemeral) return true;
  return life.spec.role == Role::sidecar ? life.started() || life.restarts > 0
                                         : life.done && life.current && life.current->code == 0;
}

void PodMachine::try_start(ContainerLife& life, std::size_t index) {
  if (life.state != State::waiting || life.done || (life.retry_at && *life.retry_at > now_.mono)) return;
  if (life.spec.program.empty() && !life.spec.tree) return image_missing(life);
  if (life.ever_created) ++life.restarts;
  life.ever_created = true;
  life.retry_at.reset();
  life.state = State::starting;
  emit("Normal", "Pulled",
       fmt::format("Container image \"{}\" already present on machine and can be accessed by the pod", life.spec.image),
       life.spec.name);
  emit("Normal", "Created", "Container created", life.spec.name);
  actions_.emplace_back(action::Start{index});
}

namespace {

// What helps.
std::string image_hint(const std::string& image, bool by_hand) {
  if (by_hand)
    return fmt::format(
        "start the cluster with `straycat cluster --image '{}=[\"COMMAND\", ...]'`, or with `--image '{}=PATH'` of a "
        "folder "
        "or of a file that docker or skopeo saved",
        image, image);
  return fmt::format(
      "map it to a command with `images: {{\"{}\": [COMMAND, ...]}}` in the scenario, or to a file that docker or "
      "skopeo saved, with `{{archive: FILE}}`",
      image);
}

}  // namespace

// Kubelet tries to pull, says so, and comes back with growing pauses, ErrImagePull and ImagePullBackOff taking turns.
void PodMachine::image_missing(ContainerLife& life) {
  const std::string& image = life.spec.image;
  const std::string how =
      fmt::format("no program is known under the image name \"{}\"; {}", image, image_hint(image, settings_.by_hand));
  const bool backing_off = life.waiting_reason == "ErrImagePull";
  if (backing_off) {
    emit("Normal", "BackOff", fmt::format("Back-off pulling image \"{}\"", image), life.spec.name);
    emit("Warning", "Failed", "Error: ImagePullBackOff", life.spec.name);
    life.waiting_reason = "ImagePullBackOff";
    life.waiting_message = fmt::format("Back-off pulling image \"{}\": ErrImagePull: {}", image, how);
    const int doublings = std::min(life.pull_failures - 1, 5);
    life.retry_at = now_.mono + std::min(settings_.back_off_first * (1 << doublings), settings_.back_off_most);
    return;
  }
  ++life.pull_failures;
  emit("Normal", "Pulling", fmt::format("Pulling image \"{}\"", image), life.spec.name);
  emit("Warning", "Failed", fmt::format("Failed to pull image \"{}\": {}", image, how), life.spec.name);
  emit("Warning", "Failed", "Error: ErrImagePull", life.spec.name);
  life.waiting_reason = "ErrImagePull";
  life.waiting_message = how;
  life.retry_at = now_.mono + std::min<Nanos>(seconds{1}, settings_.back_off_first);
}

bool PodMachine::wants_restart(const ContainerLife& life) const {
  if (life.spec.role == Role::sidecar) return true;
  if (life.spec.role == Role::ephemeral) return false;
  const bool failed = life.current->code != 0;
  if (life.spec.role == Role::init) return failed && spec_.restart_policy != "Never";
  return spec_.restart_policy == "Always" || (spec_.restart_policy == "OnFailure" && failed);
}

// The first restart is immediate, the next ones 10 s, 20 s, ... after the end of the container before; a container that
// ran for twice the longest back-off starts afresh (client-go flowcontrol.Backoff).
void PodMachine::decide_restart(ContainerLife& life) {
  if (life.state != State::ended || life.done || !life.retry_at || *life.retry_at > now_.mono) return;
  if (!wants_restart(life)) {
    life.done = true;
    life.retry_at.reset();
    return;
  }
  const Stamp ended = *life.retry_at;
  life.state = State::waiting;
  if (!life.back_off_since || ended - *life.back_off_since > 2 * settings_.back_off_most) {
    life.back_off = settings_.back_off_first;
    life.waiting_reason = "ContainerCreating";
    life.back_off_since = now_.mono;
    return;
  }
  life.waiting_reason = "CrashLoopBackOff";
  life.waiting_message =
      fmt::format("back-off {}s restarting failed container={} pod={}",
                  std::chrono::duration_cast<seconds>(life.back_off).count(), life.spec.name, spec_.full_name());
  emit("Warning", "BackOff",
       fmt::format("Back-off restarting failed container {} in pod {}", life.spec.name, spec_.full_name()),
       life.spec.name);
  life.retry_at = ended + life.back_off;
  life.back_off_since = *life.retry_at;
  life.back_off = std::min(life.back_off * 2, settings_.back_off_most);
}

}  // namespace straycat::cluster
