#include "cluster/node/pod_runner.hpp"

#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <stdexcept>
#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "cluster/kinds/json_help.hpp"
#include "cluster/node/pod_status.hpp"

namespace straycat::cluster {

namespace asio = boost::asio;

namespace {

Moment now() { return {monotonic_now(), wall_now_ns()}; }

// The fallback can mount nothing, and says so where more than the service account's files is wanted.
Result<> check_mounts(const PodSpec& spec) {
  for (const ContainerSpec& container : spec.containers) {
    for (const VolumeMount& mount : container.mounts) {
      if (mount.path != account_path)
        return bad_input(
            fmt::format("the loopback fallback mounts nothing, not volume \"{}\" at {}", mount.name, mount.path));
    }
  }
  return {};
}

}  // namespace

PodRunner::PodRunner(NodeTools& tools, Object pod, PodSpec spec, std::function<void()> on_removed)
    : tools_(tools),
      pod_(std::move(pod)),
      machine_(std::move(spec), tools.lifecycle),
      on_removed_(std::move(on_removed)),
      timer_(tools.io) {
  slots_.resize(machine_.spec().containers.size());
  if (tools_.machine != nullptr)
    volumes_ =
        std::make_unique<PodVolumes>(tools_.state_dir + "/pods/" + machine_.spec().uid, tools_.machine->users.owner);
}

PodRunner::~PodRunner() {
  for (const Slot& slot : slots_)
    if (tools_.warden != nullptr && slot.process) tools_.warden->forget(slot.process->pid());
}

void PodRunner::begin() { feed(input::Begin{}); }

void PodRunner::observe(const Object& pod) {
  pod_ = pod;
  bool changed = machine_.observe_generation(integer_or(object_or_empty(*pod, "metadata"), "generation", 1));
  PodSpec now = parse_pod(*pod);
  add_ephemeral(std::move(now.containers));
  if (machine_.observe_metadata(std::move(now.labels), std::move(now.annotations))) refresh_volumes();
  // Posted: this may be the change that a step of the machine's own has just made.
  if (machine_.observe_deadline(now.active_deadline)) changed = true;
  if (machine_.observe_conditions(conditions_of(*pod)) || changed)
    asio::post(tools_.io, guarded([](PodRunner& self) { self.feed(input::Tick{}); }));
}

// Those that the machine does not know yet.
void PodRunner::add_ephemeral(std::vector<ContainerSpec> containers) {
  const auto known = machine_.spec().containers.size();
  for (ContainerSpec& container : containers) {
    const auto& all = machine_.spec().containers;
    const bool there = std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.name == container.name; });
    if (container.role != Role::ephemeral || there) continue;
    if (tools_.find_image) tools_.find_image(container);
    machine_.add(std::move(container));
  }
  if (machine_.spec().containers.size() == known) return;
  slots_.resize(machine_.spec().containers.size());
  asio::post(tools_.io, guarded([](PodRunner& self) { self.feed(input::Tick{}); }));
}

void PodRunner::end(std::int64_t grace_seconds) { feed(input::Delete{grace_seconds}); }

void PodRunner::kill() {
  timer_.cancel();
  for (Slot& slot : slots_) {
    if (slot.process) slot.process->signal(SIGKILL);
  }
  if (sandbox_) sandbox_->destroy();
}

void PodRunner::feed(const Input& what) {
  const auto self = shared_from_this();
  for (const Action& action : machine_.resume(what, now())) {
    std::visit([this](const auto& act_on) { act(act_on); }, action);
  }
  arm_timer();
}

void PodRunner::arm_timer() {
  const auto at = machine_.wake_at();
  timer_.cancel();
  if (!at) return;
  timer_.expires_at(asio::steady_timer::time_point(std::chrono::nanoseconds(at->ns)));  // both are CLOCK_MONOTONIC
  timer_.async_wait(guarded([](PodRunner& self, const boost::system::error_code& error) {
    if (!error) self.feed(input::Tick{});
  }));
}

// ---- actions; what they find out is fed back later, never from inside ----

Result<SandboxRequest> PodRunner::sandbox_request() {
  SandboxRequest out;
  const PodSpec& spec = machine_.spec();
  out.hostname = spec.hostname;
  for (const auto& [name, value] : spec.sysctls) {
    if (!is_safe_sysctl(name)) return bad_input(fmt::format("forbidden sysctl: \"{}\" not allowlisted", name));
    out.sysctls.emplace_back(name, value);
  }
  if (tools_.machine != nullptr) out.users = tools_.machine->users;
  auto address = tools_.plane.allocate_address();  // last: nobody gives it back where there is no sandbox
  if (!address) return address.error();
  out.address = *address;
  return out;
}

void PodRunner::act(const action::CreateSandbox&) {
  if (const auto mounts = volumes_ ? make_volumes() : check_mounts(machine_.spec()); !mounts) {
    asio::post(tools_.io, guarded([message = mounts.error().message](PodRunner& self) {
                 self.feed(input::SandboxFailed{message, true});
               }));
    return;
  }
  auto request = sandbox_request();
  Result<std::unique_ptr<PodSandbox>> made = own_trouble("");
  if (request) {
    const auto ready = guarded([address = request->address](PodRunner& self, const Result<>& result) {
      if (!result) self.sandbox_.reset();
      self.feed(result ? Input(input::SandboxReady{address})
                       : Input(input::SandboxFailed{result.error().message, false}));
    });
    const auto gone = guarded([](PodRunner& self) {
      self.sandbox_.reset();
      self.feed(input::SandboxGone{});
    });
    made = PodSandbox::create(tools_.io.get_executor(), tools_.plane, *request, ready, gone);
  } else {
    made = request.error();
  }
  if (made) {
    sandbox_ = std::move(*made);
    return;
  }
  asio::post(tools_.io, guarded([message = made.error().message](PodRunner& self) {
               self.feed(input::SandboxFailed{message, false});
             }));
}

void PodRunner::act(const action::DestroySandbox&) { sandbox_->destroy(); }

bool PodRunner::signal(const std::string& container, int number, bool all) {
  return each_running(container,
                      [&](Slot& slot) { all ? slot.process->signal_all(number) : slot.process->signal(number); });
}

bool PodRunner::run_out_of_memory(const std::string& container) {
  return each_running(container, [](Slot& slot) {
    slot.out_of_memory = true;
    slot.process->signal(SIGKILL);
  });
}

// What came meanwhile (a deletion) is fed by itself: a container that is not waited for any more is not started.
void PodRunner::act(const action::Start& action) {
  const Nanos later = tools_.start_delay ? tools_.start_delay(*pod_) : Nanos{};
  if (later <= Nanos{}) return start_now(action.container);
  const auto timer = std::make_shared<asio::steady_timer>(tools_.io, later);
  timer->async_wait(guarded([timer, index = action.container](PodRunner& self, const boost::system::error_code&) {
    if (self.sandbox_ && self.machine_.containers()[index].state == ContainerLife::State::starting)
      self.start_now(index);
  }));
}

void PodRunner::start_now(std::size_t index) {
  const auto launched = launch(index);
  if (launched) return;
  const bool config = launched.error().fault == Fault::bad_input;
  asio::post(tools_.io, guarded([index, config, message = launched.error().message](PodRunner& self) {
               self.feed(input::StartFailed{index, config ? "CreateContainerConfigError" : "StartError", message});
             }));
}

void PodRunner::act(const action::Signal& action) {
  if (const auto& process = slots_[action.container].process) process->signal(action.signal);
}

Command PodRunner::exec_command(std::size_t index, const std::vector<std::string>& words) const {
  const Slot& slot = slots_[index];
  Command out;
  out.arguments = words;
  out.env = slot.env;
  out.working_dir = working_dir(machine_.spec().containers[index]);
  out.self_exe_fd = tools_.self_exe_fd;
  out.own_programs_fd = tools_.own_programs.get();
  if (slot.process && sandbox_ && sandbox_->pidfd() >= 0) {
    out.join_namespaces_of = slot.process->pidfd();
    out.join_container = true;
    out.join_user_namespace = tools_.machine != nullptr && tools_.machine->users.own_namespace;
    out.confinement = slot.confinement;
    out.self_path = tools_.machine != nullptr ? tools_.machine->self_path : "";
  }
  return out;
}

std::shared_ptr<Console> PodRunner::console(const std::string& container) const {
  const auto& lives = machine_.containers();
  for (std::size_t i = 0; i < lives.size(); ++i)
    if (lives[i].spec.name == container && lives[i].state == ContainerLife::State::running) return slots_[i].console;
  return nullptr;
}

// A socket stays in the network that its thread stood in when it made it: no process has to enter the pod.
Result<PodSocket> PodRunner::socket() const {
  if (machine_.address().empty()) return bad_input("the pod has no network yet");
  const bool apart = sandbox_ && sandbox_->pidfd() >= 0;
  Descriptor home;
  if (apart) home.reset(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (apart && (!home || ::setns(sandbox_->pidfd(), CLONE_NEWNET) != 0)) return system_error("enter the pod's network");
  PodSocket out{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                apart ? "127.0.0.1" : machine_.address()};
  const int error = errno;
  // Nothing of this thread could go on in a pod's network.
  if (apart && ::setns(home.get(), CLONE_NEWNET) != 0) throw std::runtime_error("the way back from a pod's network");
  if (out.fd < 0) return system_error("a socket in the pod", error);
  return out;
}

Result<Command> PodRunner::command_in(const std::string& container, const std::vector<std::string>& words) const {
  const auto& lives = machine_.containers();
  for (std::size_t i = 0; i < lives.size(); ++i) {
    if (lives[i].spec.name == container && lives[i].state == ContainerLife::State::running && slots_[i].process)
      return exec_command(i, words);
  }
  return bad_input(fmt::format("container not found (\"{}\")", container));
}

Attempt PodRunner::attempt(std::size_t index, const Handler& handler, Nanos timeout, OnAnswer on_answer) {
  const auto executor = tools_.io.get_executor();
  const OpenSocket from_here = [this] { return tools_.plane.open_socket(); };
  switch (handler.kind) {
    case Handler::Kind::exec:
      return probe_exec(executor, exec_command(index, handler.command), timeout, std::move(on_answer));
    case Handler::Kind::tcp:
      return probe_tcp(executor, handler, machine_.address(), timeout, std::move(on_answer), from_here);
    case Handler::Kind::http:
      return probe_http(executor, handler, machine_.address(), timeout, std::move(on_answer), from_here);
    default:
      asio::post(executor,
                 [on_answer] { on_answer({ProbeOutcome::failure, "this node speaks only http, tcp and exec", true}); });
      return Attempt(nullptr);
  }
}

void PodRunner::act(const action::RunProbe& action) {
  const ProbeSpec& probe = *machine_.spec().containers[action.container].probe(action.kind);
  auto done = guarded([action](PodRunner& self, ProbeAnswer answer) {
    self.feed(input::Probed{action.container, action.kind, action.restart, std::move(answer)});
  });
  Attempt made = attempt(action.container, probe.handler, std::chrono::seconds{probe.timeout}, done);
  slots_[action.container].probes.insert_or_assign(action.kind, std::move(made));
}

// Kubelet gives the hook the whole grace period; the machine counts that, so the limit here is only a backstop.
void PodRunner::act(const action::RunPreStop& action) {
  const std::size_t index = action.container;
  auto done = guarded([index](PodRunner& self, const ProbeAnswer& answer) {
    self.feed(input::HookDone{index, answer.outcome == ProbeOutcome::success});
  });
  const Nanos limit = std::chrono::seconds{machine_.spec().grace_seconds + 1};
  slots_[index].hook.clear();
  slots_[index].hook.push_back(attempt(index, machine_.spec().containers[index].pre_stop, limit, done));
}

// Kubelet sets no limit to a postStart hook.
void PodRunner::act(const action::RunPostStart& action) {
  const std::size_t index = action.container;
  auto done = guarded([index](PodRunner& self, const ProbeAnswer& answer) {
    self.feed(input::PostStartDone{index, answer.outcome == ProbeOutcome::success});
  });
  slots_[index].hook.clear();
  slots_[index].hook.push_back(
      attempt(index, machine_.spec().containers[index].post_start, std::chrono::hours{24}, done));
}

void PodRunner::act(const action::Emit& action) {
  if (tools_.record && !tools_.away) tools_.record(*pod_, action.container, action.type, action.reason, action.message);
}

void PodRunner::act(const action::Publish&) {
  if (tools_.away) return;
  const PodSpec& spec = machine_.spec();
  const auto written = tools_.store.mutate("Pod", spec.ns, spec.name, [&](json& pod) {
    if (text_at(pod, "/metadata/uid") != spec.uid) return false;  // another pod of that name by now
    merge_status(pod, machine_.status());
    return true;
  });
  if (written && *written) pod_ = *written;
}

void PodRunner::catch_up(bool object_is_there) {
  if (removal_due_)
    act(action::Remove{});
  else if (object_is_there)
    act(action::Publish{});
  else
    end(0);
}

void PodRunner::act(const action::Remove&) {
  removal_due_ = tools_.away;
  if (tools_.away) return;
  const PodSpec& spec = machine_.spec();
  Deletion deletion;
  deletion.grace_seconds = 0;
  deletion.uid = spec.uid;
  (void)tools_.store.remove("Pod", spec.ns, spec.name, deletion);  // gone already: as good
  asio::post(tools_.io, guarded([](PodRunner& self) { self.on_removed_(); }));
}

std::shared_ptr<LogBook> PodRunner::log(const std::string& container, bool previous) const {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (machine_.spec().containers[i].name == container) return previous ? slots_[i].previous_book : slots_[i].book;
  }
  return nullptr;
}

}  // namespace straycat::cluster
