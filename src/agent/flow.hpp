// One traffic at work: sends as the pace says, counts windows, probes endpoints directly. The shell around Pacer,
// Windows and DirectPlan: one timer, one engine, one journal.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "agent/direct_plan.hpp"
#include "agent/journal.hpp"
#include "agent/windows.hpp"
#include <straycat/agent/orders.hpp>
#include <straycat/probe/engine.hpp>
#include <straycat/probe/pacing.hpp>

namespace straycat::agent {

// What a traffic's plan means to the probe room. Errors (bad_input): the request is none.
[[nodiscard]] Result<probe::ProbeRequest> request_of(const plan::TrafficPlan& traffic);
[[nodiscard]] Result<probe::Pace> pace_of(const plan::TrafficPlan& traffic, const Orders& orders);

class Flow {
 public:
  // `on_idle`: the pace is over and nothing of the traffic is under way.
  Flow(boost::asio::any_io_executor executor, const Orders& orders, const plan::TrafficPlan& traffic, probe::Pace pace,
       std::shared_ptr<const probe::Prepared> request, Journal& journal, std::function<void()> on_idle);

  // The engine is dropped before the flow.
  void begin(probe::Engine& engine);
  // Sends nothing more; what is under way goes on.
  void stop();
  // Tells every window, also those with requests whose outcome nobody waits for any more.
  void finish();

  // The slices have changed: cuts the window there and then.
  void endpoints_changed(const std::vector<model::Listed>& endpoints, Stamp seen);

  [[nodiscard]] const plan::TrafficPlan& plan() const { return traffic_; }
  [[nodiscard]] bool idle() const { return stopped_ && under_way_ == 0; }
  [[nodiscard]] std::uint64_t sent() const { return pacer_.sent(); }
  [[nodiscard]] std::uint64_t take_skipped();

 private:
  void step();
  Stamp send_due(Stamp now);
  void send(Stamp intended);
  void ended(std::uint64_t id, const probe::Attempt& attempt);
  void probe_due(Stamp now);
  void probe(const DirectPlan::Order& order);
  void probe_ended(const DirectPlan::Order& order, const probe::Attempt& attempt);
  void write_windows();
  void wake_at(Stamp at);

  plan::TrafficPlan traffic_;
  std::shared_ptr<const probe::Prepared> request_;
  Journal& journal_;
  std::function<void()> on_idle_;
  probe::Engine* engine_ = nullptr;
  Stamp zero_;
  probe::Pacer pacer_;
  Windows windows_;
  DirectPlan direct_;
  boost::asio::steady_timer timer_;
  Stamp wake_;  // when the timer fires; 0 = it does not run
  std::uint64_t under_way_ = 0;
  std::uint64_t skipped_told_ = 0;
  bool stopped_ = false, finished_ = false;
};

}  // namespace straycat::agent
