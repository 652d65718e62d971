#include "runner/vantage.hpp"

#include <map>
#include <utility>

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "runner/local_vantage.hpp"
#include "runner/pod_vantage.hpp"

namespace straycat::runner {

namespace asio = boost::asio;

namespace {

using Vantages = std::vector<std::unique_ptr<Vantage>>;

// The traffic of the plan, by where it starts.
std::map<std::string, std::vector<plan::TrafficPlan>> by_place(const plan::Plan& plan) {
  std::map<std::string, std::vector<plan::TrafficPlan>> places;
  for (const auto& traffic : plan.traffic) places[traffic.from].push_back(traffic);
  return places;
}

agent::Orders orders_for(const Site& site, std::size_t number, std::string where,
                         std::vector<plan::TrafficPlan> traffic) {
  agent::Orders orders;
  orders.run = site.run_id;
  orders.vantage = fmt::format("a{}", number);
  orders.where = std::move(where);
  orders.ns = site.ns;
  orders.traffic = std::move(traffic);
  return orders;
}

asio::awaitable<Result<std::vector<std::string>>> ready_nodes(Site& site) {
  const auto type = *kube::resource_for_kind("Node");
  auto listed = co_await site.client.list(type, "");
  if (!listed) co_return listed.error().to_error().within("traffic from each node");
  std::vector<std::string> names;
  for (const auto& item : listed->value("items", json::array())) {
    const auto node = model::project_node(item);
    if (node.ready) names.push_back(node.meta.name);
  }
  if (names.empty()) co_return own_trouble("traffic from each node: no node is ready");
  co_return names;
}

}  // namespace

asio::awaitable<Result<Vantages>> make_vantages(Site& site, std::size_t first) {
  Vantages made;
  for (auto& [place, traffic] : by_place(site.plan)) {
    std::vector<std::string> nodes{""};
    if (place == "nodes") {
      auto ready = co_await ready_nodes(site);
      if (!ready) co_return ready.error();
      nodes = std::move(*ready);
    }
    for (const std::string& node : nodes) {
      auto orders = orders_for(site, first + made.size(), place == "nodes" ? "node" : place, traffic);
      if (place == "host" || place == "api")
        made.push_back(std::make_unique<LocalVantage>(site, std::move(orders)));
      else
        made.push_back(std::make_unique<PodVantage>(site, std::move(orders), node));
    }
  }
  co_return made;
}

}  // namespace straycat::runner
