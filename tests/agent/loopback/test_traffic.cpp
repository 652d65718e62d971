// The agent as a process: what it sends, and what its records say of it.
#include <algorithm>
#include <cerrno>
#include <set>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/support/agent_process.hpp"
#include "agent/support/servers.hpp"

namespace straycat::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Agent, CountsEveryAttemptOfAnOpenLoop) {
  const Meower server;
  agent::Orders orders = orders_for(server.url(), 500);
  orders.max_attempts = 300;
  orders.traffic[0].expect.body = "Meow";
  AgentProcess agent(orders,
                     {.environment = {{"POD_IP", "127.0.0.1"}, {"POD_NAME", "straycat-a0"}, {"NODE_NAME", "n1"}}});
  EXPECT_EQ(agent.wait(), 0) << agent.errors();
  EXPECT_EQ(stream_fault(agent.events()), "");
  const auto windows = agent.all<AttemptWindow>();
  EXPECT_EQ(tiling_fault(windows), "");
  const Sums total = sums(windows);
  EXPECT_EQ(total.sent, 300u);
  EXPECT_EQ(total.ok, 300u);
  EXPECT_EQ(server.requests(), 300u);
  for (const AttemptWindow& window : windows) {
    EXPECT_EQ(window.latency.count(), window.ok);
    EXPECT_EQ(window.lateness.count(), window.sent);
    EXPECT_LE(window.to_ns - window.from_ns, 1'000'000'000);
    for (const auto& [hash, count] : window.bodies) EXPECT_EQ(count, window.ok) << hash;
  }
  const auto vantage = agent.all<VantageRecord>().front();
  EXPECT_EQ(vantage.id, "a0");
  EXPECT_EQ(vantage.address, "127.0.0.1");
  EXPECT_EQ(vantage.pod, "straycat-a0");
  EXPECT_EQ(vantage.node, "n1");
  EXPECT_EQ(vantage.dialing, Dialing::kernel);
  EXPECT_FALSE(agent.all<VantageHealth>().empty());
  const auto summary = agent.all<VantageSummary>().front();
  EXPECT_EQ(summary.reason, VantageEnd::finished);
  EXPECT_EQ(summary.sent.at("hi"), 300u);
}

TEST(Agent, TellsEachFailureWhole) {
  const Refuser nobody;
  agent::Orders orders = orders_for(nobody.url(), 200);
  orders.max_attempts = 50;
  AgentProcess agent(orders);
  EXPECT_EQ(agent.wait(), 0) << agent.errors();
  EXPECT_EQ(stream_fault(agent.events()), "");
  const auto failures = agent.all<AttemptFailed>();
  ASSERT_EQ(failures.size(), 50u);
  std::set<std::uint64_t> ids;
  for (const AttemptFailed& failed : failures) {
    ids.insert(failed.id);
    EXPECT_EQ(failed.traffic, "hi");
    EXPECT_EQ(failed.failure.kind, FailureKind::refused);
    EXPECT_EQ(failed.failure.error_number, ECONNREFUSED);
    EXPECT_THAT(failed.failure.message,
                testing::MatchesRegex(
                    "\\(7\\) Failed to connect to 127.0.0.1 port [0-9]+ after [0-9]+ ms: Connection refused"));
    EXPECT_LE(failed.intended_ns, failed.started_ns);
    EXPECT_LE(failed.started_ns, failed.connect_ns);
    EXPECT_LE(failed.connect_ns, failed.ended_ns);
    EXPECT_NE(failed.local_port, 0);
    EXPECT_EQ(failed.remote_port, nobody.port());
  }
  EXPECT_EQ(ids.size(), 50u);
  EXPECT_EQ(*ids.rbegin(), 49u);
  EXPECT_EQ(sums(agent.all<AttemptWindow>()).failed, 50u);
}

TEST(Agent, FailuresBeyondTheCapAreCountedOnly) {
  const Refuser nobody;
  agent::Orders orders = orders_for(nobody.url(), 1000);
  orders.max_attempts = 500;
  orders.failures_kept = 5;
  AgentProcess agent(orders);
  EXPECT_EQ(agent.wait(), 0) << agent.errors();
  const auto windows = agent.all<AttemptWindow>();
  const Sums total = sums(windows);
  EXPECT_EQ(total.failed, 500u);
  EXPECT_EQ(total.not_kept + agent.all<AttemptFailed>().size(), 500u);
  EXPECT_LE(agent.all<AttemptFailed>().size(), windows.size() * 5);
}

TEST(Agent, TheArticlesClosedLoop) {
  const Meower server;
  agent::Orders orders = orders_for(server.url(), 0);
  orders.traffic[0].pace.loops = 4;
  orders.traffic[0].pace.pause = milliseconds{50};
  orders.max_attempts = 40;
  AgentProcess agent(orders);
  EXPECT_EQ(agent.wait(), 0) << agent.errors();
  EXPECT_EQ(stream_fault(agent.events()), "");
  EXPECT_EQ(sums(agent.all<AttemptWindow>()).ok, 40u);
}

TEST(Agent, TwoThousandASecondAreAllAccountedFor) {
  const Meower server;
  agent::Orders orders = orders_for(server.url(), 2000);
  orders.max_length = seconds{1};
  AgentProcess agent(orders);
  EXPECT_EQ(agent.wait(), 0) << agent.errors();
  const Sums total = sums(agent.all<AttemptWindow>());
  std::uint64_t skipped = 0;
  std::int64_t latest = 0;
  for (const auto& health : agent.all<VantageHealth>()) {
    skipped += health.skipped;
    latest = std::max(latest, health.loop_lag_ns);
  }
  EXPECT_EQ(total.sent, total.ok);
  // A loop that stalls as time runs out sends no more; what it owed then is neither sent nor skipped.
  const auto owed = static_cast<std::uint64_t>(latest / 500'000);  // two a millisecond
  EXPECT_LE(total.sent + skipped, 2000u);
  EXPECT_GE(total.sent + skipped + owed, 1800u);
  EXPECT_EQ(server.requests(), total.sent);
}

TEST(Agent, ASlowReaderNeverSlowsTheRequests) {
  const Refuser nobody;
  agent::Orders orders = orders_for(nobody.url(), 1000);
  orders.max_attempts = 1000;  // some 400 kB of failures: six times what the pipe holds
  AgentProcess agent(orders, {.read = false});
  ::usleep(1'500'000);  // the whole run long nobody reads
  EXPECT_EQ(agent.wait(), 0) << agent.errors();
  const Sums total = sums(agent.all<AttemptWindow>());
  EXPECT_EQ(total.sent, 1000u) << agent.errors();
  EXPECT_EQ(stream_fault(agent.events()), "");
}

TEST(Agent, ATermSignalEndsItWithASummaryThoughRequestsHang) {
  const Meower silent(false);
  AgentProcess agent(orders_for(silent.url(), 100));
  ASSERT_TRUE(agent.wait_for(VantageHealth::kind));
  agent.signal(SIGTERM);
  EXPECT_EQ(agent.wait(), 0) << agent.errors();
  EXPECT_EQ(stream_fault(agent.events()), "");
  const auto summary = agent.all<VantageSummary>().front();
  EXPECT_EQ(summary.reason, VantageEnd::signal);
  const Sums total = sums(agent.all<AttemptWindow>());
  EXPECT_EQ(total.sent, summary.sent.at("hi"));
  EXPECT_EQ(total.ok + total.failed, 0u) << "nobody knows what would have become of them";
  EXPECT_EQ(tiling_fault(agent.all<AttemptWindow>()), "");
}

TEST(Agent, AStopIsTheProbersOwn) {
  const Meower server;
  AgentProcess agent(orders_for(server.url(), 200));
  ASSERT_TRUE(agent.wait_for(VantageHealth::kind));
  const std::size_t before = agent.all<VantageHealth>().size();
  agent.signal(SIGSTOP);
  ::usleep(2'000'000);
  agent.signal(SIGCONT);
  ASSERT_TRUE(agent.wait_for(VantageHealth::kind, before + 1));
  agent.signal(SIGTERM);
  EXPECT_EQ(agent.wait(), 0) << agent.errors();
  const auto told = agent.all<VantageHealth>();
  const auto stop =
      std::find_if(told.begin(), told.end(), [](const auto& health) { return health.limit == Limit::stopped; });
  ASSERT_NE(stop, told.end());
  EXPECT_GE(stop->loop_lag_ns, 1'900'000'000);
  std::uint64_t skipped = 0;
  for (const auto& health : told) skipped += health.skipped;
  EXPECT_GE(skipped, 300u) << "of the 400 missed, a few are made up for; the rest are said to be missing";
  for (std::size_t i = 1; i < told.size(); ++i) EXPECT_EQ(told[i].from_ns, told[i - 1].to_ns);
  EXPECT_EQ(sums(agent.all<AttemptWindow>()).failed, 0u);
}

TEST(Agent, RunningOutOfDescriptorsIsItsOwnLimit) {
  const Meower silent(false);
  agent::Orders orders = orders_for(silent.url(), 200);
  AgentProcess agent(orders);
  ASSERT_TRUE(agent.wait_for(VantageRecord::kind));
  const rlimit few{40, 40};
  ASSERT_EQ(::prlimit(agent.pid(), RLIMIT_NOFILE, &few, nullptr), 0);
  ASSERT_TRUE(agent.wait_for(AttemptFailed::kind, 5)) << agent.wait() << agent.errors();
  ASSERT_TRUE(agent.wait_for(VantageHealth::kind, 2));
  agent.signal(SIGTERM);
  EXPECT_EQ(agent.wait(), 0) << agent.errors();
  for (const AttemptFailed& failed : agent.all<AttemptFailed>()) {
    EXPECT_EQ(failed.failure.kind, FailureKind::local_exhaustion) << failed.failure.message;
    EXPECT_EQ(failed.failure.error_number, EMFILE);
  }
  const auto told = agent.all<VantageHealth>();
  EXPECT_TRUE(std::any_of(told.begin(), told.end(), [](const auto& health) {
    return health.limit == Limit::descriptors && health.local_exhaustion > 0;
  }));
}

TEST(Agent, BadOrdersAreTheOrderersFault) {
  const std::pair<std::string, std::string> cases[] = {
      {"{", "straycat agent: STRAYCAT_ORDERS holds no JSON object\n"},
      {"[1]", "straycat agent: STRAYCAT_ORDERS holds no JSON object\n"},
      {R"({"windowNs":0})", "straycat agent: orders: windowNs must be above 0\n"},
      {agent::to_json(orders_for("ftp://x", 1)).dump(),
       "straycat agent: traffic hi: bad URL 'ftp://x': it must begin with http:// or https://\n"},
      {agent::to_json(orders_for("http://x", 0)).dump(), "straycat agent: traffic hi: neither a rate nor loops\n"},
  };
  for (const auto& [raw, message] : cases) {
    AgentProcess agent({}, {.raw_orders = raw});
    EXPECT_EQ(agent.wait(), 3);
    EXPECT_EQ(agent.errors(), message);
    EXPECT_TRUE(agent.events().empty());
  }
}

TEST(Agent, AReaderThatIsGoneEndsIt) {
  const Meower server;
  agent::Orders orders = orders_for(server.url(), 100);
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe[1], 1);
    ::close(pipe[0]);
    ::close(pipe[1]);
    ::setenv("STRAYCAT_TEST_AGENT", "1", 1);
    ::setenv("STRAYCAT_ORDERS", agent::to_json(orders).dump().c_str(), 1);
    ::execl("/proc/self/exe", "agent", nullptr);
    ::_exit(127);
  }
  ::close(pipe[0]);
  ::close(pipe[1]);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 4);
}

}  // namespace
}  // namespace straycat::test
