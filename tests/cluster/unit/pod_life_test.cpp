// The life of a pod from acceptance to removal, as kubelet lives it.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/support/pod_world.hpp"

namespace straycat::cluster::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Lines = std::vector<std::string>;

TEST(PodLife, StartsSandboxThenContainersWithConditionsInKubeletsOrder) {
  PodWorld world(pod_object(json::array({container("sayhi")})));
  EXPECT_THAT(world.feed(input::Begin{}), ElementsAre("create sandbox"));
  EXPECT_TRUE(world.published);
  EXPECT_EQ(world.phase(), "Pending");
  EXPECT_EQ(world.state(), json({{"waiting", {{"reason", "ContainerCreating"}}}}));
  EXPECT_FALSE(world.holds("PodReadyToStartContainers"));
  EXPECT_TRUE(world.holds("Initialized"));
  EXPECT_EQ(world.condition("Ready").at("message"), "containers with unready status: [sayhi]");

  EXPECT_THAT(world.feed(input::SandboxReady{"10.244.0.9"}),
              ElementsAre("event Normal Pulled sayhi: Container image \"beranm14/sayhi\" already present on machine "
                          "and can be accessed by the pod",
                          "event Normal Created sayhi: Container created", "start 0"));
  EXPECT_TRUE(world.holds("PodReadyToStartContainers"));
  EXPECT_FALSE(world.status().contains("podIP")) << "kubelet shows the address with the first container";

  EXPECT_THAT(world.feed(input::Started{0, "straycat://1"}),
              ElementsAre("event Normal Started sayhi: Container started"));
  EXPECT_EQ(world.phase(), "Running");
  EXPECT_EQ(world.status().at("podIP"), "10.244.0.9");
  EXPECT_TRUE(world.holds("Ready")) << "no readiness probe: ready as soon as it runs";
  EXPECT_TRUE(world.holds("ContainersReady"));
  EXPECT_EQ(world.status().at("containerStatuses")[0].at("image"), "docker.io/beranm14/sayhi:latest");
}

TEST(PodLife, JobPodCompletesFirstContainerThenPhase) {
  PodWorld world(pod_object(json::array({container("cats")}), {{"restartPolicy", "Never"}}));
  world.run();
  EXPECT_THAT(world.orders(input::Exited{0, 0}), ElementsAre("destroy sandbox"));
  EXPECT_EQ(world.phase(), "Running") << "a terminal phase is told only when nothing runs any more";
  EXPECT_EQ(world.state().at("terminated").at("reason"), "Completed");
  EXPECT_EQ(world.condition("Ready").at("reason"), "PodCompleted");
  EXPECT_TRUE(world.holds("PodReadyToStartContainers"));
  EXPECT_THAT(world.orders(input::SandboxGone{}), IsEmpty());
  EXPECT_EQ(world.phase(), "Succeeded");
  EXPECT_FALSE(world.holds("PodReadyToStartContainers"));
  EXPECT_FALSE(world.machine().wake_at().has_value());
}

TEST(PodLife, ADeadlineThatComesLaterCountsFromThePodsStart) {
  PodWorld world(pod_object(json::array({container("c")})));
  world.run();
  world.pass(10s);
  EXPECT_TRUE(world.machine().observe_deadline(30));
  EXPECT_FALSE(world.machine().observe_deadline(30));
  EXPECT_EQ(world.until_wake(), 20s);
  world.pass(20s);
  EXPECT_THAT(world.tick(), ElementsAre("signal 0 15"));
}

struct PolicyCase {
  const char* policy;
  int code;
  bool restarts;
  const char* phase;  // once everything is over, or right after the end
};

TEST(PodLife, RestartPolicyDecides) {
  for (const PolicyCase& c : {PolicyCase{"Always", 0, true, "Running"},
                              {"Always", 1, true, "Running"},
                              {"OnFailure", 0, false, "Succeeded"},
                              {"OnFailure", 1, true, "Running"},
                              {"Never", 0, false, "Succeeded"},
                              {"Never", 137, false, "Failed"}}) {
    SCOPED_TRACE(std::string(c.policy) + " " + std::to_string(c.code));
    PodWorld world(pod_object(json::array({container("c")}), {{"restartPolicy", c.policy}}));
    world.run();
    world.orders(input::Exited{0, c.code});
    EXPECT_EQ(world.state().at("terminated").at("exitCode"), c.code);
    if (c.restarts) {
      EXPECT_THAT(world.wake(), ElementsAre("start 0"));
    } else {
      world.orders(input::SandboxGone{});
    }
    EXPECT_EQ(world.phase(), c.phase);
  }
}

TEST(PodLife, CrashLoopBacksOffTenSecondsDoublingToFiveMinutes) {
  PodWorld world(pod_object(json::array({container("c")})));
  world.run();
  std::vector<long> pauses;
  for (int crash = 0; crash < 8; ++crash) {
    world.feed(input::Exited{0, 1});
    const Lines now = world.wake();  // the moment after the end
    if (crash == 0) {
      EXPECT_THAT(now, ElementsAre("start 0")) << "the first restart is immediate";
    } else {
      EXPECT_THAT(now, IsEmpty());
      EXPECT_EQ(world.state().at("waiting").at("reason"), "CrashLoopBackOff");
      EXPECT_THAT(world.state().at("waiting").at("message").get<std::string>(),
                  HasSubstr("restarting failed container=c pod=p_ns(u)"));
      EXPECT_EQ(world.status().at("containerStatuses")[0].at("lastState").at("terminated").at("reason"), "Error");
      pauses.push_back(std::chrono::round<std::chrono::seconds>(world.until_wake()).count());
      EXPECT_THAT(world.wake(), ElementsAre("start 0"));
    }
    world.feed(input::Started{0, "straycat://x"});
    EXPECT_EQ(world.status().at("containerStatuses")[0].at("restartCount"), crash + 1);
  }
  EXPECT_THAT(pauses, ElementsAre(10, 20, 40, 80, 160, 300, 300));
}

TEST(PodLife, BackOffIsForgottenAfterALongRun) {
  PodWorld world(pod_object(json::array({container("c")})));
  world.run();
  for (int crash = 0; crash < 3; ++crash) {
    world.feed(input::Exited{0, 1});
    while (world.wake() != Lines{"start 0"}) {
    }
    world.feed(input::Started{0, "straycat://x"});
  }
  world.pass(11min);
  world.feed(input::Exited{0, 1});
  EXPECT_THAT(world.wake(), ElementsAre("start 0"));
}

TEST(PodLife, WithoutAScenarioTheCommandLineSaysWhatImagesAre) {
  LifecycleSettings settings;
  settings.by_hand = true;
  PodWorld world(pod_object(json::array({container("unknown")})), settings);
  world.feed(input::Begin{});
  const Lines said = world.feed(input::SandboxReady{"10.244.0.9"});
  ASSERT_EQ(said.size(), 3u);
  EXPECT_THAT(said[1], HasSubstr("`straycat cluster --image 'beranm14/unknown=[\"COMMAND\", ...]'`"));
  EXPECT_THAT(said[1], testing::Not(HasSubstr("scenario")));
}

TEST(PodLife, UnknownImageTakesTurnsBetweenErrorAndBackOff) {
  PodWorld world(pod_object(json::array({container("unknown")})));
  world.feed(input::Begin{});
  const Lines first = world.feed(input::SandboxReady{"10.244.0.9"});
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(first[0], "event Normal Pulling unknown: Pulling image \"beranm14/unknown\"");
  EXPECT_THAT(first[1], HasSubstr("images: {\"beranm14/unknown\": [COMMAND, ...]}"));
  EXPECT_EQ(first[2], "event Warning Failed unknown: Error: ErrImagePull");
  EXPECT_EQ(world.state().at("waiting").at("reason"), "ErrImagePull");
  EXPECT_EQ(world.phase(), "Pending");
  world.pass(world.until_wake());
  EXPECT_THAT(world.feed(input::Tick{}),
              ElementsAre("event Normal BackOff unknown: Back-off pulling image \"beranm14/unknown\"",
                          "event Warning Failed unknown: Error: ImagePullBackOff"));
  EXPECT_EQ(world.state().at("waiting").at("reason"), "ImagePullBackOff");
  EXPECT_EQ(world.until_wake(), 10s);
  world.pass(10s);
  EXPECT_EQ(world.feed(input::Tick{}).size(), 3u);
  EXPECT_EQ(world.state().at("waiting").at("reason"), "ErrImagePull");
  EXPECT_THAT(world.orders(input::Delete{30}), ElementsAre("destroy sandbox")) << "it can be deleted";
  EXPECT_THAT(world.orders(input::SandboxGone{}), ElementsAre("remove"));
}

TEST(PodLife, CommandThatCannotStartIsAStartErrorAndBacksOff) {
  PodWorld world(pod_object(json::array({container("c")})));
  world.feed(input::Begin{});
  world.feed(input::SandboxReady{"10.244.0.9"});
  EXPECT_THAT(
      world.feed(input::StartFailed{0, "StartError", "exec \"x\": No such file or directory"}),
      ElementsAre(
          "event Warning Failed c: Error: failed to start container \"c\": exec \"x\": No such file or directory"));
  EXPECT_EQ(world.state().at("terminated").at("reason"), "StartError");
  EXPECT_EQ(world.state().at("terminated").at("exitCode"), 128);
  EXPECT_THAT(world.wake(), ElementsAre("start 0"));
}

TEST(PodLife, DeletionSendsTermThenKillAfterTheGracePeriod) {
  PodWorld world(pod_object(json::array({container("sayhi")})));
  world.run();
  EXPECT_THAT(world.feed(input::Delete{30}),
              ElementsAre("event Normal Killing sayhi: Stopping container sayhi", "signal 0 15"));
  EXPECT_TRUE(world.holds("Ready")) << "readiness goes on";
  EXPECT_EQ(world.until_wake(), 30s);
  EXPECT_THAT(world.wake(), ElementsAre("signal 0 9"));
  EXPECT_THAT(world.orders(input::Exited{0, 137}), ElementsAre("destroy sandbox"));
  EXPECT_THAT(world.feed(input::SandboxGone{}), ElementsAre("remove"));
  EXPECT_EQ(world.phase(), "Failed");
  EXPECT_EQ(world.state().at("terminated").at("exitCode"), 137);
  EXPECT_THAT(world.feed(input::Tick{}), IsEmpty()) << "nothing more is said once it is removed";
}

TEST(PodLife, ASecondDeletionCanOnlyShortenTheGracePeriod) {
  PodWorld world(pod_object(json::array({container("c")})));
  world.run();
  world.feed(input::Delete{30});
  world.feed(input::Delete{60});
  EXPECT_EQ(world.until_wake(), 30s);
  world.feed(input::Delete{5});
  EXPECT_EQ(world.until_wake(), 5s);
  world.feed(input::Delete{0});
  EXPECT_EQ(world.until_wake(), 1s) << "kubelet never kills without a second's notice";
}

TEST(PodLife, PreStopRunsBeforeTermInsideTheGracePeriod) {
  const json hook = {{"lifecycle", {{"preStop", {{"exec", {{"command", json::array({"sleep", "5"})}}}}}}}};
  PodWorld world(pod_object(json::array({container("c", hook)})));
  world.run();
  EXPECT_THAT(world.orders(input::Delete{10}), ElementsAre("preStop 0"));
  world.pass(9s);
  EXPECT_THAT(world.orders(input::HookDone{0, true}), ElementsAre("signal 0 15"));
  EXPECT_EQ(world.until_wake(), 2s) << "at least two seconds remain for the process";
  EXPECT_THAT(world.wake(), ElementsAre("signal 0 9"));
}

TEST(PodLife, AHookThatOutlastsTheGracePeriodIsCutOff) {
  const json hook = {{"lifecycle", {{"preStop", {{"httpGet", {{"path", "/bye"}, {"port", 3000}}}}}}}};
  PodWorld world(pod_object(json::array({container("c", hook)})));
  world.run();
  world.feed(input::Delete{10});
  world.pass(10s);
  EXPECT_THAT(world.feed(input::Tick{}),
              ElementsAre("event Warning FailedPreStopHook c: PreStopHook failed", "signal 0 15"));
}

TEST(PodLife, SleepHookIsATimerOfTheMachine) {
  PodWorld world(
      pod_object(json::array({container("c", {{"lifecycle", {{"preStop", {{"sleep", {{"seconds", 3}}}}}}}})})));
  world.run();
  EXPECT_THAT(world.orders(input::Delete{30}), IsEmpty());
  EXPECT_EQ(world.until_wake(), 3s);
  EXPECT_THAT(world.wake(), ElementsAre("signal 0 15"));
}

TEST(PodLife, AContainerCountsAsStartingUntilItsPostStartHookIsDone) {
  const json hook = {{"lifecycle", {{"postStart", {{"exec", {{"command", json::array({"true"})}}}}}}}};
  PodWorld world(pod_object(json::array({container("c", hook)})));
  world.feed(input::Begin{});
  world.feed(input::SandboxReady{"10.244.0.9"});
  EXPECT_THAT(world.orders(input::Started{0, "straycat://1"}), ElementsAre("postStart 0"));
  EXPECT_EQ(world.phase(), "Pending");
  EXPECT_FALSE(world.holds("Ready"));
  EXPECT_THAT(world.orders(input::PostStartDone{0, true}), IsEmpty());
  EXPECT_EQ(world.phase(), "Running");
  EXPECT_TRUE(world.holds("Ready"));
}

TEST(PodLife, AFailedPostStartHookStopsTheContainer) {
  const json hook = {{"lifecycle", {{"postStart", {{"exec", {{"command", json::array({"false"})}}}}}}}};
  PodWorld world(pod_object(json::array({container("c", hook)})));
  world.run();
  EXPECT_THAT(world.feed(input::PostStartDone{0, false}),
              ElementsAre("event Warning FailedPostStartHook c: PostStartHook failed",
                          "event Normal Killing c: FailedPostStartHook", "signal 0 15"));
}

TEST(PodLife, ADeletionDoesNotWaitForAPostStartHook) {
  PodWorld world(
      pod_object(json::array({container("c", {{"lifecycle", {{"postStart", {{"sleep", {{"seconds", 60}}}}}}}})})));
  world.run();
  EXPECT_EQ(world.until_wake(), 60s);
  EXPECT_THAT(world.orders(input::Delete{30}), ElementsAre("signal 0 15"));
}

TEST(PodLife, DeletedWhileTheSandboxIsMadeNeverStartsAContainer) {
  PodWorld world(pod_object(json::array({container("c")})));
  world.feed(input::Begin{});
  EXPECT_THAT(world.orders(input::Delete{30}), IsEmpty());
  EXPECT_THAT(world.orders(input::SandboxReady{"10.244.0.9"}), ElementsAre("destroy sandbox"));
  EXPECT_THAT(world.orders(input::SandboxGone{}), ElementsAre("remove"));
}

TEST(PodLife, DeletedWhileAContainerStartsStopsItOnceItRuns) {
  PodWorld world(pod_object(json::array({container("c")})));
  world.feed(input::Begin{});
  world.feed(input::SandboxReady{"10.244.0.9"});
  EXPECT_THAT(world.orders(input::Delete{30}), IsEmpty());
  EXPECT_THAT(world.orders(input::Started{0, "straycat://1"}), ElementsAre("signal 0 15"));
}

TEST(PodLife, DeletingACompletedPodRemovesIt) {
  PodWorld world(pod_object(json::array({container("c")}), {{"restartPolicy", "Never"}}));
  world.run();
  world.feed(input::Exited{0, 0});
  world.feed(input::SandboxGone{});
  EXPECT_THAT(world.orders(input::Delete{30}), ElementsAre("remove"));
}

TEST(PodLife, InitContainersRunOneByOneBeforeTheOthers) {
  const json init = json::array({container("first"), container("second")});
  PodWorld world(pod_object(json::array({container("main")}), {{"initContainers", init}}));
  world.feed(input::Begin{});
  EXPECT_EQ(world.condition("Initialized").at("message"), "containers with incomplete status: [first second]");
  EXPECT_EQ(world.state().at("waiting").at("reason"), "PodInitializing");
  EXPECT_THAT(world.orders(input::SandboxReady{"10.244.0.9"}), ElementsAre("start 0"));
  world.feed(input::Started{0, "straycat://0"});
  EXPECT_EQ(world.phase(), "Pending");
  EXPECT_EQ(world.status().at("podIP"), "10.244.0.9");
  world.feed(input::Exited{0, 0});
  EXPECT_THAT(world.wake(), ElementsAre("start 1"));
  world.feed(input::Started{1, "straycat://1"});
  world.feed(input::Exited{1, 0});
  EXPECT_THAT(world.wake(), ElementsAre("start 2"));
  EXPECT_TRUE(world.holds("Initialized"));
  world.feed(input::Started{2, "straycat://2"});
  EXPECT_EQ(world.phase(), "Running");
  EXPECT_TRUE(world.holds("Ready"));
}

TEST(PodLife, AFailingInitContainerFailsThePodUnderNever) {
  PodWorld world(pod_object(json::array({container("main")}),
                            {{"initContainers", json::array({container("first")})}, {"restartPolicy", "Never"}}));
  world.feed(input::Begin{});
  world.feed(input::SandboxReady{"10.244.0.9"});
  world.feed(input::Started{0, "straycat://0"});
  EXPECT_THAT(world.orders(input::Exited{0, 3}), ElementsAre("destroy sandbox"));
  world.feed(input::SandboxGone{});
  EXPECT_EQ(world.phase(), "Failed");
}

TEST(PodLife, SidecarsStartFirstAndEndLast) {
  const json sidecar = json::array({container("mesh", {{"restartPolicy", "Always"}})});
  PodWorld world(
      pod_object(json::array({container("main")}), {{"initContainers", sidecar}, {"restartPolicy", "Never"}}));
  world.feed(input::Begin{});
  EXPECT_THAT(world.orders(input::SandboxReady{"10.244.0.9"}), ElementsAre("start 0"));
  EXPECT_THAT(world.orders(input::Started{0, "straycat://0"}), ElementsAre("start 1"));
  world.feed(input::Started{1, "straycat://1"});
  EXPECT_THAT(world.orders(input::Exited{1, 0}), ElementsAre("signal 0 15"));
  EXPECT_THAT(world.orders(input::Exited{0, 0}), ElementsAre("destroy sandbox"));
  world.feed(input::SandboxGone{});
  EXPECT_EQ(world.phase(), "Succeeded");
}

TEST(PodLife, ADeadSandboxIsMadeAnewWithAnotherAddress) {
  PodWorld world(pod_object(json::array({container("c")})));
  world.run();
  EXPECT_THAT(world.feed(input::SandboxGone{}),
              ElementsAre("event Normal SandboxChanged : Pod sandbox changed, it will be killed and re-created.",
                          "signal 0 9"));
  EXPECT_THAT(world.orders(input::Exited{0, 137}), ElementsAre("create sandbox"));
  EXPECT_THAT(world.orders(input::SandboxReady{"10.244.0.10"}), IsEmpty());
  EXPECT_THAT(world.wake(), ElementsAre("start 0"));
  world.feed(input::Started{0, "straycat://2"});
  EXPECT_EQ(world.status().at("podIP"), "10.244.0.10");
}

TEST(PodLife, SandboxFailureIsToldAndTriedAgain) {
  PodWorld world(pod_object(json::array({container("c")})));
  world.feed(input::Begin{});
  EXPECT_THAT(world.feed(input::SandboxFailed{"no address"}),
              ElementsAre("event Warning FailedCreatePodSandBox : Failed to create pod sandbox: no address"));
  EXPECT_EQ(world.until_wake(), 1s);
  EXPECT_THAT(world.wake(), ElementsAre("create sandbox"));
}

TEST(PodLife, TwoContainersArePendingTogetherAndReadyTogether) {
  PodWorld world(pod_object(json::array({container("a"), container("b")})));
  world.feed(input::Begin{});
  EXPECT_THAT(world.orders(input::SandboxReady{"10.244.0.9"}), ElementsAre("start 0", "start 1"));
  world.feed(input::Started{1, "straycat://1"});
  EXPECT_EQ(world.phase(), "Pending");
  EXPECT_EQ(world.condition("Ready").at("message"), "containers with unready status: [a]");
  world.feed(input::Started{0, "straycat://0"});
  EXPECT_TRUE(world.holds("Ready"));
}

// pkg/kubelet/active_deadline.go: the pod fails, whatever its containers' codes are.
TEST(PodLife, APodThatIsActiveForTooLongFails) {
  PodWorld world(
      pod_object(json::array({container("a")}), {{"activeDeadlineSeconds", 30}, {"restartPolicy", "Always"}}));
  world.run();
  EXPECT_EQ(world.until_wake(), 30s);
  world.pass(30s);
  EXPECT_THAT(
      world.feed(input::Tick{}),
      ElementsAre("event Normal DeadlineExceeded : Pod was active on the node longer than the specified deadline",
                  "event Normal Killing a: Stopping container a", "signal 0 15"));
  EXPECT_EQ(world.phase(), "Running") << "until nothing of it runs";
  EXPECT_EQ(world.status().at("reason"), "DeadlineExceeded");
  EXPECT_THAT(world.orders(input::Exited{0, 0}), ElementsAre("destroy sandbox"));
  world.feed(input::SandboxGone{});
  EXPECT_EQ(world.phase(), "Failed");
  EXPECT_FALSE(world.machine().wake_at().has_value());
}

TEST(PodLife, ADeadlineThatIsNotReachedIsForgotten) {
  PodWorld world(
      pod_object(json::array({container("a")}), {{"activeDeadlineSeconds", 30}, {"restartPolicy", "Never"}}));
  world.run();
  world.feed(input::Exited{0, 0});
  world.wake();
  world.feed(input::SandboxGone{});
  EXPECT_EQ(world.phase(), "Succeeded");
  world.pass(60s);
  world.feed(input::Tick{});
  EXPECT_EQ(world.phase(), "Succeeded");
}

TEST(PodLife, ReadinessGatesHoldThePodAndNotItsContainers) {
  PodWorld world(pod_object(json::array({container("a")}), {{"readinessGates", {{{"conditionType", "x/open"}}}}}));
  world.run();
  EXPECT_TRUE(world.holds("ContainersReady"));
  EXPECT_FALSE(world.holds("Ready"));
  EXPECT_EQ(world.condition("Ready").at("reason"), "ReadinessGatesNotReady");
  EXPECT_EQ(world.condition("Ready").at("message"),
            "corresponding condition of pod readiness gate \"x/open\" does not exist.");
  EXPECT_TRUE(world.machine().observe_conditions({{"x/open", "False"}, {"other", "True"}}));
  world.feed(input::Tick{});
  EXPECT_EQ(world.condition("Ready").at("message"),
            "the status of pod readiness gate \"x/open\" is not \"True\", but False");
  EXPECT_TRUE(world.machine().observe_conditions({{"x/open", "True"}}));
  EXPECT_FALSE(world.machine().observe_conditions({{"x/open", "True"}, {"other", "False"}})) << "nobody asks for that";
  world.feed(input::Tick{});
  EXPECT_TRUE(world.holds("Ready"));
}

}  // namespace
}  // namespace straycat::cluster::test
