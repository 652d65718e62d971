// A vantage point in the cluster: the agent's pod, its records, and its clock. Private to `runner`.
#pragma once

#include <map>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "runner/agent_stream.hpp"
#include "runner/clock_keeper.hpp"
#include "runner/vantage.hpp"
#include <straycat/agent/orders.hpp>

namespace straycat::runner {

class PodVantage final : public Vantage {
 public:
  // `orders`: its id, place and traffic. `node`: where the pod must run, "" = anywhere.
  PodVantage(Site& site, agent::Orders orders, std::string node);

  // Errors: with what Kubernetes said about the pod.
  boost::asio::awaitable<Result<>> start() override;
  boost::asio::awaitable<void> stop() override;

 private:
  boost::asio::awaitable<Result<>> make_objects();
  boost::asio::awaitable<Result<>> make_beacon();
  boost::asio::awaitable<Result<>> wait_until_it_speaks();
  boost::asio::awaitable<void> read_records();
  boost::asio::awaitable<void> write_beacon();
  // Follows the log until it ends; whether anything came.
  boost::asio::awaitable<bool> follow_log();
  void take(const kube::LogLine& line);
  void take_event(Event event, Stamp arrived);
  void match_beacon(const std::string& resource_version);
  // Its pod has ended or is gone, as far as is known.
  [[nodiscard]] bool pod_over() const;

  Site& site_;
  agent::Orders orders_;
  std::string pod_, node_;
  std::string read_until_;  // when the node took the last line that was read
  AgentStream stream_;
  ClockKeeper keeper_;
  BeaconBook beacons_;
  std::map<std::string, Stamp> sights_;  // of beacon writes whose answer has not come yet
  bool started_ = false, stopped_ = false, pod_made_ = false;
  Tasks tasks_;
};

}  // namespace straycat::runner
