// Traffic and slice watch together: the article's incident under the loopback fallback, and a watch that is denied.
#include <algorithm>
#include <signal.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/support/agent_process.hpp"
#include "agent/support/servers.hpp"
#include "agent/support/slice_server.hpp"
#include <straycat/model/objects.hpp>

namespace straycat::test {
namespace {

using json = nlohmann::json;
using std::chrono::milliseconds;

constexpr const char* good = "127.0.0.2";
constexpr const char* stray = "127.0.0.3";

agent::Orders sayhi_orders() {
  agent::Orders orders = orders_for("http://sayhi/hi", 200);
  orders.traffic[0].service = "sayhi";
  orders.traffic[0].expect.body = "Meow";
  orders.direct_interval = milliseconds{250};
  orders.beacon = "beacon";
  return orders;
}

// An agent beside a Service whose endpoint answers, and one that can join it and refuses.
struct Incident {
  Meower server{true, good};
  Refuser refuser{stray, server.port()};
  SliceServer api{{slice(2, true, false)}};
  AgentProcess agent;

  Incident() : agent(sayhi_orders(), {.environment = environment()}) {}

  [[nodiscard]] json slice(int version, bool listed_stray, bool ready) const {
    json endpoints = json::array({slice_endpoint(good, true)});
    if (listed_stray) endpoints.push_back(slice_endpoint(stray, ready));
    return endpoint_slice("sayhi-x", version, server.port(), std::move(endpoints));
  }
  std::map<std::string, std::string> environment() {
    route(false);
    return {{"KUBECONFIG", api.kubeconfig()}, {"STRAYCAT_SERVICE_MAP", api.map_path()}, {"POD_IP", "127.0.0.1"}};
  }
  void route(bool with_stray) {
    std::vector<probe::Dial> endpoints = {{good, server.port()}};
    if (with_stray) endpoints.push_back({stray, server.port()});
    api.write_map({{"default", "sayhi", "10.96.0.7", 80, endpoints}});
  }
};

const Event* nth(const std::vector<Event>& events, Topic kind, std::size_t n) {
  for (const Event& event : events) {
    if (event.kind == kind && n-- == 0) return &event;
  }
  return nullptr;
}

std::size_t count_probes(const std::vector<DirectProbe>& probes, const std::string& address, ProbeReason why, bool ok) {
  return static_cast<std::size_t>(std::count_if(probes.begin(), probes.end(), [&](const DirectProbe& probe) {
    return probe.endpoint.address == address && probe.why == why && probe.ok == ok &&
           probe.endpoint.uid == "uid-" + address;
  }));
}

TEST(Watch, TheArticlesIncidentAsTheAgentSeesIt) {
  Incident incident;
  AgentProcess& agent = incident.agent;
  ASSERT_TRUE(agent.wait_for(Topic::slice, 1));
  ASSERT_TRUE(agent.wait_for(AttemptWindow::kind, 2));
  incident.api.modified(incident.slice(3, true, true));
  ASSERT_TRUE(agent.wait_for(Topic::slice, 2));
  incident.route(true);
  ASSERT_TRUE(agent.wait_for(AttemptFailed::kind, 30));
  incident.api.beacon("77");
  ASSERT_TRUE(agent.wait_for(Topic::beacon, 1));
  incident.route(false);
  incident.api.modified(incident.slice(4, true, false));
  ASSERT_TRUE(agent.wait_for(Topic::slice, 3));
  ASSERT_TRUE(agent.wait_for(VantageHealth::kind, 2));
  agent.signal(SIGTERM);
  EXPECT_EQ(agent.wait(), 0) << agent.errors();

  const std::vector<Event> events = agent.events();
  EXPECT_EQ(stream_fault(events), "");
  EXPECT_EQ(agent.all<VantageRecord>().front().dialing, Dialing::client_side);
  const Event* started = nth(events, WatchRecord::started, 0);
  ASSERT_NE(started, nullptr);
  EXPECT_EQ(started->body.get<WatchRecord>().selector, "kubernetes.io/service-name=sayhi");
  EXPECT_NE(nth(events, WatchRecord::ended, 0), nullptr);
  EXPECT_EQ(nth(events, Topic::beacon, 0)->body.at("resourceVersion"), "77");

  // No window lies on both sides of a change.
  const auto windows = agent.all<AttemptWindow>();
  EXPECT_EQ(tiling_fault(windows), "");
  const Stamp joined = nth(events, Topic::slice, 1)->at, left = nth(events, Topic::slice, 2)->at;
  for (const Stamp change : {joined, left}) {
    EXPECT_TRUE(std::none_of(windows.begin(), windows.end(),
                             [&](const AttemptWindow& w) { return w.from_ns < change.ns && change.ns < w.to_ns; }));
    EXPECT_TRUE(
        std::any_of(windows.begin(), windows.end(), [&](const AttemptWindow& w) { return w.from_ns == change.ns; }));
  }
  // Each failure is a refusal by the stray, whose name the client cannot know.
  const auto failures = agent.all<AttemptFailed>();
  for (const AttemptFailed& failed : failures) {
    EXPECT_EQ(failed.failure.kind, FailureKind::refused) << failed.failure.message;
    EXPECT_THAT(
        failed.failure.message,
        testing::MatchesRegex("\\(7\\) Failed to connect to sayhi port 80 after [0-9]+ ms: Connection refused"));
    EXPECT_EQ(failed.remote_address, "10.96.0.7");
    EXPECT_EQ(failed.remote_port, 80);
    EXPECT_EQ(failed.local_address, "127.0.0.1");
    EXPECT_NE(failed.local_port, 0);
    EXPECT_GE(failed.started_ns, joined.ns);
    EXPECT_LE(failed.started_ns, left.ns);
  }
  const Sums total = sums(windows);
  EXPECT_EQ(total.failed, failures.size());
  EXPECT_EQ(total.ok + total.failed, total.sent);
  // Direct probes are no traffic, and tell the endpoints apart.
  const auto probes = agent.all<DirectProbe>();
  EXPECT_EQ(count_probes(probes, good, ProbeReason::joined, true), 1u);
  EXPECT_EQ(count_probes(probes, stray, ProbeReason::joined, false), 1u);
  EXPECT_GE(count_probes(probes, good, ProbeReason::failure, true), 1u);
  EXPECT_GE(count_probes(probes, stray, ProbeReason::failure, false), 1u);
  EXPECT_GE(count_probes(probes, good, ProbeReason::periodic, true), 2u);
  EXPECT_EQ(count_probes(probes, stray, ProbeReason::left, false), 1u);
  for (const DirectProbe& probe : probes) {
    EXPECT_EQ(probe.traffic, "hi");
    EXPECT_EQ(probe.ok, probe.endpoint.address == good);
    EXPECT_TRUE(probe.uid_kept);
    if (!probe.ok) {
      EXPECT_EQ(probe.failure->kind, FailureKind::refused);
    }
  }
  EXPECT_EQ(incident.server.requests(),
            total.ok + static_cast<std::size_t>(
                           std::count_if(probes.begin(), probes.end(), [](const auto& p) { return p.ok; })));
}

TEST(Watch, ADenialIsSaidAndTheTrafficGoesOn) {
  const Meower server;
  const SliceServer api({}, true);
  agent::Orders orders = orders_for(server.url(), 100);
  orders.traffic[0].service = "sayhi";
  AgentProcess agent(orders, {.environment = {{"KUBECONFIG", api.kubeconfig()}}});
  ASSERT_TRUE(agent.wait_for(WatchRecord::ended));
  agent.signal(SIGTERM);
  EXPECT_EQ(agent.wait(), 0) << agent.errors();
  EXPECT_EQ(stream_fault(agent.events()), "");
  const auto ended = nth(agent.events(), WatchRecord::ended, 0)->body.get<WatchRecord>();
  EXPECT_EQ(ended.end, WatchEnd::denied);
  EXPECT_EQ(ended.reason, "403 Forbidden: no slices for you");
  EXPECT_GT(sums(agent.all<AttemptWindow>()).ok, 0u);
  EXPECT_TRUE(agent.all<DirectProbe>().empty());
}

TEST(Watch, WithoutASignInThereIsNoRun) {
  agent::Orders orders = orders_for("http://127.0.0.1:1/", 1);
  orders.traffic[0].service = "sayhi";
  AgentProcess agent(orders, {.environment = {{"KUBECONFIG", "/nonexistent/kubeconfig"}}});
  EXPECT_EQ(agent.wait(), 3);
  EXPECT_THAT(agent.errors(), testing::HasSubstr("/nonexistent/kubeconfig"));
}

}  // namespace
}  // namespace straycat::test
