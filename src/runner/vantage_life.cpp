#include "runner/vantage_life.hpp"

#include <fmt/format.h>

namespace straycat::runner {

namespace {

struct VantageWords {
  std::string operator()(const vantage_todo::Began&) const { return "began"; }
  std::string operator()(const vantage_todo::NeverBegan& one) const { return "never began: " + one.why; }
  std::string operator()(const vantage_todo::AskToEnd&) const { return "ask to end"; }
  std::string operator()(const vantage_todo::Hurry&) const { return "hurry"; }
  std::string operator()(const vantage_todo::Kill&) const { return "kill"; }
  std::string operator()(const vantage_todo::Lost& one) const {
    return fmt::format("lost{}: {}", one.early ? " early" : "", one.why);
  }
  std::string operator()(const vantage_todo::Ended&) const { return "ended"; }
};

constexpr const char* no_summary = "its records ended without a summary";

}  // namespace

std::string to_string(const VantageTodo& todo) { return std::visit(VantageWords{}, todo); }

std::vector<VantageTodo> VantageLife::resume(const VantageCame& came) {
  return std::visit([this](const auto& each) { return on(each); }, came);
}

VantageLife::Todos VantageLife::never(const std::string& why) {
  state_ = State::over;
  return {vantage_todo::NeverBegan{why}};
}

VantageLife::Todos VantageLife::lose(const std::string& why) {
  const bool early = state_ == State::speaking;
  state_ = State::over;
  if (early) return {vantage_todo::Lost{why, true}};
  return {vantage_todo::Lost{why, false}, vantage_todo::Ended{}};
}

VantageLife::Todos VantageLife::on(const vantage_came::Spoke&) {
  if (state_ != State::starting) return {};
  state_ = State::speaking;
  return {vantage_todo::Began{}};
}

VantageLife::Todos VantageLife::on(const vantage_came::SummedUp&) {
  if (state_ == State::speaking) return lose("it was ended by somebody else before the traffic was to stop");
  if (state_ != State::stopping) return {};
  state_ = State::over;
  return {vantage_todo::Ended{}};
}

VantageLife::Todos VantageLife::on(const vantage_came::Gone& what) {
  if (state_ == State::over || gone_) return {};
  gone_ = true;
  how_ = what.how;
  return {vantage_todo::Hurry{}};
}

VantageLife::Todos VantageLife::on(const vantage_came::RecordsOver& what) {
  if (state_ == State::over) return {};
  if (state_ == State::starting) return never(with_how("it ended without a word"));
  return lose(what.why.empty() ? with_how(no_summary) : what.why);
}

VantageLife::Todos VantageLife::on(const vantage_came::Hopeless& what) {
  return state_ == State::starting ? never(what.why) : Todos{};
}

VantageLife::Todos VantageLife::on(const vantage_came::StopAsked&) {
  if (asked_) return {};
  asked_ = true;
  if (state_ == State::over) return {vantage_todo::AskToEnd{}, vantage_todo::Ended{}};
  state_ = State::stopping;
  return {vantage_todo::AskToEnd{}};
}

VantageLife::Todos VantageLife::on(const vantage_came::TimeUp&) {
  if (state_ == State::starting) return never(gone_ ? with_how("it ended without a word") : "it said nothing in time");
  if (state_ == State::speaking) return gone_ ? lose(with_how(no_summary)) : Todos{};
  if (state_ != State::stopping) return {};
  Todos todo = lose(with_how(no_summary));
  if (!gone_) todo.insert(todo.begin(), vantage_todo::Kill{});
  return todo;
}

}  // namespace straycat::runner
