#include "agent/life.hpp"

#include <fmt/format.h>

namespace straycat::agent {

namespace {

struct Words {
  std::string operator()(const todo::AwaitWatches&) const { return "await watches"; }
  std::string operator()(const todo::BeginFlows&) const { return "begin flows"; }
  std::string operator()(const todo::AwaitLength&) const { return "await length"; }
  std::string operator()(const todo::StopFlows&) const { return "stop flows"; }
  std::string operator()(const todo::ProveWatches&) const { return "prove watches"; }
  std::string operator()(const todo::Finish& one) const { return fmt::format("finish: {}", to_string(one.reason)); }
};

}  // namespace

std::string to_string(const Todo& todo) { return std::visit(Words{}, todo); }

std::vector<Todo> AgentLife::begin() {
  if (tasking_.awaits) return {todo::AwaitWatches{}};
  return send();
}

std::vector<Todo> AgentLife::resume(const Came& came) {
  if (state_ == State::over) return {};
  return std::visit([this](const auto& each) { return on(each); }, came);
}

std::vector<Todo> AgentLife::on(const came::Idle&) {
  return state_ == State::sending || state_ == State::draining ? prove() : nothing();
}

std::vector<Todo> AgentLife::on(const came::LengthOver&) {
  return state_ == State::sending ? drain(VantageEnd::finished) : nothing();
}

std::vector<Todo> AgentLife::on(const came::Signal&) {
  const bool first = state_ == State::opening || state_ == State::sending;
  return first ? drain(VantageEnd::signal) : finish();
}

std::vector<Todo> AgentLife::on(const came::ReaderGone&) {
  if (state_ == State::opening || state_ == State::sending) reason_ = VantageEnd::output;
  return finish();
}

std::vector<Todo> AgentLife::send() {
  state_ = State::sending;
  if (!tasking_.flows && tasking_.bounded) return {todo::BeginFlows{}, todo::AwaitLength{}};
  return {todo::BeginFlows{}};
}

std::vector<Todo> AgentLife::drain(VantageEnd reason) {
  state_ = State::draining;
  reason_ = reason;
  return {todo::StopFlows{}};
}

std::vector<Todo> AgentLife::prove() {
  if (!tasking_.watches) return finish();
  state_ = State::proving;
  return {todo::ProveWatches{}};
}

std::vector<Todo> AgentLife::finish() {
  state_ = State::over;
  return {todo::Finish{reason_}};
}

}  // namespace straycat::agent
