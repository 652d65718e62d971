#include "runner/steps.hpp"

#include <algorithm>
#include <csignal>
#include <unistd.h>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "runner/conditions.hpp"
#include "runner/objects.hpp"

namespace straycat::runner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Nanos default_patience = 60s;

std::string place_of(const plan::Manifest& manifest) { return fmt::format("{}:{}", manifest.file, manifest.line); }

// Whether a terminal sends its Ctrl-C or Ctrl-\ to this program's whole group: then a command has got it already.
bool from_terminal(int signal) {
  return (signal == SIGINT || signal == SIGQUIT) && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
}

Error failed(const plan::Target& target, const kube::ApiError& error) {
  return error.to_error().within(target.display());
}

}  // namespace

std::vector<std::string> phases_of(const std::vector<plan::Step>& steps) {
  std::vector<std::string> out;
  std::string phase;
  for (const auto& step : steps) {
    if (!step.phase.empty()) phase = step.phase;
    out.push_back(phase);
  }
  return out;
}

bool says_when_traffic_runs(const std::vector<plan::Step>& steps) {
  return std::any_of(steps.begin(), steps.end(),
                     [](const plan::Step& step) { return std::holds_alternative<plan::Traffic>(step.action); });
}

// Every manifest is tried before the first change: a field that nobody knows must not stop the run half-way.
asio::awaitable<Result<>> Steps::rehearse() {
  for (const auto& step : site_.plan.steps) {
    const auto* apply = std::get_if<plan::Apply>(&step.action);
    if (apply == nullptr) continue;
    for (const auto& manifest : apply->manifests) {
      const auto target = target_of(manifest);
      if (!target) co_return target.error();
      kube::ApplyOptions options;
      options.dry_run = true;
      auto answer = co_await site_.client.apply(labelled(manifest.object, site_.ns, site_.run_id), site_.ns, options);
      if (!answer) co_return failed(*target, answer.error()).within(place_of(manifest));
    }
  }
  co_return Result<>{};
}

asio::awaitable<Result<>> Steps::run() {
  if (auto good = co_await rehearse(); !good) co_return good;
  const auto phases = phases_of(site_.plan.steps);
  const bool implied = !says_when_traffic_runs(site_.plan.steps) && !site_.plan.traffic.empty();
  if (implied)
    if (auto started = co_await start_traffic(); !started) co_return started;
  for (std::size_t i = 0; i < site_.plan.steps.size(); ++i)
    if (auto done = co_await one(i, phases[i]); !done) co_return done;
  co_await stop_traffic();
  co_return Result<>{};
}

asio::awaitable<Result<>> Steps::one(std::size_t index, std::string phase) {
  const auto& step = site_.plan.steps[index];
  open_ = StepRecord{};
  open_->index = index;
  open_->name = step.name;
  open_->verb = plan::verb(step.action);
  open_->phase = std::move(phase);
  open_->detail = plan::describe(step);
  site_.journal.tell(StepRecord::started, monotonic_now(), *open_);
  auto done = co_await carry_out(step);
  // When it was cancelled, its error is only the echo of that: who cancelled says why (cut).
  if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none)
    co_return own_trouble("cancelled");
  end_step(bool(done), done ? "" : done.error().message);
  if (!done) co_return done.error().within(fmt::format("step \"{}\"", step.name));
  co_return done;
}

void Steps::end_step(bool ok, const std::string& error) {
  open_->ok = ok;
  open_->error = error;
  site_.journal.tell(StepRecord::ended, monotonic_now(), *open_);
  open_.reset();
}

void Steps::cut(const std::string& reason) {
  if (open_) end_step(false, reason);
}

asio::awaitable<Result<>> Steps::carry_out(const plan::Step& step) {
  // No std::visit: its lambdas would have to be coroutines that outlive it.
  if (const auto* action = std::get_if<plan::Apply>(&step.action)) co_return co_await act(*action);
  if (const auto* action = std::get_if<plan::Delete>(&step.action)) co_return co_await act(*action);
  if (const auto* action = std::get_if<plan::Patch>(&step.action)) co_return co_await act(*action);
  if (const auto* action = std::get_if<plan::Scale>(&step.action)) co_return co_await act(*action);
  if (const auto* action = std::get_if<plan::Restart>(&step.action)) co_return co_await act(*action);
  if (const auto* action = std::get_if<plan::Wait>(&step.action)) co_return co_await act(*action);
  if (const auto* action = std::get_if<plan::Pause>(&step.action)) co_return co_await act(*action);
  if (const auto* action = std::get_if<plan::Command>(&step.action)) co_return co_await act(*action);
  co_return co_await act(std::get<plan::Traffic>(step.action));
}

Result<kube::ResourceType> Steps::own(const plan::Target& target) const {
  const auto type = kube::resource_for_kind(target.kind);
  if (!type) return bad_input(target.display() + ": unknown kind");
  if (!type->namespaced) return bad_input(target.display() + ": a run does not touch objects outside its namespace");
  if (!target.ns.empty() && target.ns != site_.ns)
    return bad_input(fmt::format("{}: in namespace {}, but the run's is {}", target.display(), target.ns, site_.ns));
  return *type;
}

// What the manifest names, if a run may touch it.
Result<plan::Target> Steps::target_of(const plan::Manifest& manifest) const {
  const auto known = kube::resource_for(manifest.object);
  if (!known) return known.error().within(place_of(manifest));
  plan::Target target{known->kind, text_of(manifest.object, {"metadata", "name"}),
                      text_of(manifest.object, {"metadata", "namespace"})};
  if (const auto type = own(target); !type) return type.error().within(place_of(manifest));
  return target;
}

asio::awaitable<Result<>> Steps::act(const plan::Apply& action) {
  for (const auto& manifest : action.manifests)
    if (auto done = co_await apply_one(manifest); !done) co_return done;
  co_return Result<>{};
}

asio::awaitable<Result<>> Steps::apply_one(const plan::Manifest& manifest) {
  const auto where = place_of(manifest);
  const auto target = target_of(manifest);
  if (!target) co_return target.error();
  const auto type = own(*target);
  if (!type) co_return type.error().within(where);
  if (auto ours = co_await not_foreign(*type, target->name); !ours) co_return ours.error().within(where);
  auto answer = co_await site_.client.apply(labelled(manifest.object, site_.ns, site_.run_id), site_.ns);
  if (!answer) co_return failed(*target, answer.error()).within(where);
  site_.remember(*type, *answer);
  site_.written[{target->kind, target->name}] = text_of(*answer, {"metadata", "resourceVersion"});
  co_return Result<>{};
}

// In a namespace that is not the run's own there may be objects of others.
asio::awaitable<Result<>> Steps::not_foreign(kube::ResourceType type, std::string name) {
  if (site_.own_namespace) co_return Result<>{};
  auto there = co_await site_.client.get(type, site_.ns, name);
  if (!there && there.error().not_found()) co_return Result<>{};
  if (!there) co_return there.error().to_error();
  if (text_of(*there, {"metadata", "labels", "straycat.dev/run"}) == site_.run_id) co_return Result<>{};
  co_return bad_input(
      fmt::format("{}/{} exists in namespace {} and was not made by this run", type.kind, name, site_.ns));
}

asio::awaitable<Result<>> Steps::act(const plan::Delete& action) {
  for (const auto& target : action.targets) {
    const auto type = own(target);
    if (!type) co_return type.error();
    if (auto ours = co_await not_foreign(*type, target.name); !ours) co_return ours.error();
    auto there = co_await site_.client.get(*type, site_.ns, target.name);
    if (!there) co_return failed(target, there.error());
    // Apart from the co_await: g++ 12 cannot keep an initializer list's array in a coroutine's frame.
    const kube::DeleteOptions exactly_this{
        .uid = text_of(*there, {"metadata", "uid"}), .propagation = "Background", .grace_seconds = {}};
    auto done = co_await site_.client.remove(*type, site_.ns, target.name, exactly_this);
    if (!done && !done.error().not_found()) co_return failed(target, done.error());
  }
  if (!action.wait) co_return Result<>{};
  for (const auto& target : action.targets)
    if (auto gone = co_await wait_for(target, "Deleted", 2 * default_patience); !gone) co_return gone;
  co_return Result<>{};
}

asio::awaitable<Result<>> Steps::change(plan::Target target, json patch, std::string subresource) {
  const auto type = own(target);
  if (!type) co_return type.error();
  if (auto ours = co_await not_foreign(*type, target.name); !ours) co_return ours.error();
  auto answer =
      co_await site_.client.merge_patch(*type, site_.ns, target.name, std::move(patch), std::move(subresource));
  if (!answer) co_return failed(target, answer.error());
  site_.written[{target.kind, target.name}] = text_of(*answer, {"metadata", "resourceVersion"});
  co_return Result<>{};
}

asio::awaitable<Result<>> Steps::act(const plan::Patch& action) { return change(action.target, action.patch, ""); }

asio::awaitable<Result<>> Steps::act(const plan::Scale& action) {
  return change(action.target, json{{"spec", {{"replicas", action.replicas}}}}, "scale");
}

asio::awaitable<Result<>> Steps::act(const plan::Restart& action) {
  // As kubectl rollout restart: a changed template is a new revision.
  const json annotations{{"kubectl.kubernetes.io/restartedAt", format_wall(wall_now_ns())}};
  return change(action.target, json{{"spec", {{"template", {{"metadata", {{"annotations", annotations}}}}}}}}, "");
}

asio::awaitable<Result<>> Steps::act(const plan::Wait& action) {
  return wait_for(action.target, action.condition, action.timeout > Nanos{} ? action.timeout : default_patience);
}

asio::awaitable<Result<>> Steps::wait_for(plan::Target target, std::string condition, Nanos timeout) {
  if (const auto type = own(target); !type) co_return type.error();
  const auto until = monotonic_now() + timeout;
  std::string state = "nothing is known of it";
  for (;;) {
    const auto object = co_await site_.current(target);
    // An API server that is away may come back; it has until the time is over.
    if (!object) state = object.error().message;
    if (object && *object) {
      const auto judged = judge(site_.world, target, condition, (*object)->is_null() ? nullptr : &**object);
      if (judged.met) co_return Result<>{};
      state = judged.state;
      if (judged.never)
        co_return own_trouble(fmt::format("{} cannot become {}: {}{}", target.display(), condition, state,
                                          describe_trouble(site_.world, target)));
    }
    if (const auto silence = site_.server_gone())
      co_return own_trouble(fmt::format("{} is not {}, and the API server has not answered for {}: {}",
                                        target.display(), condition, format_duration(*silence), state));
    const auto left = until - monotonic_now();
    if (left <= Nanos{})
      co_return own_trouble(fmt::format("{} is not {} after {}: {}{}", target.display(), condition,
                                        format_duration(timeout), state, describe_trouble(site_.world, target)));
    co_await site_.wait_for_change(std::min<Nanos>(left, 500ms));
  }
}

asio::awaitable<Result<>> Steps::act(const plan::Pause& action) {
  co_await sleep_for(site_.executor, action.length);
  co_return Result<>{};
}

asio::awaitable<Result<>> Steps::act(const plan::Traffic& action) {
  if (action.start) co_return co_await start_traffic();
  co_await stop_traffic();
  co_return Result<>{};
}

bool Steps::pass_on(int signal) {
  if (command_ == nullptr || !command_->running()) return false;
  if (!from_terminal(signal)) command_->signal(signal);
  return true;
}

// A command that fails does not end the run: what the traffic saw of it, and after it, is what was asked for.
asio::awaitable<Result<>> Steps::act(const plan::Command& action) {
  Child child(site_.executor);
  asio::steady_timer ended(site_.executor, asio::steady_timer::time_point::max());
  const auto started = child.start(action.words, [&](int status) {
    command_status_ = status;
    ended.cancel();
  });
  if (!started) co_return started.error();
  command_ = &child;
  if (!command_status_) co_await ended.async_wait(asio::as_tuple(asio::use_awaitable));
  command_ = nullptr;
  if (site_.on_command_over) site_.on_command_over();
  if (command_status_ && *command_status_ != 0)
    site_.journal.note(fmt::format("the command ({}) ended with {}", action.words.front(), *command_status_));
  co_return Result<>{};
}

asio::awaitable<Result<>> Steps::start_traffic() {
  auto made = co_await make_vantages(site_, vantages_.size());
  if (!made) co_return made.error();
  for (auto& vantage : *made) {
    vantages_.push_back(std::move(vantage));
    if (auto started = co_await vantages_.back()->start(); !started) co_return started;
  }
  co_return Result<>{};
}

asio::awaitable<void> Steps::stop_traffic() {
  for (auto& vantage : vantages_) co_await vantage->stop();
}

}  // namespace straycat::runner
