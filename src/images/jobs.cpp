// sayhi-job (the article's cat generator) and sleeper: programs that listen nowhere.
#include <cerrno>
#include <ctime>
#include <signal.h>
#include <string_view>
#include <unistd.h>

#include "images/programs.hpp"

namespace straycat::images {
namespace {

constexpr int ended_by_term = 128 + SIGTERM;  // what a shell and a kubelet report for it

// SIGTERM is blocked and waited for: the program may be process 1 of its namespace, where the default action does not
// exist.
void hold_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
}

// False when a signal came before `end` (or at all, with `for_ever`).
bool sleep_until(Stamp end, bool for_ever = false) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  for (;;) {
    const auto rest = (end - monotonic_now()).count();
    if (!for_ever && rest <= 0) return true;
    const timespec wait{for_ever ? 3600 : rest / 1'000'000'000, for_ever ? 0 : rest % 1'000'000'000};
    if (::sigtimedwait(&set, nullptr, &wait) > 0) return false;
  }
}

// One write, unbuffered: whoever follows the log sees each cat when it is made.
bool say(std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::write(STDOUT_FILENO, text.data(), text.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

const std::vector<SettingSpec>& sayhi_job_settings() {
  static const std::vector<SettingSpec> specs = {
      {"count", "COUNT_OF_CATS", "10", "how many cats"},
      {"interval", "SAYHI_JOB_INTERVAL", "1s", "time that one cat takes"},
      {"exit-code", "SAYHI_JOB_EXIT_CODE", "0", "of the end after the last cat"},
  };
  return specs;
}

Result<int> sayhi_job(const std::vector<std::string>& arguments, const Environment& environment) {
  const auto settings = Settings::read(sayhi_job_settings(), arguments, environment);
  if (!settings) return settings.error();
  const auto count = settings->number("count", 0, 1'000'000'000);
  const auto interval = settings->duration("interval");
  const auto code = settings->number("exit-code", 0, 255);
  if (!count) return count.error();
  if (!interval) return interval.error();
  if (!code) return code.error();
  hold_signals();
  auto due = monotonic_now();  // from one base, so that a thousand cats take a thousand seconds
  for (long cat = 0; cat < *count; ++cat) {
    if (!say("🐈\n")) return own_trouble("standard output is closed");
    due = due + *interval;
    if (!sleep_until(due)) return ended_by_term;
  }
  return static_cast<int>(*code);
}

const std::vector<SettingSpec>& sleeper_settings() {
  static const std::vector<SettingSpec> specs = {
      {"for", "SLEEPER_FOR", "0s", "how long; 0: until SIGTERM"},
      {"exit-code", "SLEEPER_EXIT_CODE", "0", "of the end by itself"},
  };
  return specs;
}

Result<int> sleeper(const std::vector<std::string>& arguments, const Environment& environment) {
  const auto settings = Settings::read(sleeper_settings(), arguments, environment);
  if (!settings) return settings.error();
  const auto length = settings->duration("for");
  const auto code = settings->number("exit-code", 0, 255);
  if (!length) return length.error();
  if (!code) return code.error();
  hold_signals();
  const bool slept = sleep_until(monotonic_now() + *length, length->count() == 0);
  return slept ? static_cast<int>(*code) : ended_by_term;
}

}  // namespace straycat::images
