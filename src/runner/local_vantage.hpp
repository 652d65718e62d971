// A vantage point beside the runner: the agent as a process of its own, told by environment variables, heard through a
// pipe. It lives on the runner's own clock. Private to `runner`.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "runner/vantage.hpp"
#include <straycat/runner/child.hpp>

namespace straycat::runner {

class LocalVantage final : public Vantage {
 public:
  LocalVantage(Site& site, agent::Orders orders);

 private:
  boost::asio::awaitable<Result<>> make() override;
  boost::asio::awaitable<void> read_records() override;
  boost::asio::awaitable<void> ask_to_end() override;
  void kill() override { process_.signal(SIGKILL); }
  std::optional<VantageCame> look() override;
  [[nodiscard]] Error never_began(const std::string& why) const override;

  Child process_;
  boost::asio::posix::stream_descriptor records_;
  std::optional<int> status_;  // of a process that has ended
};

}  // namespace straycat::runner
