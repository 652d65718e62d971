// Runs as child processes of the suite: this program itself, without a shell. None outlives the suite, whatever kills
// it.
#pragma once

#include <array>
#include <csignal>
#include <string>
#include <sys/types.h>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>

namespace straycat::cli {

// What asks the suite to end, and that a child ended, as a descriptor to poll. As long as it is, these signals are
// blocked in this process; children get them as they were.
class SuiteSignals {
 public:
  SuiteSignals();
  ~SuiteSignals();
  SuiteSignals(const SuiteSignals&) = delete;
  SuiteSignals& operator=(const SuiteSignals&) = delete;
  // Waits for one at most so long, and takes all that came; how many of them asked to end.
  [[nodiscard]] int wait(int patience_ms);
  [[nodiscard]] const sigset_t& before() const { return before_; }

 private:
  sigset_t before_{};
  int fd_ = -1;
};

class SuiteChild {
 public:
  // `said`: the file that gets its standard error. Its standard output goes nowhere.
  [[nodiscard]] static Result<SuiteChild> start(const std::vector<std::string>& words, const std::string& said,
                                                const sigset_t& signals);
  // Its exit code, or 128 + the signal that killed it; -1: it runs still. Reaps it.
  [[nodiscard]] int poll();
  void signal(int number) const;

 private:
  explicit SuiteChild(pid_t pid) : pid_(pid) {}
  pid_t pid_;
};

}  // namespace straycat::cli
