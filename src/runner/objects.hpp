// The objects that a run makes for itself: namespace, agent, beacon. Pure; private to `runner`.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/agent/orders.hpp>

namespace straycat::runner {

using json = nlohmann::json;

// Six letters and digits.
[[nodiscard]] std::string make_run_id(std::uint64_t entropy);
// "straycat-<scenario>-<id>", a DNS label of at most 63 characters.
[[nodiscard]] std::string namespace_name(const std::string& scenario, const std::string& run_id);

// The label that marks whatever a run made, added to an object (its namespace filled in when it has none).
[[nodiscard]] json labelled(json object, const std::string& ns, const std::string& run_id);

[[nodiscard]] json namespace_object(const std::string& name, const std::string& run_id);

struct AgentNames {
  std::string account, pod, beacon;
};
// With the run's id in them: two runs may share a namespace.
[[nodiscard]] AgentNames agent_names(const std::string& run_id, const std::string& vantage);

// ServiceAccount, then Role and RoleBinding in each namespace of the traffic's Services (read slices and Services: no
// more), in the order in which they are to be made.
[[nodiscard]] std::vector<json> agent_sign_in(const agent::Orders& orders);
// The pod. It has no label that a Service of a scenario could select by accident, and never restarts: a second life
// would have another clock.
// `node`: the pod runs there, past the scheduler; "" = anywhere.
[[nodiscard]] json agent_pod(const agent::Orders& orders, const std::string& image, const std::string& node = "");
// A slice of no Service, which nothing routes to: patched by the runner, watched by the agent.
[[nodiscard]] json beacon_slice(const agent::Orders& orders);

}  // namespace straycat::runner
