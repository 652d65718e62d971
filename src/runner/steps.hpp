// The plan's steps, one after the other. Private to `runner`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "runner/faults.hpp"
#include "runner/site.hpp"
#include "runner/vantage.hpp"
#include <straycat/runner/child.hpp>

namespace straycat::runner {

// The phase in which each step lies ("" before the first), and whether the plan says itself when traffic runs.
[[nodiscard]] std::vector<std::string> phases_of(const std::vector<plan::Step>& steps);
[[nodiscard]] bool says_when_traffic_runs(const std::vector<plan::Step>& steps);

class Steps {
 public:
  explicit Steps(Site& site) : site_(site), faults_(site) {}

  boost::asio::awaitable<Result<>> run();
  // Whether a step has begun: until then nothing of the plan was done.
  [[nodiscard]] bool begun() const { return begun_; }
  // A step that was cut short is ended in the log with this reason.
  void cut(const std::string& reason);
  // For the verbs (verbs/).
  [[nodiscard]] Site& site() { return site_; }
  [[nodiscard]] Faults& faults() { return faults_; }
  // Of the step that is being carried out.
  [[nodiscard]] const std::string& step_name() const { return open_->name; }
  [[nodiscard]] std::size_t step_number() const { return open_->index; }
  boost::asio::awaitable<Result<>> start_traffic();
  // Until the data plane may be taken to carry what is ready; a few seconds at most.
  boost::asio::awaitable<void> settle_data_plane();
  boost::asio::awaitable<void> stop_traffic();
  // Faults on order that still go on end.
  boost::asio::awaitable<void> end_faults() { return faults_.end_all(); }
  // Its exit code, or 128 + the signal that killed it.
  boost::asio::awaitable<Result<int>> run_command(const std::vector<std::string>& words);
  // A signal that came to us while a command of the person's runs is meant for it. False when none runs.
  bool pass_on(int signal);
  [[nodiscard]] bool command_runs() const { return command_ != nullptr; }
  // How the command ended, if there was one: its exit code, or 128 + the signal that killed it.
  [[nodiscard]] std::optional<int> command_status() const { return command_status_; }

 private:
  boost::asio::awaitable<Result<>> rehearse();
  boost::asio::awaitable<Result<>> rehearse_action(const plan::Action& action);
  boost::asio::awaitable<Result<>> one(std::size_t index, std::string phase);
  void end_step(bool ok, const std::string& error);

  Site& site_;
  Faults faults_;
  bool begun_ = false;
  std::optional<StepRecord> open_;
  Child* command_ = nullptr;  // while one runs
  std::optional<int> command_status_;
  std::vector<std::unique_ptr<Vantage>> vantages_;
};

}  // namespace straycat::runner
