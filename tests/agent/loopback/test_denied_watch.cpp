// What an agent that may not watch writes, and what the judge makes of it: the contract's both ends.
#include <algorithm>

#include <gtest/gtest.h>

#include "agent/support/agent_process.hpp"
#include "agent/support/servers.hpp"
#include "agent/support/slice_server.hpp"
#include "diagnose/support/judging.hpp"

namespace straycat::test {
namespace {

// What a real agent says of its watch when the API server denies it.
std::vector<Event> said_when_denied() {
  const Meower server;
  const SliceServer api({}, true);
  agent::Orders orders = orders_for(server.url(), 100);
  orders.traffic[0].service = "sayhi";
  AgentProcess agent(orders, {.environment = {{"KUBECONFIG", api.kubeconfig()}}});
  EXPECT_TRUE(agent.wait_for(WatchRecord::ended));
  agent.signal(SIGTERM);
  EXPECT_EQ(agent.wait(), 0) << agent.errors();
  std::vector<Event> said;
  for (const Event& event : agent.events()) {
    if (event.kind == WatchRecord::started || event.kind == WatchRecord::gap || event.kind == WatchRecord::ended)
      said.push_back(event);
  }
  return said;
}

bool of_slices(const Event& event) {
  return event.kind == Topic::slice ||
         (event.kind == WatchRecord::started && event.body.get<WatchRecord>().resource == "endpointslices");
}

// The article, but its slices were seen by the runner alone, and the agent said this of its own watch.
EventLog seen_by_the_runner(const std::vector<Event>& said) {
  const World world = article();
  EventLog log = log_of(world);
  for (Event& event : log.events) {
    if (!of_slices(event)) continue;
    event.clock = std::string(runner_clock);
    event.at.ns -= ns(world.skew);
  }
  const auto introduced = std::find_if(log.events.begin(), log.events.end(),
                                       [](const Event& event) { return event.kind == VantageRecord::kind; });
  std::vector<Event> here = said;
  for (Event& event : here) event.at = introduced->at;
  log.events.insert(introduced + 1, here.begin(), here.end());
  return log;
}

TEST(DeniedWatch, TheRunnersWatchIsJudgedByInstead) {
  const std::vector<Event> said = said_when_denied();
  ASSERT_FALSE(said.empty());
  const EventLog log = seen_by_the_runner(said);
  EXPECT_EQ(brief(judged(log)), "found stray-endpoint Job/sayhi");
  const auto blind = without(log, of_slices);
  EXPECT_EQ(judged(blind).conclusion, diagnose::Conclusion::inconclusive);
}

}  // namespace
}  // namespace straycat::test
