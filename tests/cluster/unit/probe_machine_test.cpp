// When probes are sent and what their answers change, by kubelet's worker.
#include "cluster/node/probe_machine.hpp"

#include <gtest/gtest.h>

#include "cluster/support/pod_world.hpp"

namespace straycat::cluster::test {
namespace {

using namespace std::chrono_literals;
constexpr auto yes = ProbeOutcome::success, no = ProbeOutcome::failure;

ProbeSpec spec(int period, int initial_delay = 0, int success = 1, int failure = 3) {
  ProbeSpec out;
  out.handler.kind = Handler::Kind::tcp;
  out.period = period;
  out.initial_delay = initial_delay;
  out.success_threshold = success;
  out.failure_threshold = failure;
  return out;
}

// The instants (ms after acceptance) at which probes are sent up to `until`, each answered at once with `answer`.
std::vector<long> beats(ProbeMachine& machine, ProbeOutcome answer, Nanos until, bool up = true) {
  std::vector<long> out;
  for (auto at = machine.next(); at && *at <= Stamp{} + until; at = machine.next()) {
    if (!machine.poll(*at, up)) continue;
    out.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(*at - Stamp{}).count());
    machine.finish(answer, *at);
  }
  return out;
}

TEST(ProbeMachine, ReadinessIsAskedAtOnceAndThenEachPeriod) {
  ProbeMachine machine(ProbeKind::readiness, spec(10), Stamp{});
  EXPECT_FALSE(machine.next().has_value()) << "nothing runs yet";
  machine.container_started(Stamp{} + 20ms);
  EXPECT_EQ(beats(machine, yes, 35s), (std::vector<long>{20, 10020, 20020, 30020}));
  EXPECT_TRUE(machine.passing());
}

TEST(ProbeMachine, ReadinessThatFailsAfterTheStartIsAskedAgainSoon) {
  ProbeMachine machine(ProbeKind::readiness, spec(10), Stamp{});
  machine.container_started(Stamp{} + 20ms);
  EXPECT_EQ(beats(machine, no, 25s), (std::vector<long>{20, 120, 1020, 11020, 21020}));
  EXPECT_FALSE(machine.passing());
}

TEST(ProbeMachine, LivenessAndStartupFollowTheTickerOfThePod) {
  for (const ProbeKind kind : {ProbeKind::liveness, ProbeKind::startup}) {
    ProbeMachine machine(kind, spec(5), Stamp{});
    machine.container_started(Stamp{} + 700ms);
    EXPECT_EQ(beats(machine, yes, 16s, kind == ProbeKind::liveness), (std::vector<long>{5000, 10000, 15000}));
  }
}

TEST(ProbeMachine, InitialDelayHoldsEveryBeatBack) {
  ProbeMachine machine(ProbeKind::liveness, spec(4, 10), Stamp{});
  machine.container_started(Stamp{} + 1s);
  EXPECT_EQ(beats(machine, yes, 21s), (std::vector<long>{12000, 16000, 20000}));
}

struct ThresholdCase {
  const char* name;
  ProbeKind kind;
  int success, failure;
  std::vector<ProbeOutcome> answers;
  std::vector<bool> passing;  // after each answer
};

TEST(ProbeMachine, ThresholdsCountAnswersInARow) {
  const std::vector<ThresholdCase> cases = {
      {"ready at the first success",
       ProbeKind::readiness,
       1,
       3,
       {yes, no, no, yes, no, no, no, yes},
       {true, true, true, true, true, true, false, true}},
      {"two successes wanted", ProbeKind::readiness, 2, 1, {yes, no, yes, yes, no}, {false, false, false, true, false}},
      {"alive until the third failure",
       ProbeKind::liveness,
       1,
       3,
       {no, no, yes, no, no, no},
       {true, true, true, true, true, false}},
      {"not started until it is", ProbeKind::startup, 1, 3, {no, no, yes}, {false, false, true}},
  };
  for (const ThresholdCase& c : cases) {
    SCOPED_TRACE(c.name);
    ProbeMachine machine(c.kind, spec(1, 0, c.success, c.failure), Stamp{});
    machine.container_started(Stamp{});
    Stamp now{};
    for (std::size_t i = 0; i < c.answers.size(); ++i) {
      do now = now + 500ms;
      while (!machine.poll(now, c.kind != ProbeKind::startup));
      machine.finish(c.answers[i], now);
      EXPECT_EQ(machine.passing(), c.passing[i]) << "answer " << i;
    }
  }
}

TEST(ProbeMachine, AFailedLivenessProbeRestsUntilTheNextContainer) {
  ProbeMachine machine(ProbeKind::liveness, spec(1, 0, 1, 1), Stamp{});
  machine.container_started(Stamp{});
  ASSERT_TRUE(machine.poll(Stamp{} + 1s, true));
  EXPECT_TRUE(machine.finish(no, Stamp{} + 1s));
  EXPECT_TRUE(machine.failed());
  EXPECT_FALSE(machine.next().has_value());
  machine.container_stopped();
  machine.container_started(Stamp{} + 3s);
  EXPECT_TRUE(machine.passing());
  EXPECT_TRUE(machine.next().has_value());
}

TEST(ProbeMachine, ASlowProbeDelaysTheNextAndMissedBeatsAreDropped) {
  ProbeMachine machine(ProbeKind::readiness, spec(1), Stamp{});
  machine.container_started(Stamp{});
  ASSERT_TRUE(machine.poll(Stamp{}, true));
  EXPECT_FALSE(machine.next().has_value());
  EXPECT_FALSE(machine.poll(Stamp{} + 2s, true)) << "one at a time";
  machine.finish(yes, Stamp{} + 5s);
  EXPECT_EQ(*machine.next(), Stamp{} + 5s);
  ASSERT_TRUE(machine.poll(Stamp{} + 5s, true));
  machine.finish(yes, Stamp{} + 5s);
  EXPECT_EQ(*machine.next(), Stamp{} + 6s);
}

TEST(ProbeMachine, AnAnswerNobodyWaitsForChangesNothing) {
  ProbeMachine machine(ProbeKind::readiness, spec(1), Stamp{});
  machine.container_started(Stamp{});
  EXPECT_FALSE(machine.finish(yes, Stamp{}));
  EXPECT_FALSE(machine.passing());
}

// ---- the same inside a pod ----

json http_probe(const char* kind, const json& more = json::object()) {
  json probe = {{"httpGet", {{"path", "/healthz"}, {"port", 3000}}}};
  probe.update(more);
  return {{kind, probe}};
}

TEST(ProbesOfAPod, ReadinessDecidesReadyAndEachFailureIsAnEvent) {
  PodWorld world(pod_object(json::array({container("sayhi", http_probe("readinessProbe"))})));
  world.feed(input::Begin{});
  world.feed(input::SandboxReady{"10.244.0.9"});
  EXPECT_EQ(world.orders(input::Started{0, "straycat://1"}), std::vector<std::string>{"probe 0 Readiness 0"});
  EXPECT_EQ(world.phase(), "Running");
  EXPECT_FALSE(world.holds("Ready"));
  EXPECT_EQ(world.feed(input::Probed{0, ProbeKind::readiness, 0, {no, "connection refused", false}}),
            std::vector<std::string>{"event Warning Unhealthy sayhi: Readiness probe failed: connection refused"});
  EXPECT_EQ(world.until_wake(), 100ms);
  EXPECT_EQ(world.wake(), std::vector<std::string>{"probe 0 Readiness 0"});
  world.feed(input::Probed{0, ProbeKind::readiness, 0, {yes, "", false}});
  EXPECT_TRUE(world.published);
  EXPECT_TRUE(world.holds("Ready"));
  EXPECT_EQ(world.until_wake(), 10s);
}

TEST(ProbesOfAPod, FailingLivenessRestartsTheContainer) {
  PodWorld world(pod_object(json::array(
      {container("c", http_probe("livenessProbe", {{"failureThreshold", 1}, {"terminationGracePeriodSeconds", 4}}))})));
  world.run();
  EXPECT_TRUE(world.holds("Ready"));
  EXPECT_EQ(world.wake(), std::vector<std::string>{"probe 0 Liveness 0"});
  EXPECT_EQ(world.feed(input::Probed{0, ProbeKind::liveness, 0, {no, "HTTP probe failed with statuscode: 500", false}}),
            (std::vector<std::string>{
                "event Warning Unhealthy c: Liveness probe failed: HTTP probe failed with statuscode: 500",
                "event Normal Killing c: Container c failed liveness probe, will be restarted", "signal 0 15"}));
  EXPECT_EQ(world.until_wake(), 4s);
  world.feed(input::Exited{0, 143});
  EXPECT_EQ(world.wake(), std::vector<std::string>{"start 0"});
  world.feed(input::Started{0, "straycat://2"});
  EXPECT_EQ(world.status().at("containerStatuses")[0].at("restartCount"), 1);
}

TEST(ProbesOfAPod, StartupHoldsTheOthersBack) {
  json both = http_probe("startupProbe", {{"periodSeconds", 1}});
  both.update(http_probe("readinessProbe"));
  PodWorld world(pod_object(json::array({container("c", both)})));
  world.run();
  EXPECT_FALSE(world.status().at("containerStatuses")[0].at("started").get<bool>());
  std::vector<std::string> sent;
  while (sent.empty()) sent = world.wake();
  EXPECT_EQ(sent, std::vector<std::string>{"probe 0 Startup 0"});
  EXPECT_EQ(world.orders(input::Probed{0, ProbeKind::startup, 0, {yes, "", false}}),
            std::vector<std::string>{"probe 0 Readiness 0"});
  EXPECT_TRUE(world.status().at("containerStatuses")[0].at("started").get<bool>());
}

TEST(ProbesOfAPod, OnlyReadinessGoesOnWhileThePodEnds) {
  json both = http_probe("readinessProbe", {{"periodSeconds", 1}, {"failureThreshold", 1}});
  both.update(http_probe("livenessProbe", {{"periodSeconds", 1}, {"failureThreshold", 1}}));
  PodWorld world(pod_object(json::array({container("c", both)})));
  world.run();
  world.feed(input::Probed{0, ProbeKind::readiness, 0, {yes, "", false}});
  world.feed(input::Delete{30});
  EXPECT_TRUE(world.holds("Ready"));
  EXPECT_EQ(world.wake(), std::vector<std::string>{"probe 0 Readiness 0"});
  world.feed(input::Probed{0, ProbeKind::readiness, 0, {no, "refused", false}});
  EXPECT_FALSE(world.holds("Ready"));
}

TEST(ProbesOfAPod, AnswersOfAnEarlierContainerAreIgnored) {
  PodWorld world(pod_object(json::array({container("c", http_probe("readinessProbe"))})));
  world.run();
  world.feed(input::Exited{0, 1});
  world.wake();
  world.feed(input::Started{0, "straycat://2"});
  EXPECT_TRUE(world.feed(input::Probed{0, ProbeKind::readiness, 0, {yes, "", false}}).empty());
  EXPECT_FALSE(world.holds("Ready"));
}

}  // namespace
}  // namespace straycat::cluster::test
