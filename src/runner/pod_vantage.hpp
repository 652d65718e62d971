// A vantage point in the cluster: the agent's pod, its records, and its clock. Private to `runner`.
#pragma once

#include <map>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "runner/clock_keeper.hpp"
#include "runner/vantage.hpp"

namespace straycat::runner {

class PodVantage final : public Vantage {
 public:
  // `orders`: its id, place and traffic. `node`: where the pod must run, "" = anywhere.
  PodVantage(Site& site, agent::Orders orders, std::string node);

 private:
  boost::asio::awaitable<Result<>> make() override;
  boost::asio::awaitable<void> read_records() override;
  void begin_more() override;
  boost::asio::awaitable<void> ask_to_end() override;
  std::optional<VantageCame> look() override;
  // With what Kubernetes said about the pod.
  [[nodiscard]] Error never_began(const std::string& why) const override;
  void hear(const Event& event, Stamp arrived) override;
  std::optional<ClockBound> tightened() override { return keeper_.tightened(); }

  boost::asio::awaitable<void> make_beacon();
  boost::asio::awaitable<void> write_beacon();
  // Follows the log until it ends; whether anything came.
  boost::asio::awaitable<bool> follow_log();
  void take_line(const kube::LogLine& line);
  void match_beacon(const std::string& resource_version);
  // How its pod has ended, as far as is known; none: it may run.
  std::optional<std::string> pod_over();

  std::string pod_, node_;
  std::string read_until_;  // when the node took the last line that was read
  ClockKeeper keeper_;
  BeaconBook beacons_;
  std::map<std::string, Stamp> sights_;  // of beacon writes whose answer has not come yet
  bool seen_ = false;                    // its pod was there
};

}  // namespace straycat::runner
