#include <straycat/agent/orders.hpp>

namespace straycat::agent {

using json = nlohmann::json;

namespace {

// A plan's JSON form is plan's own: traffic travels inside a plan that holds nothing else.
json traffic_to_json(const std::vector<plan::TrafficPlan>& traffic) {
  plan::Plan carrier;
  carrier.traffic = traffic;
  return plan::to_json(carrier);
}

json sign_in_json(const SignIn& sign_in) {
  return json::object({{"kubeconfig", sign_in.kubeconfig},
                       {"context", sign_in.context},
                       {"cluster", sign_in.cluster},
                       {"user", sign_in.user},
                       {"inCluster", sign_in.in_cluster}});
}

SignIn sign_in_from(const json& in) {
  return {in.value("kubeconfig", ""), in.value("context", ""), in.value("cluster", ""), in.value("user", ""),
          in.value("inCluster", false)};
}

Orders read_orders(const json& in) {
  Orders orders;
  orders.run = in.value("run", "");
  orders.vantage = in.value("vantage", orders.vantage);
  orders.where = in.value("where", orders.where);
  orders.ns = in.value("namespace", "");
  orders.window = Nanos{in.value("windowNs", orders.window.count())};
  orders.direct_interval = Nanos{in.value("directIntervalNs", orders.direct_interval.count())};
  orders.max_length = Nanos{in.value("maxLengthNs", std::int64_t{0})};
  orders.max_attempts = in.value("maxAttempts", std::uint64_t{0});
  orders.failures_kept = in.value("failuresKept", orders.failures_kept);
  orders.beacon = in.value("beacon", "");
  if (in.contains("signIn")) orders.sign_in = sign_in_from(in["signIn"]);
  return orders;
}

}  // namespace

json to_json(const Orders& orders) {
  json out = json::object({{"run", orders.run},
                           {"vantage", orders.vantage},
                           {"where", orders.where},
                           {"namespace", orders.ns},
                           {"plan", traffic_to_json(orders.traffic)},
                           {"windowNs", orders.window.count()},
                           {"directIntervalNs", orders.direct_interval.count()},
                           {"maxLengthNs", orders.max_length.count()},
                           {"maxAttempts", orders.max_attempts},
                           {"failuresKept", orders.failures_kept},
                           {"beacon", orders.beacon}});
  if (orders.sign_in) out["signIn"] = sign_in_json(*orders.sign_in);
  return out;
}

Result<Orders> orders_from_json(const json& document) {
  try {
    Orders orders = read_orders(document);
    if (orders.window <= Nanos{0}) return bad_input("orders: windowNs must be above 0");
    if (!document.contains("plan")) return orders;
    Result<plan::Plan> carrier = plan::from_json(document.at("plan"));
    if (!carrier) return carrier.error().within("orders");
    orders.traffic = std::move(carrier->traffic);
    return orders;
  } catch (const json::exception& error) {
    return bad_input(std::string("orders: ") + error.what());
  }
}

}  // namespace straycat::agent
