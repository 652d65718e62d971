// What a load balancer asks each node: has this Service an endpoint here? (kubernetes
// pkg/proxy/healthcheck/service_health.go; externalTrafficPolicy Local of a Service of the type LoadBalancer.)
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "cluster/dataplane/dataplane.hpp"
#include <straycat/core/result.hpp>

namespace straycat::cluster {

// The answer to whatever request: 200 where there are endpoints, else 503. Pure.
[[nodiscard]] std::string health_answer(const HealthPort& port);

class HealthPorts {
 public:
  explicit HealthPorts(boost::asio::io_context& io) : io_(io) {}
  ~HealthPorts();
  HealthPorts(const HealthPorts&) = delete;
  HealthPorts& operator=(const HealthPorts&) = delete;

  // Answers on these ports of the address, which `open`'s sockets can have, and on no other. Errors: one of them cannot
  // be had (the rest stand).
  Result<> set(const std::vector<HealthPort>& ports, const std::string& address,
               const OpenSocket& open = open_tcp_socket);

 private:
  struct Listener;
  boost::asio::io_context& io_;
  std::map<std::uint16_t, std::shared_ptr<Listener>> listeners_;
};

}  // namespace straycat::cluster
