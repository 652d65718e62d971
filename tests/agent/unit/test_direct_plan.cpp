#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/direct_plan.hpp"

namespace straycat::agent {

void PrintTo(const DirectPlan::Order& order, std::ostream* out) {
  *out << to_string(order.why) << " " << order.endpoint.address << " " << order.endpoint.uid;
}

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Stamp at(std::int64_t millis) { return {5'000'000'000 + millis * 1'000'000}; }

using model::Standing;

model::Listed endpoint(int number, bool ready = true, const std::string& uid = "") {
  const std::string name = std::to_string(number);
  return {{"10.0.0." + name, 3000, "pod-" + name, uid.empty() ? "uid-" + name : uid},
          ready ? Standing::ready : Standing::out,
          ready};
}

// It serves while it terminates; `routable`: nothing else is ready.
model::Listed leaving(int number, bool routable) {
  model::Listed one = endpoint(number);
  one.standing = Standing::leaving;
  one.routable = routable;
  return one;
}

std::vector<std::string> told(const std::vector<DirectPlan::Order>& orders) {
  std::vector<std::string> lines;
  for (const auto& order : orders)
    lines.push_back(std::string(to_string(order.why)) + " " + order.endpoint.address.substr(7));
  return lines;
}

// Takes what is due and lets each probe end at once.
std::vector<std::string> serve(DirectPlan& plan, Stamp now) {
  const auto orders = plan.take_due(now);
  for (const auto& order : orders) plan.ended(order);
  return told(orders);
}

TEST(DirectPlan, JoinsThenPeriodicallyThenLeaves) {
  DirectPlan plan({}, at(0));
  EXPECT_GT(plan.next_due(at(0)), at(1'000'000)) << "nothing to do";
  plan.set_endpoints({endpoint(1), endpoint(2)}, at(0));
  EXPECT_EQ(plan.next_due(at(0)), at(0));
  EXPECT_THAT(serve(plan, at(0)), ElementsAre("joined 1", "joined 2"));
  EXPECT_EQ(plan.next_due(at(0)), at(1000));
  EXPECT_THAT(serve(plan, at(999)), IsEmpty());
  EXPECT_THAT(serve(plan, at(1000)), ElementsAre("periodic 1", "periodic 2"));
  plan.set_endpoints({endpoint(2)}, at(1500));
  EXPECT_THAT(serve(plan, at(1500)), ElementsAre("left 1"));
  EXPECT_THAT(serve(plan, at(2000)), ElementsAre("periodic 2"));
  EXPECT_THAT(serve(plan, at(3000)), ElementsAre("periodic 2")) << "who has left is left alone";
}

TEST(DirectPlan, BeingListedIsNotBeingInUse) {
  DirectPlan plan({}, at(0));
  plan.set_endpoints({endpoint(1, false)}, at(0));
  EXPECT_THAT(serve(plan, at(0)), IsEmpty()) << "a pod that starts need not listen yet";
  plan.set_endpoints({endpoint(1, true)}, at(100));
  EXPECT_THAT(serve(plan, at(100)), ElementsAre("joined 1"));
  plan.set_endpoints({endpoint(1, true)}, at(200));
  EXPECT_THAT(serve(plan, at(200)), IsEmpty()) << "nothing new";
  plan.set_endpoints({endpoint(1, false)}, at(300));
  EXPECT_THAT(serve(plan, at(300)), ElementsAre("left 1"));
  EXPECT_THAT(serve(plan, at(5000)), IsEmpty());
  plan.set_endpoints({}, at(6000));
  EXPECT_THAT(serve(plan, at(6000)), IsEmpty()) << "it had left already";
}

// Beside a ready one it is out of the set at once, as the judge has it; but a proxy that lags sends to it still.
TEST(DirectPlan, WhoServesWhileItTerminatesHasLeftAndIsAskedOn) {
  DirectPlan plan({}, at(0));
  plan.set_endpoints({endpoint(1), endpoint(2)}, at(0));
  serve(plan, at(0));
  plan.set_endpoints({leaving(1, false), endpoint(2)}, at(100));
  EXPECT_THAT(serve(plan, at(100)), ElementsAre("left 1"));
  EXPECT_THAT(serve(plan, at(1100)), ElementsAre("periodic 1", "periodic 2"));
  plan.traffic_failed(at(1200));
  EXPECT_THAT(serve(plan, at(1200)), ElementsAre("failure 1", "failure 2"));
  plan.set_endpoints({endpoint(1, false), endpoint(2)}, at(1300));
  EXPECT_THAT(serve(plan, at(1300)), ElementsAre("left 1")) << "it has stopped to serve";
  plan.set_endpoints({endpoint(2)}, at(1400));
  EXPECT_THAT(serve(plan, at(1400)), IsEmpty());
}

TEST(DirectPlan, TheLastOnesThatLeaveAreRoutableAgain) {
  DirectPlan plan({}, at(0));
  plan.set_endpoints({leaving(1, false), endpoint(2)}, at(0));
  EXPECT_THAT(serve(plan, at(0)), ElementsAre("joined 2")) << "it never was in the set";
  plan.set_endpoints({leaving(1, true), leaving(2, true)}, at(100));
  EXPECT_THAT(serve(plan, at(100)), ElementsAre("joined 1")) << "the fallback begins; 2 stays";
  plan.set_endpoints({leaving(1, false), leaving(2, false), endpoint(3)}, at(200));
  EXPECT_THAT(serve(plan, at(200)), ElementsAre("left 1", "left 2", "joined 3")) << "and ends";
  plan.set_endpoints({endpoint(3)}, at(300));
  EXPECT_THAT(serve(plan, at(300)), ElementsAre("left 1", "left 2"));
}

TEST(DirectPlan, AnotherPodAtTheAddressHasJoined) {
  DirectPlan plan({}, at(0));
  plan.set_endpoints({endpoint(1)}, at(0));
  serve(plan, at(0));
  plan.set_endpoints({endpoint(1, true, "another")}, at(100));
  EXPECT_THAT(serve(plan, at(100)), ElementsAre("joined 1"));
}

TEST(DirectPlan, TheFirstFailureOfABurstAsksEveryone) {
  DirectPlan plan({}, at(0));
  plan.set_endpoints({endpoint(1), endpoint(2), endpoint(3, false)}, at(0));
  serve(plan, at(0));
  plan.traffic_failed(at(600));
  EXPECT_EQ(plan.next_due(at(600)), at(600));
  EXPECT_THAT(serve(plan, at(600)), ElementsAre("failure 1", "failure 2"));
  for (int i = 610; i < 1590; i += 10) {
    plan.traffic_failed(at(i));
    EXPECT_THAT(serve(plan, at(i)), IsEmpty()) << "the same burst";
  }
  EXPECT_THAT(serve(plan, at(1600)), ElementsAre("periodic 1", "periodic 2"));
  plan.traffic_failed(at(2100));
  EXPECT_THAT(serve(plan, at(2100)), ElementsAre("failure 1", "failure 2")) << "a new one";
}

TEST(DirectPlan, AFailureAtTheVeryBeginningIsABurst) {
  DirectPlan plan({}, at(0));
  plan.set_endpoints({endpoint(1)}, at(0));
  serve(plan, at(0));
  plan.traffic_failed(at(1));
  EXPECT_THAT(serve(plan, at(1)), ElementsAre("failure 1"));
}

TEST(DirectPlan, OneAtATimeForEachEndpoint) {
  DirectPlan plan({}, at(0));
  plan.set_endpoints({endpoint(1)}, at(0));
  const auto first = plan.take_due(at(0));
  ASSERT_EQ(first.size(), 1u);
  plan.traffic_failed(at(600));
  EXPECT_THAT(plan.take_due(at(600)), IsEmpty());
  EXPECT_THAT(plan.take_due(at(5000)), IsEmpty());
  EXPECT_TRUE(plan.ended(first.front()));
  EXPECT_THAT(serve(plan, at(5000)), ElementsAre("failure 1")) << "what was wanted meanwhile is not forgotten";
}

TEST(DirectPlan, TheUidIsCheckedAfterwards) {
  DirectPlan plan({}, at(0));
  plan.set_endpoints({endpoint(1), endpoint(2), endpoint(3)}, at(0));
  const auto orders = plan.take_due(at(0));
  ASSERT_EQ(orders.size(), 3u);
  plan.set_endpoints({endpoint(1), endpoint(2, true, "another")}, at(1));
  EXPECT_TRUE(plan.ended(orders[0]));
  EXPECT_FALSE(plan.ended(orders[1])) << "another pod has its address";
  EXPECT_FALSE(plan.ended(orders[2])) << "nobody is listed there any more";
  EXPECT_THAT(serve(plan, at(2)), ElementsAre("joined 2", "left 3"));
}

TEST(DirectPlan, TheCostIsBounded) {
  DirectPlan plan({}, at(0));
  std::vector<model::Listed> many;
  for (int i = 0; i < 1000; ++i)
    many.push_back(
        {{"10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250), 3000, "p", "u"}, Standing::ready, true});
  plan.set_endpoints(many, at(0));
  std::size_t asked = serve(plan, at(0)).size();
  EXPECT_EQ(asked, 100u) << "a whole slice at once, not more";
  EXPECT_GT(plan.next_due(at(0)), at(0)) << "no busy waiting for the rest";
  EXPECT_LE(plan.next_due(at(0)), at(21));
  for (int now = 0; now <= 10'000; now += 10) asked += serve(plan, at(now)).size();
  EXPECT_LE(asked, 100u + 500u + 1u);
  EXPECT_GE(asked, 590u);
}

TEST(DirectPlan, UrgentOnesGoFirst) {
  DirectPlan plan({.most_per_second = 1, .most_at_once = 2}, at(0));
  plan.set_endpoints({endpoint(1), endpoint(2)}, at(0));
  serve(plan, at(0));
  plan.set_endpoints({endpoint(1), endpoint(2), endpoint(3)}, at(1000));
  EXPECT_THAT(serve(plan, at(1000)), ElementsAre("joined 3"));
}

TEST(DirectPlan, WithoutAnIntervalOnlyEventsAsk) {
  DirectPlan plan({.interval = Nanos{0}}, at(0));
  plan.set_endpoints({endpoint(1)}, at(0));
  EXPECT_THAT(serve(plan, at(0)), ElementsAre("joined 1"));
  EXPECT_THAT(serve(plan, at(100'000)), IsEmpty());
}

}  // namespace
}  // namespace straycat::agent
