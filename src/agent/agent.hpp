// The whole of a vantage point: wires flows, watches and health to one event loop and one record stream.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/flow.hpp"
#include "agent/journal.hpp"
#include "agent/proxy_engine.hpp"
#include "agent/watches.hpp"
#include <straycat/agent/orders.hpp>
#include <straycat/probe/engine.hpp>
#include <straycat/probe/limits.hpp>

namespace straycat::agent {

// What stands around the program: environment variables, read once.
struct Surroundings {
  std::string service_map;                // STRAYCAT_SERVICE_MAP
  std::string pod_ip, pod, pod_ns, node;  // POD_IP, POD_NAME (else HOSTNAME), POD_NAMESPACE, NODE_NAME
  bool in_cluster = false;                // KUBERNETES_SERVICE_HOST is set, and no service map
  int output = 1;
};
[[nodiscard]] Surroundings surroundings_from_environment();

class Agent {
 public:
  Agent(Orders orders, Surroundings surroundings);

  // Runs until the orders are carried out or a signal comes. Errors before the first record: bad orders, no sign-in.
  Result<> run();

 private:
  Result<> make_flows();
  Result<> make_proxy_engine();
  [[nodiscard]] Result<kube::Config> sign_in() const;
  [[nodiscard]] ServicePortRef port_of(const plan::TrafficPlan& traffic) const;
  Result<> start_watches();
  void endpoints_changed(const ServicePortRef& port, const std::vector<model::Listed>& endpoints, Stamp seen);
  void introduce();
  void await_signals();
  // Traffic begins when its endpoints are watched, so that no first failure falls into a blind stretch; an API server
  // that does not answer holds it up for `patience` only.
  void await_watches();
  void begin_flows();
  void beat(Stamp due);
  void tell_health(Stamp now);
  void flow_idle();
  void begin_end(VantageEnd reason);
  // Whether the watches have said what they saw; else end() comes again when they have.
  bool prove_watches();
  void end();

  Orders orders_;
  Surroundings around_;
  boost::asio::io_context loop_{1};
  LineWriter out_;
  Journal journal_;
  std::vector<std::unique_ptr<Flow>> flows_;
  std::unique_ptr<Watches> watches_;
  std::unique_ptr<probe::Engine> engine_;  // after the flows: what it has under way points to them
  ProxyEngine* proxy_ = nullptr;           // the engine, where that is one
  boost::asio::signal_set signals_;
  boost::asio::steady_timer beat_timer_, end_timer_, patience_timer_;
  probe::LoopLag lag_;
  Stamp health_from_;
  std::optional<VantageEnd> reason_;  // why it ends; none: it does not yet
  bool begun_ = false, proving_ = false, proven_ = false, ended_ = false;
};

}  // namespace straycat::agent
