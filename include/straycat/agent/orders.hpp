// What a vantage point is told, once, at its start. Travels as JSON in the environment variable STRAYCAT_ORDERS of the
// agent's pod (never in process arguments). Holds no secret: the agent signs in with its own service account.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::agent {

// How an agent that runs beside the runner, outside the cluster, signs in: what the person said, no secret.
struct SignIn {
  std::string kubeconfig, context, cluster, user;
  bool in_cluster = false;
  bool operator==(const SignIn&) const = default;
};

struct Orders {
  std::string run;             // the run's id
  std::string vantage = "a0";  // its id, and the name of its clock
  Place where = Place::pod;
  std::optional<SignIn> sign_in{};  // host and api
  std::string ns;                   // the run's namespace
  std::vector<plan::TrafficPlan> traffic;
  Nanos window = std::chrono::milliseconds{200};    // length of an attempts.window
  Nanos direct_interval = std::chrono::seconds{1};  // of the periodic direct probes, per endpoint
  Nanos max_length{};                               // ends by itself after this; 0 = on SIGTERM only
  std::uint64_t max_attempts = 0;                   // of each traffic; 0 = no limit
  std::size_t failures_kept = 200;                  // attempt.failed records per window
  std::string beacon;  // the ConfigMap-free beacon: name of an EndpointSlice of the run's namespace that the
                       // runner patches and the agent reports on ("" = none)
};
[[nodiscard]] nlohmann::json to_json(const Orders& orders);
[[nodiscard]] Result<Orders> orders_from_json(const nlohmann::json& document);

// The agent's program: reads STRAYCAT_ORDERS, signs in (in-cluster files; $KUBECONFIG where there are none, and always
// under the loopback fallback), probes and watches, writes one log event a line to standard output (numbered from 0,
// clock = vantage id). Ends when the orders are carried out or on SIGTERM/SIGINT, with a vantage.summary, within a
// second or two: requests under way get one second. Returns the exit code: 0; 3 bad orders or kubeconfig; 4 nobody
// reads its records any more.
int run_agent();

}  // namespace straycat::agent
