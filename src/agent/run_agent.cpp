#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "agent/agent.hpp"
#include <straycat/agent/orders.hpp>
#include <straycat/core/seam.hpp>

namespace straycat::agent {

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string(value);
}

Result<Orders> orders_from_environment() {
  const std::string text = variable("STRAYCAT_ORDERS");
  if (text.empty()) return bad_input("the environment variable STRAYCAT_ORDERS is not set");
  const nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
  if (document.is_discarded() || !document.is_object()) return bad_input("STRAYCAT_ORDERS holds no JSON object");
  return orders_from_json(document);
}

int complain(const Error& error) {
  say("straycat agent: {}\n", error.message);
  return error.fault == Fault::bad_input ? 3 : 4;
}

}  // namespace

Surroundings surroundings_from_environment() {
  Surroundings around;
  around.service_map = variable("STRAYCAT_SERVICE_MAP");
  around.pod_ip = variable("POD_IP");
  around.pod = variable("POD_NAME");
  if (around.pod.empty()) around.pod = variable("HOSTNAME");
  around.pod_ns = variable("POD_NAMESPACE");
  around.node = variable("NODE_NAME");
  // Under the loopback fallback the host may itself be a pod of some other cluster, whose files must not be used.
  around.in_cluster = around.service_map.empty() && !variable("KUBERNETES_SERVICE_HOST").empty();
  return around;
}

int run_agent() {
  Result<Orders> orders = orders_from_environment();
  if (!orders) return complain(orders.error());
  Agent agent(std::move(*orders), surroundings_from_environment());
  const Result<> done = agent.run();
  return done ? 0 : complain(done.error());
}

}  // namespace straycat::agent
