// Which vantage points a plan's traffic needs.
#include <map>
#include <utility>

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "runner/local_vantage.hpp"
#include "runner/pod_vantage.hpp"
#include "runner/vantage.hpp"

namespace straycat::runner {

namespace asio = boost::asio;

namespace {

using Vantages = std::vector<std::unique_ptr<Vantage>>;

// The traffic of the plan, by where it starts.
std::map<std::string_view, std::vector<plan::TrafficPlan>> by_origin(const plan::Plan& plan) {
  std::map<std::string_view, std::vector<plan::TrafficPlan>> origins;
  for (const auto& traffic : plan.traffic) origins[to_string(traffic.from)].push_back(traffic);
  return origins;
}

Place place_of(Origin origin) {
  switch (origin) {
    case Origin::pod:
      return Place::pod;
    case Origin::nodes:
      return Place::node;
    case Origin::host:
      return Place::host;
    case Origin::api:
      return Place::api;
    case Origin::unknown:
      break;
  }
  return Place::unknown;
}

std::unique_ptr<Vantage> make_vantage(Site& site, agent::Orders orders, const std::string& node) {
  switch (orders.where) {
    case Place::host:
    case Place::api:
      return std::make_unique<LocalVantage>(site, std::move(orders));
    case Place::pod:
    case Place::node:
    case Place::unknown:
      break;
  }
  return std::make_unique<PodVantage>(site, std::move(orders), node);
}

agent::Orders orders_for(const Site& site, std::size_t number, Place where, std::vector<plan::TrafficPlan> traffic) {
  agent::Orders orders;
  orders.run = site.run_id;
  orders.vantage = fmt::format("a{}", number);
  orders.where = where;
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
  for (auto& [origin, traffic] : by_origin(site.plan)) {
    const Place where = place_of(traffic.front().from);
    if (where == Place::unknown)
      co_return bad_input("traffic " + traffic.front().name + ": it is to start at no known place");
    std::vector<std::string> nodes{""};
    if (where == Place::node) {
      auto ready = co_await ready_nodes(site);
      if (!ready) co_return ready.error();
      nodes = std::move(*ready);
    }
    for (const std::string& node : nodes) {
      auto orders = orders_for(site, first + made.size(), where, traffic);
      made.push_back(make_vantage(site, std::move(orders), node));
    }
  }
  co_return made;
}

}  // namespace straycat::runner
