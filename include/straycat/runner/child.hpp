// A command of the person's, run beside the loop with the terminal's own input and output.
#pragma once

#include <csignal>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/signal_set.hpp>

#include <straycat/core/result.hpp>

namespace straycat::runner {

// What of a command's surroundings differs from this program's.
struct ChildIo {
  int output = -1;                       // its standard output; -1: ours
  std::vector<std::string> environment;  // "NAME=value", in place of ours of that name
  bool own_group = false;                // a terminal's Ctrl-C does not reach it
};

// That there is such a program, as posix_spawnp(3) looks for it. Errors (bad_input): there is none.
[[nodiscard]] Result<> check_program(const std::string& name);

class Child {
 public:
  explicit Child(const boost::asio::any_io_executor& executor);
  // A child that runs still is asked to end; nobody waits for it.
  ~Child() { end(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // `done` is called with its exit code (128 + the signal that killed it). Errors (own_trouble): it cannot be run.
  Result<> start(const std::vector<std::string>& words, std::function<void(int status)> done, const ChildIo& io = {});
  // Sends it a signal, if it runs.
  void signal(int number);
  void end() { signal(SIGTERM); }
  [[nodiscard]] bool running() const { return pid_ > 0; }

 private:
  void await_end();

  boost::asio::signal_set ended_;
  std::function<void(int)> done_;
  pid_t pid_ = -1;
};

}  // namespace straycat::runner
