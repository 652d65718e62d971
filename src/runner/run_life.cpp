#include "runner/run_life.hpp"

#include <utility>

#include <fmt/format.h>

namespace straycat::runner {

namespace {

struct Words {
  std::string operator()(const todo::PassOn&) const { return "pass on"; }
  std::string operator()(const todo::CutWork&) const { return "cut work"; }
  std::string operator()(const todo::AwaitCluster&) const { return "await cluster"; }
  std::string operator()(const todo::GiveUpCluster& one) const { return "give up cluster: " + one.why; }
  std::string operator()(const todo::Finish& one) const { return one.step.empty() ? "finish" : "finish: " + one.step; }
  std::string operator()(const todo::Say& one) const {
    return fmt::format("say: {}{}", to_string(one.end), one.error.empty() ? "" : ", " + one.error);
  }
  std::string operator()(const todo::Abandon&) const { return "abandon"; }
};

std::string joined(const std::string& first, const std::string& second) {
  return first.empty() || second.empty() ? first + second : first + "\n" + second;
}

}  // namespace

std::string to_string(const Todo& todo) { return std::visit(Words{}, todo); }

std::vector<Todo> RunLife::resume(const Came& came) {
  if (state_ == State::over) return {};
  return std::visit([this](const auto& each) { return on(each); }, came);
}

std::vector<Todo> RunLife::cut(Cause cause) {
  if (!cause_) cause_ = std::move(cause);
  if (work_over_) return finish();
  state_ = State::cutting;
  return {todo::CutWork{}};
}

std::vector<Todo> RunLife::cut_unless(bool command, Cause cause) {
  if (!command) return cut(std::move(cause));
  if (!waiting_) waiting_ = std::move(cause);
  return {};
}

std::vector<Todo> RunLife::doubt(Cause cause) {
  if (!lifeline_) return cut(std::move(cause));
  cause_ = std::move(cause);
  state_ = State::doubting;
  return {todo::AwaitCluster{}};
}

std::vector<Todo> RunLife::finish() {
  state_ = State::finishing;
  if (!cause_) return {todo::Finish{}};
  return {todo::Finish{cause_->end == RunEnd::interrupted ? "interrupted" : cause_->error}};
}

std::vector<Todo> RunLife::abandon(const std::string& why) {
  cause_->error = joined(cause_->error, why);
  state_ = State::over;
  return {todo::Say{end(), error()}, todo::Abandon{}};
}

std::vector<Todo> RunLife::on(const came::Signal& what) {
  if (state_ == State::working && what.for_command) return {todo::PassOn{}};
  if (at_work()) return cut({RunEnd::interrupted, ""});
  if (what.hangup) return {};
  if (!cause_) cause_ = Cause{RunEnd::interrupted, left_};
  return abandon("interrupted while it was ending: what the run made in the cluster was left there");
}

std::vector<Todo> RunLife::on(const came::DeadlinePassed& what) {
  if (state_ != State::working) return {};
  return cut(waiting_.value_or(Cause{RunEnd::deadline, what.why}));
}

std::vector<Todo> RunLife::on(const came::LogBroken& what) {
  if (!at_work()) return {};
  return cut_unless(what.command_runs, {RunEnd::failed, what.why});
}

std::vector<Todo> RunLife::on(const came::ClusterEnded& what) {
  std::vector<Todo> todo{todo::GiveUpCluster{what.why}};
  const Cause lost{RunEnd::lost, what.why};
  if (state_ == State::doubting) cause_ = lost;
  if (at_work())
    for (auto& more : cut_unless(what.command_runs, lost)) todo.push_back(std::move(more));
  else if (!cause_)
    cause_ = lost;
  return todo;
}

std::vector<Todo> RunLife::on(const came::VantageLost& what) {
  const Cause lost{RunEnd::lost, what.why};
  if (state_ != State::working) return {};
  return what.command_runs ? cut_unless(true, lost) : doubt(lost);
}

std::vector<Todo> RunLife::on(const came::CommandOver&) {
  return state_ == State::working && waiting_ ? cut(*waiting_) : std::vector<Todo>{};
}

std::vector<Todo> RunLife::on(const came::WorkOver& what) {
  if (work_over_ || state_ == State::finishing) return {};
  work_over_ = true;
  if (state_ == State::doubting) return {};
  if (state_ == State::working && waiting_) cause_ = waiting_;
  if (state_ == State::cutting || cause_ || !what.failed) return finish();
  return doubt({what.end, what.error});
}

std::vector<Todo> RunLife::on(const came::DoubtOver&) {
  return state_ == State::doubting ? cut(*cause_) : std::vector<Todo>{};
}

std::vector<Todo> RunLife::on(const came::Finished& what) {
  if (state_ != State::finishing) return {};
  if (cause_)
    cause_->error = joined(cause_->error, what.left);
  else
    left_ = what.left;
  state_ = State::over;
  return {todo::Say{end(), error()}};
}

std::vector<Todo> RunLife::on(const came::Broke& what) {
  if (!cause_) cause_ = Cause{RunEnd::failed, left_};
  return abandon(what.why);
}

}  // namespace straycat::runner
