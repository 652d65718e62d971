#include "agent/support/agent_process.hpp"

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace straycat::test {

AgentProcess::AgentProcess(const agent::Orders& orders, Options options) {
  int out[2], err[2];
  if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  options.environment["STRAYCAT_TEST_AGENT"] = "1";
  options.environment["STRAYCAT_ORDERS"] =
      options.raw_orders.empty() ? agent::to_json(orders).dump() : options.raw_orders;
  std::vector<std::string> environment;
  for (const auto& [name, value] : options.environment) environment.push_back(name + "=" + value);
  for (const char* name : {"PATH", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
  }
  start(environment, out[1], err[1]);
  out_ = out[0];
  err_ = err[0];
  if (options.read) reader_ = std::thread([this] { read_all(); });
}

void AgentProcess::start(const std::vector<std::string>& environment, int out, int err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, err, 2);
  std::vector<char*> variables;
  for (const std::string& entry : environment) variables.push_back(const_cast<char*>(entry.c_str()));
  variables.push_back(nullptr);
  std::string name = "agent";
  char* arguments[] = {name.data(), nullptr};
  const int error = ::posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, arguments, variables.data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(out);
  ::close(err);
  if (error != 0) throw std::runtime_error("the agent does not start");
}

AgentProcess::~AgentProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    wait();
  }
  ::close(out_);
  ::close(err_);
}

void AgentProcess::signal(int number) const { ::kill(pid_, number); }

void AgentProcess::read_all() {
  std::string text;
  char buffer[65536];
  for (ssize_t got = 0; (got = ::read(out_, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
    const std::lock_guard lock(mutex_);
    for (std::size_t end = 0; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
      if (Result<Event> event = from_line(std::string_view(text).substr(0, end))) events_.push_back(std::move(*event));
    }
  }
}

bool AgentProcess::wait_for(Topic kind, std::size_t count) {
  for (int i = 0; i < 20'000; ++i) {
    const std::vector<Event> seen = events();
    if (static_cast<std::size_t>(
            std::count_if(seen.begin(), seen.end(), [&](const Event& e) { return e.kind == kind; })) >= count)
      return true;
    ::usleep(5000);
  }
  return false;
}

int AgentProcess::wait() {
  if (pid_ < 0) return exit_code_;
  if (reader_.joinable()) {
    reader_.join();
  } else {
    read_all();
  }
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(err_, buffer, sizeof buffer)) > 0;)
    errors_.append(buffer, static_cast<std::size_t>(got));
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return exit_code_;
}

std::vector<Event> AgentProcess::events() {
  const std::lock_guard lock(mutex_);
  return events_;
}

std::string AgentProcess::errors() { return errors_; }

Sums sums(const std::vector<AttemptWindow>& windows) {
  Sums total;
  for (const AttemptWindow& window : windows) {
    total.sent += window.sent;
    total.ok += window.ok;
    total.not_kept += window.failed_not_kept;
    for (const auto& [kind, count] : window.failed) total.failed += count;
  }
  return total;
}

std::string tiling_fault(std::vector<AttemptWindow> windows) {
  std::sort(windows.begin(), windows.end(), [](const auto& a, const auto& b) { return a.from_ns < b.from_ns; });
  for (std::size_t i = 1; i < windows.size(); ++i) {
    if (windows[i].from_ns != windows[i - 1].to_ns)
      return "window " + std::to_string(i) + " does not begin where the one before ends";
  }
  return windows.empty() ? "no windows" : "";
}

std::string stream_fault(const std::vector<Event>& events) {
  if (events.empty()) return "no records";
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].number != i) return "record " + std::to_string(i) + " has number " + std::to_string(events[i].number);
    if (i > 0 && events[i].at < events[i - 1].at)
      return "record " + std::to_string(i) + " is stamped before the one ahead of it";
  }
  if (events.front().kind != VantageRecord::kind)
    return "the first record is " + std::string(events.front().kind.text());
  if (events.back().kind != VantageSummary::kind) return "the last record is " + std::string(events.back().kind.text());
  const auto summary = events.back().body.get<VantageSummary>();
  return summary.records == events.size() - 1 ? "" : "the summary counts " + std::to_string(summary.records);
}

agent::Orders orders_for(const std::string& url, double rate) {
  agent::Orders orders;
  orders.ns = "default";
  plan::TrafficPlan traffic;
  traffic.name = "hi";
  traffic.url = url;
  traffic.pace.rate_per_second = rate;
  orders.traffic = {traffic};
  return orders;
}

}  // namespace straycat::test
