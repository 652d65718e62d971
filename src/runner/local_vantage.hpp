// A vantage point beside the runner: the agent as a process of its own, told by environment variables, heard through a
// pipe. It lives on the runner's own clock. Private to `runner`.
#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "runner/agent_stream.hpp"
#include "runner/vantage.hpp"
#include <straycat/agent/orders.hpp>
#include <straycat/runner/child.hpp>

namespace straycat::runner {

class LocalVantage final : public Vantage {
 public:
  LocalVantage(Site& site, agent::Orders orders);

  boost::asio::awaitable<Result<>> start() override;
  boost::asio::awaitable<void> stop() override;

 private:
  boost::asio::awaitable<void> read_records();
  void take(std::string_view line);

  Site& site_;
  agent::Orders orders_;
  AgentStream stream_;
  Child process_;
  boost::asio::posix::stream_descriptor records_;
  bool stopped_ = false, over_ = false;
  Tasks tasks_;
};

}  // namespace straycat::runner
