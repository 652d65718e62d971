#include "runner/steps.hpp"

#include <algorithm>
#include <csignal>
#include <unistd.h>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "runner/carried.hpp"
#include "runner/objects.hpp"
#include "runner/own_objects.hpp"
#include "runner/verbs.hpp"

namespace straycat::runner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Whether a terminal sends its Ctrl-C or Ctrl-\ to this program's whole group: then a command has got it already.
bool from_terminal(int signal) {
  return (signal == SIGINT || signal == SIGQUIT) && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
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
                     [](const plan::Step& step) { return plan::verb(step.action) == Verb::traffic; });
}

asio::awaitable<Result<>> Steps::rehearse_action(const plan::Action& action) {
  auto tried = std::visit(
      [&](const auto& one) -> std::optional<asio::awaitable<Result<>>> {
        if (const auto how = doing(one).rehearse) return how(one, *this);
        return std::nullopt;
      },
      action);
  if (!tried) co_return Result<>{};
  co_return co_await std::move(*tried);
}

// Every manifest is tried before the first change: a field that nobody knows must not stop the run half-way.
asio::awaitable<Result<>> Steps::rehearse() {
  for (const auto& step : site_.plan.steps) {
    for (const auto& manifest : plan::manifests_of(step.action)) {
      const auto found = own(site_, manifest);
      if (!found) co_return found.error();
      if (defined_in_plan(site_, manifest)) continue;
      kube::ApplyOptions options;
      options.dry_run = true;
      auto answer = co_await site_.client.apply(labelled(manifest.object, site_.ns, site_.run_id), site_.ns, options);
      if (!answer) co_return failed(found->target, answer.error()).within(place_of(manifest));
    }
    if (auto can = co_await rehearse_action(step.action); !can) co_return can;
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
  co_await end_faults();
  co_await stop_traffic();
  co_return Result<>{};
}

asio::awaitable<Result<>> Steps::one(std::size_t index, std::string phase) {
  const auto& step = site_.plan.steps[index];
  begun_ = true;
  open_ = StepRecord{};
  open_->index = index;
  open_->name = step.name;
  open_->verb = plan::verb(step.action);
  open_->phase = std::move(phase);
  open_->detail = plan::describe(step);
  site_.journal.tell(StepRecord::started, monotonic_now(), *open_);
  auto act = std::visit([&](const auto& action) { return doing(action).run(action, *this); }, step.action);
  auto done = co_await std::move(act);
  // When it was cancelled, its error is only the echo of that: who cancelled says why (cut).
  if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none)
    co_return own_trouble("cancelled");
  co_await faults_.look_after();
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

bool Steps::pass_on(int signal) {
  if (command_ == nullptr || !command_->running()) return false;
  if (!from_terminal(signal)) command_->signal(signal);
  return true;
}

asio::awaitable<Result<int>> Steps::run_command(const std::vector<std::string>& words) {
  Child child(site_.executor);
  asio::steady_timer ended(site_.executor, asio::steady_timer::time_point::max());
  const auto started = child.start(words, [&](int status) {
    command_status_ = status;
    ended.cancel();
  });
  if (!started) co_return started.error();
  command_ = &child;
  if (!command_status_) co_await ended.async_wait(asio::as_tuple(asio::use_awaitable));
  command_ = nullptr;
  if (site_.on_command_over) site_.on_command_over();
  if (!command_status_) co_return own_trouble("the command was not run to its end");
  co_return *command_status_;
}

// Ready is not yet reached: the slice is written a moment later, and each node's proxy takes it up once in its period.
// Requests in between fail for no fault of anybody's. Where something keeps changing, or never comes, the note says
// what was waited for.
asio::awaitable<void> Steps::settle_data_plane() {
  const Nanos lag = site_.plan.cluster.min_sync_period + 250ms;
  const Stamp until = monotonic_now() + lag + 3s;
  for (;;) {
    const std::string unlisted = ready_but_not_listed(site_.world, site_.plan);
    const Stamp now = monotonic_now();
    const Stamp settled = site_.slices_changed ? *site_.slices_changed + lag : now;
    if (unlisted.empty() && settled <= now) co_return;
    if (now >= until) {
      site_.journal.note("the traffic was started though the data plane may not carry everything: " +
                         (unlisted.empty() ? "the EndpointSlices keep changing" : unlisted));
      co_return;
    }
    const Nanos rest = std::min(until, std::max(settled, now + 50ms)) - now;
    co_await site_.wait_for_change(rest);
  }
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
