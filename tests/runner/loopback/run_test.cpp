// Whole runs against the embedded cluster in another process: what stands in the log on each way out, and that nothing
// is left in the cluster.
#include <algorithm>
#include <optional>
#include <signal.h>
#include <sstream>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/support/cluster_process.hpp"
#include <straycat/history/history.hpp>
#include <straycat/kube/client.hpp>
#include <straycat/model/fault.hpp>
#include <straycat/runner/runner.hpp>

namespace straycat::runner {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

plan::Manifest manifest(json object, const char* file = "m.yaml", int line = 1) {
  return {std::move(object), file, line};
}

json deployment(const char* image = "beranm14/sayhi") {
  return json::parse(
      std::string{R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"sayhi"},"spec":{"replicas":1,
    "selector":{"matchLabels":{"app":"sayhi"}},"template":{"metadata":{"labels":{"app":"sayhi"}},
    "spec":{"terminationGracePeriodSeconds":5,"containers":[{"name":"sayhi","image":")"} +
      image + R"(","ports":[{"containerPort":3000}],
    "readinessProbe":{"httpGet":{"path":"/healthz","port":3000},"periodSeconds":1}}]}}}})");
}
json service() {
  return json::parse(
      R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"sayhi"},"spec":{"selector":{"app":"sayhi"},
    "ports":[{"port":80,"targetPort":3000}]}})");
}

struct RunTest : testing::Test {
  static void SetUpTestSuite() { cluster = std::make_unique<test::ClusterProcess>(); }
  static void TearDownTestSuite() { cluster.reset(); }
  static inline std::unique_ptr<test::ClusterProcess> cluster;

  plan::Plan plan;
  Options options;
  std::vector<Event> events;
  std::ostringstream text;
  std::function<void(const Event&)> hook;

  void SetUp() override {
    options.cluster = cluster->config();
    options.version = "test";
    options.interrupted_by_signals = false;
    plan.name = "try";
    plan.deadline = 2min;
  }
  void step(plan::Action action, std::string phase = "") {
    plan.steps.push_back({"step-" + std::to_string(plan.steps.size()), std::move(phase), std::move(action)});
  }
  void deploy() { step(plan::Apply{{manifest(deployment()), manifest(service())}}); }
  void traffic() {
    plan::TrafficPlan cats;
    cats.name = "cats";
    cats.url = "http://sayhi/hi";
    cats.service = "sayhi";
    cats.pace.rate_per_second = 50;
    plan.traffic.push_back(cats);
  }
  Outcome carry_out() {
    auto outcome = run(plan, options, text, [this](const Event& event) {
      events.push_back(event);
      if (hook) hook(event);
    });
    EXPECT_TRUE(outcome) << outcome.error().message;
    return outcome ? *outcome : Outcome{};
  }
  std::size_t count(const std::string& kind) const {
    return static_cast<std::size_t>(
        std::count_if(events.begin(), events.end(), [&](const Event& event) { return event.kind == kind; }));
  }
  const Event* last(const std::string& kind) const {
    const Event* found = nullptr;
    for (const auto& event : events)
      if (event.kind == kind) found = &event;
    return found;
  }
  // What every log holds, however the run ended; returns run.ended's body.
  json whole_log() {
    std::istringstream in{text.str()};
    const auto log = read_log(in);
    EXPECT_TRUE(log);
    if (!log) return {};
    EXPECT_FALSE(log->cut);
    EXPECT_EQ(log->events, events);
    EXPECT_EQ(log->events.front().kind, "header");
    EXPECT_EQ(log->events.back().kind, "run.ended");
    EXPECT_EQ(count("step.started"), count("step.ended"));
    return log->events.back().body;
  }
  std::string run_namespace() const { return events.front().body["namespace"]; }

  template <class T>
  T ask(std::function<asio::awaitable<kube::ApiResult<T>>(kube::Client&)> question) {
    asio::io_context context;
    kube::Client client{context.get_executor(), cluster->config()};
    std::optional<kube::ApiResult<T>> answer;
    asio::co_spawn(context, question(client), [&](const std::exception_ptr&, kube::ApiResult<T> result) {
      answer.emplace(std::move(result));
      context.stop();
    });
    context.run_for(20s);
    if (!answer || !*answer) throw std::runtime_error("the cluster did not answer");
    return **answer;
  }
  std::vector<std::string> names(const char* kind, const std::string& ns) {
    const auto list = ask<json>([&](kube::Client& client) { return client.list(*kube::resource_for_kind(kind), ns); });
    std::vector<std::string> out;
    for (const auto& item : list["items"]) out.push_back(item["metadata"]["name"]);
    return out;
  }
  void expect_nothing_left() {
    EXPECT_THAT(names("Namespace", ""), testing::Not(testing::Contains(run_namespace())));
    EXPECT_THAT(names("Pod", run_namespace()), IsEmpty());
  }
};

TEST_F(RunTest, ARunFromItsHeaderToItsEnd) {
  deploy();
  step(plan::Wait{{"Deployment", "sayhi", ""}, "RolledOut", 60s}, "deployed");
  step(plan::Wait{{"Deployment", "sayhi", ""}, "Routable", 30s});
  traffic();
  step(plan::Traffic{true}, "calm");
  step(plan::Pause{1500ms});
  step(plan::Restart{{"Deployment", "sayhi", ""}}, "restart");
  step(plan::Wait{{"Deployment", "sayhi", ""}, "RolledOut", 60s});
  step(plan::Scale{{"Deployment", "sayhi", ""}, 2});
  step(plan::Wait{{"Deployment", "sayhi", ""}, "RolledOut", 60s});
  step(plan::Traffic{false});
  step(plan::Delete{{{"Service", "sayhi", ""}}, true});
  const auto outcome = carry_out();
  EXPECT_EQ(outcome.end, End::finished) << outcome.error;
  EXPECT_EQ(whole_log()["reason"], "finished");
  expect_nothing_left();

  const auto& header = events.front().body;
  EXPECT_EQ(header["cluster"], "embedded");
  EXPECT_EQ(header["dataPlane"], "loopback-fallback");
  EXPECT_EQ(header["plan"]["name"], "try");
  for (const char* kind : {"vantage", "vantage.summary", "beacon", "clock.bound", "slice", "pod", "service", "workload",
                           "node", "kube.event", "attempts.window"})
    EXPECT_GT(count(kind), 0u) << kind;
  EXPECT_EQ(count("vantage.lost"), 0u);
  EXPECT_EQ(last("step.started")->body["phase"], "restart");
}

TEST_F(RunTest, TheClockOfAnAgentOnThisMachineIsBoundAroundNought) {
  deploy();
  step(plan::Wait{{"Deployment", "sayhi", ""}, "Routable", 60s});
  traffic();
  step(plan::Traffic{true});
  step(plan::Pause{1500ms});
  carry_out();
  whole_log();
  const auto* bound = last("clock.bound");
  ASSERT_NE(bound, nullptr);
  // Both read the same CLOCK_MONOTONIC here: the truth is 0.
  EXPECT_LE(bound->body.value("lowerNs", std::int64_t{0}), 0);
  EXPECT_GE(bound->body.value("upperNs", std::int64_t{0}), 0);
}

TEST_F(RunTest, WatchesStandBeforeTheFirstStep) {
  deploy();
  carry_out();
  std::size_t standing = 0;
  for (const auto& event : events) {
    if (event.kind == "step.started") break;
    if (event.kind == "watch.started") ++standing;
  }
  EXPECT_GE(standing, 8u);
}

// What ends a watch behind one's back must not become evidence: no Event was written, as far as anybody saw.
TEST_F(RunTest, AWatchThatDiesCoversNothingFromThenOn) {
  deploy();
  step(plan::Wait{{"Deployment", "sayhi", ""}, "Available", 60s});
  step(plan::Pause{500ms});
  hook = [](const Event& event) {
    if (event.kind == Topic::kube_event) throw std::runtime_error("nobody can read this Event");
  };
  const auto outcome = carry_out();
  EXPECT_EQ(outcome.end, End::finished) << outcome.error;
  whole_log();
  std::vector<Event> ends;
  for (const Event& event : events)
    if (event.kind == WatchRecord::ended && event.body.value("resource", "") == "events") ends.push_back(event);
  ASSERT_EQ(ends.size(), 1u) << "it is not closed once more, as if it had seen everything";
  const auto end = ends.front().body.get<WatchRecord>();
  EXPECT_EQ(end.end, WatchEnd::died);
  EXPECT_EQ(end.reason, "nobody can read this Event");

  std::istringstream in{text.str()};
  const auto history = history::fold(*read_log(in));
  ASSERT_TRUE(history);
  const auto died = ends.front().at.ns;
  EXPECT_FALSE(history->covered("events", {died, events.back().at.ns}));
  EXPECT_TRUE(history->covered("pods", {died, died + 100'000'000})) << "the others saw on";
  EXPECT_TRUE(std::any_of(history->notes.begin(), history->notes.end(), [](const auto& note) {
    return note.second.find("the watch of events died (nobody can read this Event)") != std::string::npos;
  }));
  expect_nothing_left();
}

TEST_F(RunTest, AManifestThatTheApiRefusesEndsTheRunBeforeItsFirstStep) {
  auto wrong = deployment();
  wrong["spec"]["replica"] = 1;
  step(plan::Apply{{manifest(wrong, "deployment.yaml", 7)}});
  step(plan::Pause{1h});
  const auto outcome = carry_out();
  EXPECT_EQ(outcome.end, End::failed);
  EXPECT_THAT(outcome.error, HasSubstr("deployment.yaml:7: Deployment/sayhi: "));
  EXPECT_THAT(outcome.error, HasSubstr("field not declared in schema"));
  EXPECT_EQ(whole_log()["error"], outcome.error);
  EXPECT_EQ(count("step.started"), 0u);
  expect_nothing_left();
}

TEST_F(RunTest, AWaitThatTimesOutSaysHowThingsStood) {
  step(plan::Apply{{manifest(deployment("no-such-image"))}});
  step(plan::Wait{{"Deployment", "sayhi", ""}, "Available", 3s});
  const auto outcome = carry_out();
  EXPECT_EQ(outcome.end, End::unmet);
  EXPECT_THAT(outcome.error, HasSubstr("Deployment/sayhi is not Available after 3s"));
  EXPECT_THAT(outcome.error,
              testing::ContainsRegex(
                  "Pod/sayhi-[^ ]*: Pending, container sayhi waiting \\((ErrImagePull|ImagePullBackOff)\\)"));
  EXPECT_THAT(outcome.error, HasSubstr("Failed: Failed to pull image \"no-such-image\"")) << "the Event's own words";
  whole_log();
  expect_nothing_left();
}

TEST_F(RunTest, APodThatCannotBeScheduledSaysWhy) {
  auto nowhere = deployment();
  nowhere["spec"]["template"]["spec"]["nodeSelector"]["disk"] = "tape";
  step(plan::Apply{{manifest(nowhere)}});
  step(plan::Wait{{"Deployment", "sayhi", ""}, "Available", 2s});
  EXPECT_THAT(carry_out().error, testing::ContainsRegex("Pod/sayhi-[^ ]* FailedScheduling: .*0/1 nodes"));
  expect_nothing_left();
}

TEST_F(RunTest, APodThatCannotBeStartedSaysWhy) {
  auto lame = deployment();
  lame["spec"]["template"]["spec"]["containers"][0]["envFrom"] =
      json::array({json::object({{"configMapRef", json::object({{"name", "no-such-map"}})}})});
  step(plan::Apply{{manifest(lame)}});
  step(plan::Wait{{"Deployment", "sayhi", ""}, "Available", 2s});
  EXPECT_THAT(carry_out().error, testing::ContainsRegex("Pod/sayhi-[^ ]* Failed: Error: configmap"));
  expect_nothing_left();
}

TEST_F(RunTest, TheDeadlineCutsAStep) {
  plan.deadline = 3s;
  step(plan::Pause{1h});
  const auto outcome = carry_out();
  EXPECT_EQ(outcome.end, End::deadline);
  EXPECT_EQ(whole_log()["reason"], "deadline");
  EXPECT_FALSE(last("step.ended")->body["ok"]);
  expect_nothing_left();
}

TEST_F(RunTest, ASignalEndsTheRunCleanlyWithItsTraffic) {
  options.interrupted_by_signals = true;
  deploy();
  step(plan::Wait{{"Deployment", "sayhi", ""}, "Routable", 60s});
  traffic();
  step(plan::Traffic{true});
  step(plan::Pause{1h});
  hook = [this](const Event& event) {
    if (event.kind == "attempts.window" && count("attempts.window") == 3) ::raise(SIGINT);
  };
  const auto outcome = carry_out();
  EXPECT_EQ(outcome.end, End::interrupted);
  EXPECT_EQ(whole_log()["reason"], "interrupted");
  EXPECT_EQ(last("step.ended")->body["error"], "interrupted");
  EXPECT_EQ(count("vantage.summary"), 1u);
  expect_nothing_left();
}

TEST_F(RunTest, ASecondSignalEndsItAtOnceAndTheLogIsStillWhole) {
  options.interrupted_by_signals = true;
  deploy();
  step(plan::Pause{1h});
  hook = [](const Event& event) {
    if (event.kind == "step.started" && event.body.value("index", 0) == 1) ::raise(SIGINT);
    if (event.kind == "watch.ended") ::raise(SIGTERM);
  };
  const auto before = monotonic_now();
  EXPECT_EQ(carry_out().end, End::interrupted);
  EXPECT_LT(monotonic_now() - before, 30s);
  EXPECT_THAT(whole_log()["error"], HasSubstr("was left there"));
  // Tidy up for the next test: nobody else will.
  ask<json>(
      [&](kube::Client& client) { return client.remove(*kube::resource_for_kind("Namespace"), "", run_namespace()); });
}

TEST_F(RunTest, ANamespaceOfThePersonsOwnIsKeptAndItsObjectsToo) {
  const json own{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", "shop"}}}};
  ask<json>([&](kube::Client& client) { return client.create(*kube::resource_for_kind("Namespace"), "", own); });
  json foreign = service();
  foreign["metadata"]["name"] = "theirs";
  ask<json>([&](kube::Client& client) { return client.create(*kube::resource_for_kind("Service"), "shop", foreign); });
  options.ns = "shop";
  deploy();
  step(plan::Delete{{{"Service", "theirs", ""}}, true});
  const auto outcome = carry_out();
  EXPECT_EQ(outcome.end, End::unmet);
  EXPECT_THAT(outcome.error, HasSubstr("Service/theirs exists in namespace shop and was not made by this run"));
  whole_log();
  EXPECT_THAT(names("Service", "shop"), testing::ElementsAre("theirs"));
  EXPECT_THAT(names("Deployment", "shop"), IsEmpty());
}

TEST_F(RunTest, DoesNotTouchOtherNamespacesOrTheClustersOwnObjects) {
  auto elsewhere = service();
  elsewhere["metadata"]["namespace"] = "default";
  step(plan::Apply{{manifest(elsewhere)}});
  EXPECT_THAT(carry_out().error, HasSubstr("in namespace default, but the run's is straycat-try-"));
}

TEST_F(RunTest, AnAgentThatCannotStartSaysWhy) {
  options.agent_image = "no-such-image";
  traffic();
  step(plan::Traffic{true});
  const auto outcome = carry_out();
  EXPECT_EQ(outcome.end, End::failed);
  EXPECT_THAT(outcome.error, HasSubstr("image no-such-image): its container cannot start"));
  whole_log();
  expect_nothing_left();
}

TEST_F(RunTest, NoClusterIsAFailedRunWithALog) {
  options.cluster.server = "https://127.0.0.1:1";
  deploy();
  const auto outcome = carry_out();
  EXPECT_EQ(outcome.end, End::failed);
  EXPECT_THAT(outcome.error, HasSubstr("Connection refused"));
  EXPECT_EQ(whole_log()["reason"], "failed");
}

// Nobody told this run that its cluster would be told of: it asks, and gets no answer.
TEST_F(RunTest, AClusterThatDiesInTheMiddleIsAFailedRunWithALog) {
  test::ClusterProcess other;
  options.cluster = other.config();
  options.cluster.outage_patience = 500ms;
  deploy();
  step(plan::Wait{{"Deployment", "sayhi", ""}, "Available", 60s});
  // The server, a process under the one that is killed, may answer one last call: the kernel tells it a moment later.
  step(plan::Patch{{"Deployment", "sayhi", ""}, json{{"spec", {{"replicas", 2}}}}});
  step(plan::Pause{500ms});
  step(plan::Patch{{"Deployment", "sayhi", ""}, json{{"spec", {{"replicas", 3}}}}});
  hook = [&](const Event& event) {
    if (event.kind == "step.started" && event.body.value("index", 0) == 2) other.kill();
  };
  const auto outcome = carry_out();
  EXPECT_EQ(outcome.end, End::failed);
  EXPECT_THAT(outcome.error, HasSubstr("kubectl delete namespaces straycat-try-"));
  whole_log();
}

TEST_F(RunTest, AWaitEndsWhenTheApiServerHasNotAnsweredForLong) {
  test::ClusterProcess other;
  options.cluster = other.config();
  options.cluster.outage_patience = 500ms;
  deploy();
  step(plan::Wait{{"Job", "nobody", ""}, "Complete", 10min});
  hook = [&](const Event& event) {
    if (event.kind == "step.started" && event.body.value("index", 0) == 1) other.kill();
  };
  const auto before = monotonic_now();
  const auto outcome = carry_out();
  EXPECT_LT(monotonic_now() - before, 60s);
  EXPECT_EQ(outcome.end, End::failed);
  EXPECT_THAT(outcome.error, HasSubstr("Job/nobody is not Complete, and the API server has not answered for"));
}

// --- parts that die ---

struct LostTest : RunTest {
  test::ClusterProcess other;
  int line = -1;

  void SetUp() override {
    RunTest::SetUp();
    options.cluster = other.config();
    line = static_cast<int>(::syscall(SYS_pidfd_open, other.pid(), 0));
    ASSERT_GE(line, 0);
    options.lifeline = Lifeline{line, "the cluster", [] { return "it was its time"; }};
    deploy();
    step(plan::Wait{{"Deployment", "sayhi", ""}, "Routable", 60s});
    traffic();
    step(plan::Traffic{true});
  }
  void TearDown() override { ::close(line); }
  std::size_t index_of_last() const { return plan.steps.size() - 1; }
  void kill_in_last_step() {
    hook = [this](const Event& event) {
      if (event.kind == "step.started" && event.body.value("index", std::size_t{0}) == index_of_last()) other.kill();
    };
  }
  void expect_lost() {
    const auto before = monotonic_now();
    const auto outcome = carry_out();
    EXPECT_LT(monotonic_now() - before, 40s);
    EXPECT_EQ(outcome.end, End::lost);
    EXPECT_EQ(outcome.error, "the cluster ended: it was its time");
    const json said = whole_log();
    EXPECT_EQ(said["reason"], "lost");
    EXPECT_EQ(said["error"], outcome.error);
    EXPECT_EQ(count("cluster.lost"), 1u);
    EXPECT_EQ(count("vantage.lost"), 1u) << "its pod went with it";
  }
};

// It is gone before it could be asked for its version: the log begins with its header all the same.
TEST_F(LostTest, BeforeTheRunBegan) {
  other.kill();
  const auto outcome = carry_out();
  EXPECT_EQ(outcome.end, End::lost);
  EXPECT_EQ(whole_log()["reason"], "lost");
}

TEST_F(LostTest, AClusterThatEndsInAPause) {
  step(plan::Pause{1h});
  kill_in_last_step();
  expect_lost();
}

TEST_F(LostTest, AClusterThatEndsInAWait) {
  step(plan::Wait{{"Job", "nobody", ""}, "Complete", 1h});
  kill_in_last_step();
  expect_lost();
}

TEST_F(LostTest, AClusterThatEndsWhileItIsAsked) {
  for (int i = 0; i < 300; ++i)
    step(plan::Patch{{"Deployment", "sayhi", ""}, json{{"spec", {{"paused", i % 2 == 0}}}}});
  hook = [this](const Event& event) {
    if (event.kind == "step.started" && event.body.value("index", 0) == 8) other.kill();
  };
  expect_lost();
}

TEST_F(RunTest, AProberThatDiesEndsTheRunAndIsTold) {
  deploy();
  step(plan::Wait{{"Deployment", "sayhi", ""}, "Routable", 60s});
  traffic();
  step(plan::Traffic{true});
  step(plan::Pause{1h});
  hook = [this](const Event& event) {
    if (event.kind != "attempts.window" || count("attempts.window") != 3) return;
    const auto pods = names("Pod", run_namespace());
    const auto agent =
        std::find_if(pods.begin(), pods.end(), [](const auto& name) { return name.find("agent") != name.npos; });
    ASSERT_NE(agent, pods.end());
    ask<json>([&](kube::Client& client) {
      kube::DeleteOptions at_once;
      at_once.grace_seconds = 0;
      return client.remove(*kube::resource_for_kind("Pod"), run_namespace(), *agent, at_once);
    });
  };
  const auto outcome = carry_out();
  EXPECT_EQ(outcome.end, End::lost);
  EXPECT_THAT(outcome.error, testing::StartsWith("the prober a0 was lost: "));
  EXPECT_EQ(whole_log()["reason"], "lost");
  EXPECT_EQ(count("vantage.lost"), 1u);
  expect_nothing_left();
}

// A stream that breaks after some lines: a full disk.
struct Full : std::stringbuf {
  int lines = 0;
  int sync() override { return ++lines > 3 ? -1 : std::stringbuf::sync(); }
};

TEST_F(RunTest, ALogThatCannotBeWrittenEndsTheRun) {
  Full disk;
  std::ostream out{&disk};
  deploy();
  step(plan::Pause{1h});
  const auto before = monotonic_now();
  const auto outcome = run(plan, options, out, nullptr);
  ASSERT_FALSE(outcome);
  EXPECT_LT(monotonic_now() - before, 60s);
}

// --- faults on order

plan::Chaos fault_on_order(FaultWord word, Nanos lasts = {}, bool background = false) {
  plan::Chaos out;
  out.fault.word = word;
  out.fault.lasts = lasts;
  out.background = background;
  out.place = "scenario.yaml:7:3";
  if (model::row_of(word).takes("target")) out.target = {"Deployment", "sayhi", ""};
  return out;
}

TEST_F(RunTest, AFaultIsInTheLogWithItsBeginningItsEndAndWhomItHit) {
  deploy();
  step(plan::Wait{{"Deployment", "sayhi", ""}, "RolledOut", 60s}, "deployed");
  step(fault_on_order(FaultWord::pause, 400ms));
  step(fault_on_order(FaultWord::proxy_stop, 1h, true));
  step(fault_on_order(FaultWord::kill));
  step(fault_on_order(FaultWord::delete_pod));
  EXPECT_EQ(carry_out().end, RunEnd::finished);
  whole_log();
  std::map<std::string, std::vector<Event>> of_step;
  for (const Event& event : events)
    if (event.kind == "fault.started" || event.kind == "fault.ended") of_step[event.body["step"]].push_back(event);
  ASSERT_EQ(of_step.size(), 4U);
  for (const auto& [name, both] : of_step) {
    ASSERT_EQ(both.size(), 2U) << name;
    EXPECT_EQ(both[0].kind, "fault.started");
    EXPECT_LE(both[0].at, both[1].at) << name;
  }
  const auto& paused = of_step["step-2"];
  EXPECT_GE(paused[1].at - paused[0].at, 400ms);
  EXPECT_EQ(paused[0].body["pods"].size(), 1U);
  EXPECT_FALSE(of_step["step-3"][0].body.contains("pods"));
  EXPECT_LT(of_step["step-3"][1].at - of_step["step-3"][0].at, 10min) << "it ended with the steps";
  expect_nothing_left();
}

TEST_F(RunTest, WhatThisClusterCannotDoIsSaidBeforeAnythingIsDone) {
  deploy();
  step(fault_on_order(FaultWord::drop, 1s));
  const auto outcome = carry_out();
  EXPECT_EQ(outcome.end, RunEnd::refused);
  EXPECT_THAT(outcome.error, HasSubstr("scenario.yaml:7:3: this cluster cannot do \"drop\": on the loopback fallback"));
  EXPECT_EQ(count("step.started"), 0U);
}

TEST_F(RunTest, ANodeThatIsNotTheRunsOwnIsNotTouchedWithoutAWord) {
  deploy();
  step(fault_on_order(FaultWord::cordon, 1s));
  const auto outcome = carry_out();
  EXPECT_EQ(outcome.end, RunEnd::refused);
  EXPECT_THAT(outcome.error, HasSubstr("kubectl label node NAME straycat.dev/chaos=allowed"));
}

// A node whose owner allows it, for as long as it stands.
class NodeTest : public RunTest {
 protected:
  void SetUp() override {
    RunTest::SetUp();
    node = names("Node", "").front();
    change({{"metadata", {{"labels", {{model::fault_label, "allowed"}}}}}});
    deploy();
    step(plan::Wait{{"Deployment", "sayhi", ""}, "RolledOut", 60s});
    step(fault_on_order(FaultWord::cordon, 1h));
  }
  void TearDown() override {
    change({{"metadata", {{"labels", {{model::fault_label, nullptr}}}}}, {"spec", {{"unschedulable", nullptr}}}});
  }
  void change(json patch) {
    ask<json>([&](kube::Client& client) {
      return client.merge_patch(*kube::resource_for_kind("Node"), "", node, std::move(patch));
    });
  }
  bool cordoned() {
    const auto now =
        ask<json>([&](kube::Client& client) { return client.get(*kube::resource_for_kind("Node"), "", node); });
    return now["spec"].value("unschedulable", false);
  }
  std::string node;
};

TEST_F(NodeTest, ARunThatIsCutOpensTheNodeAgain) {
  options.interrupted_by_signals = true;
  bool closed = false;
  hook = [&](const Event& event) {
    if (event.kind != "fault.started") return;
    closed = cordoned();
    ::raise(SIGINT);
  };
  EXPECT_EQ(carry_out().end, End::interrupted);
  EXPECT_TRUE(closed);
  EXPECT_FALSE(cordoned());
  EXPECT_EQ(count("fault.ended"), 1U);
}

TEST_F(NodeTest, WhatAnotherCordonedStaysAsItIs) {
  hook = [&](const Event& event) {
    if (event.kind == "step.started" && event.body.value("index", 0) == 2)
      change({{"spec", {{"unschedulable", true}}}});
  };
  EXPECT_THAT(carry_out().error, HasSubstr("node " + node + " is cordoned already, by somebody else or another step"));
  EXPECT_TRUE(cordoned());
  EXPECT_EQ(count("fault.started"), 0U);
}

}  // namespace
}  // namespace straycat::runner
