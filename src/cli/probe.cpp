// `straycat probe URL`: one traffic, no cluster.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/around_command.hpp"
#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/probe_options.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/core/signals.hpp>
#include <straycat/probe/summary_text.hpp>
#include <straycat/runner/child.hpp>

namespace straycat::cli {
namespace {

// The soft limit is there for programs that use select(2); this one does not.
void raise_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

constexpr Nanos live_interval = std::chrono::milliseconds{250};

// The session, the terminal, the signals and the command, on one loop.
class ProbeRun {
 public:
  ProbeRun(const ProbeArguments& arguments, ProbePlan plan)
      : arguments_(arguments),
        plan_(std::move(plan)),
        signals_(loop_),
        timer_(loop_),
        live_timer_(loop_),
        child_(loop_.get_executor()),
        live_(!arguments.quiet && ::isatty(STDERR_FILENO) == 1) {
    for (const int number : ending_signals()) signals_.add(number);
  }

  int run();

 private:
  void await_signals();
  void show_live();
  void clear_live() const;
  void start_command();
  void command_ended(int status);
  void after(Nanos length, std::function<void()> act);
  int tell();
  [[nodiscard]] int verdict_code() const;

  const ProbeArguments& arguments_;
  ProbePlan plan_;
  boost::asio::io_context loop_{1};
  boost::asio::signal_set signals_;
  boost::asio::steady_timer timer_, live_timer_;
  runner::Child child_;
  bool live_;
  std::unique_ptr<probe::Session> session_;
  probe::Outcome outcome_;
  std::optional<Error> trouble_;
};

int ProbeRun::run() {
  auto session = probe::Session::make(loop_.get_executor(), plan_.session);
  if (!session) return complain(session.error());
  session_ = std::move(*session);
  await_signals();
  if (!arguments_.command.empty()) session_->phase("before");
  session_->begin([this](const probe::Outcome& outcome) {
    outcome_ = outcome;
    loop_.stop();
  });
  if (live_) show_live();
  if (!arguments_.command.empty()) after(plan_.baseline, [this] { start_command(); });
  loop_.run();
  clear_live();
  return tell();
}

void ProbeRun::await_signals() {
  signals_.async_wait([this](boost::system::error_code error, int) {
    if (error) return;
    plan_.facts.interrupted = true;
    timer_.cancel();
    child_.end();
    session_->stop();
    await_signals();
  });
}

void ProbeRun::after(Nanos length, std::function<void()> act) {
  timer_.expires_after(length);
  timer_.async_wait([act = std::move(act)](boost::system::error_code error) {
    if (!error) act();
  });
}

void ProbeRun::show_live() {
  const auto line = probe::live_line(session_->so_far(), monotonic_now());
  say("\r\x1b[K{:.{}}", line, static_cast<int>(style_for({}, STDERR_FILENO).width - 1));
  live_timer_.expires_after(live_interval);
  live_timer_.async_wait([this](boost::system::error_code error) {
    if (!error) show_live();
  });
}

void ProbeRun::clear_live() const {
  if (live_) say("\r\x1b[K");
}

void ProbeRun::start_command() {
  clear_live();
  session_->phase("during");
  const Result<> started = child_.start(arguments_.command, [this](int status) { command_ended(status); });
  if (started) return;
  trouble_ = started.error();
  session_->stop();
}

void ProbeRun::command_ended(int status) {
  plan_.facts.command_status = status;
  session_->phase("after");
  after(plan_.tail, [this] { session_->stop(); });
}

int ProbeRun::tell() {
  const bool to_stdout = arguments_.json == "-";
  if (!to_stdout) fmt::print("{}", probe::render_text(outcome_, plan_.facts));
  if (!arguments_.json.empty()) {
    const auto text =
        probe::to_json(outcome_, plan_.facts).dump(1, ' ', true, nlohmann::json::error_handler_t::replace);
    if (to_stdout) fmt::print("{}\n", text);
    if (const Result<> written = to_stdout ? Result<>{} : write_file(arguments_.json, text + "\n"); !written)
      trouble_ = written.error();
  }
  const int verdict = verdict_code();
  const int code = arguments_.command.empty()
                       ? verdict
                       : around_command(plan_.facts.command_status, verdict,
                                        to_string(probe::judge(outcome_.whole, plan_.facts.allowed)));
  if (!trouble_) return code;
  const int wrong = complain(*trouble_);
  return plan_.facts.command_status.value_or(0) != 0 ? code : wrong;
}

int ProbeRun::verdict_code() const {
  switch (probe::judge(outcome_.whole, plan_.facts.allowed)) {
    case probe::Judgement::passed:
      return 0;
    case probe::Judgement::failed:
      return 1;
    case probe::Judgement::inconclusive:
      break;
  }
  return exit_inconclusive;
}

}  // namespace

int probe_command(const ProbeArguments& arguments) {
  Result<ProbePlan> plan = probe_plan(arguments);
  if (!plan) return complain(plan.error());
  if (!arguments.command.empty())
    if (const Result<> there = runner::check_program(arguments.command.front()); !there) return complain(there.error());
  raise_descriptors();
  return ProbeRun(arguments, std::move(*plan)).run();
}

}  // namespace straycat::cli
