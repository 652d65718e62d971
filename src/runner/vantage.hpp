// One vantage point: the agent's pod, its records, and its clock. Private to `runner`.
#pragma once

#include <map>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "runner/agent_stream.hpp"
#include "runner/clock_keeper.hpp"
#include "runner/site.hpp"
#include <straycat/agent/orders.hpp>

namespace straycat::runner {

class Vantage {
 public:
  Vantage(Site& site, std::string id);

  // Makes the pod and returns when its first record has come. Errors: with what Kubernetes said about the pod.
  boost::asio::awaitable<Result<>> start();
  // Ends it with SIGTERM, waits for its summary (at most 15 s), and says in the log when it was lost.
  boost::asio::awaitable<void> stop();
  // It died before it was told to: the reason, else "".
  [[nodiscard]] bool running() const { return started_ && !stopped_; }

 private:
  boost::asio::awaitable<Result<>> make_objects();
  boost::asio::awaitable<Result<>> make_beacon();
  boost::asio::awaitable<Result<>> wait_until_it_speaks();
  boost::asio::awaitable<void> read_records();
  boost::asio::awaitable<void> write_beacon();
  void take(std::string_view line);
  void match_beacon(const std::string& resource_version);
  // Its pod has ended or is gone, as far as is known.
  [[nodiscard]] bool pod_over() const;

  Site& site_;
  agent::Orders orders_;
  std::string pod_;
  AgentStream stream_;
  ClockKeeper keeper_;
  BeaconBook beacons_;
  std::map<std::string, Stamp> sights_;  // of beacon writes whose answer has not come yet
  bool started_ = false, stopped_ = false, pod_made_ = false;
  Tasks tasks_;
};

}  // namespace straycat::runner
