// A command of the person's, run beside the loop with the terminal's own input and output.
#pragma once

#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <straycat/core/result.hpp>

namespace straycat::cli {

class Child {
 public:
  explicit Child(boost::asio::io_context& loop) : ended_(loop, SIGCHLD) {}
  // A child that runs still is asked to end; nobody waits for it.
  ~Child() { end(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // `done` is called with its exit code (128 + the signal that killed it). Errors (own_trouble): it cannot be run.
  Result<> start(const std::vector<std::string>& words, std::function<void(int status)> done);
  // SIGTERM, if it runs.
  void end();

 private:
  void await_end();

  boost::asio::signal_set ended_;
  std::function<void(int)> done_;
  pid_t pid_ = -1;
};

}  // namespace straycat::cli
