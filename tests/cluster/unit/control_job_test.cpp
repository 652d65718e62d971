#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/controllers/job_controller.hpp"
#include "cluster/controllers/job_pods.hpp"
#include "cluster/support/control_world.hpp"

namespace straycat::cluster {
namespace {

using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct JobTest : testing::Test {
  ControlWorld world;

  void start(const json& spec) {
    auto job = article_job();
    job["spec"].update(spec, true);
    world.make(job);
    world.settle();
    world.run_all_pods();
    world.settle();
  }
  std::vector<std::string> active() {
    std::vector<std::string> names;
    for (const auto& pod : world.pods("Job"))
      if (pod_active(pod)) names.push_back(name_of(pod));
    return names;
  }
  void end_all(bool succeeded) {
    for (const auto& name : active()) world.end_pod(name, succeeded);
    world.settle();
    world.run_all_pods();
    world.settle();
  }
  json status() { return world.get("Job", "sayhi")["status"]; }
  std::int64_t number(const char* key) { return integer_or(status(), key); }
  std::string reason(const char* type) {
    const auto now = status();
    const auto* condition = condition_of(now, type);
    return condition == nullptr || string_or(*condition, "status") != "True" ? "" : string_or(*condition, "reason");
  }
};

TEST_F(JobTest, RunsSoManyAtATimeUntilSoManySucceeded) {
  start(json::parse(R"({"parallelism":2,"completions":5})"));
  for (const std::size_t running : {2, 2, 1}) {
    EXPECT_EQ(active().size(), running);
    EXPECT_EQ(reason("Complete"), "");
    end_all(true);
  }
  EXPECT_EQ(reason("Complete"), "CompletionsReached");
  EXPECT_EQ(number("succeeded"), 5);
  EXPECT_TRUE(status().contains("completionTime"));
  EXPECT_EQ(world.pods("Job").size(), 5U);  // they stay, for their logs
  for (const auto& pod : world.pods("Job")) EXPECT_FALSE(pod["metadata"].contains("finalizers"));
}

TEST_F(JobTest, AWorkQueueEndsWithItsFirstSuccessAndTheLastPod) {
  start(json::parse(R"({"parallelism":3})"));
  ASSERT_EQ(active().size(), 3U);
  world.end_pod(active().front(), true);
  world.settle();
  EXPECT_EQ(active().size(), 2U);  // none is added
  EXPECT_EQ(reason("Complete"), "");
  end_all(true);
  EXPECT_EQ(reason("Complete"), "CompletionsReached");
  EXPECT_EQ(number("succeeded"), 3);
}

TEST_F(JobTest, BacksOffBetweenFailuresAndGivesUpAfterTheLimit) {
  start(json::parse(R"({"backoffLimit":3})"));
  for (const int wait : {10, 20, 40}) {
    ASSERT_EQ(active().size(), 1U) << wait;
    end_all(false);
    EXPECT_TRUE(active().empty());
    world.advance(seconds{wait - 1});
    EXPECT_TRUE(active().empty()) << wait;
    world.advance(seconds{1});
    world.run_all_pods();
    world.settle();
  }
  EXPECT_EQ(number("failed"), 3);
  end_all(false);
  EXPECT_EQ(reason("Failed"), "BackoffLimitExceeded");
  EXPECT_EQ(reason("FailureTarget"), "BackoffLimitExceeded");
  EXPECT_EQ(number("failed"), 4);
  EXPECT_FALSE(status().contains("completionTime"));
  EXPECT_THAT(world.events("Job"), Contains("BackoffLimitExceeded: Job has reached the specified backoff limit"));
  world.advance(seconds{3600});
  EXPECT_TRUE(active().empty());
}

TEST(JobBackoff, DoublesUpToTenMinutesAndForgetsAtASuccess) {
  const auto ended = [](const char* phase, std::int64_t end) {
    auto pod = json::object({{"status", {{"phase", phase}}}});
    pod["status"]["containerStatuses"] = json::parse(R"([{"state":{"terminated":{}}}])");
    pod["status"]["containerStatuses"][0]["state"]["terminated"]["finishedAt"] = kube_time(end);
    return std::make_shared<const json>(std::move(pod));
  };
  std::vector<Object> pods;
  EXPECT_EQ(job_backoff_seconds(pods, 1000), 0);
  for (const int wait : {10, 20, 40, 80, 160, 320, 600, 600}) {
    pods.push_back(ended("Failed", 1000));
    EXPECT_EQ(job_backoff_seconds(pods, 1000), wait);
  }
  EXPECT_EQ(job_backoff_seconds(pods, 1599), 1);
  EXPECT_EQ(job_backoff_seconds(pods, 1600), 0);
  pods.push_back(ended("Succeeded", 1001));
  EXPECT_EQ(job_backoff_seconds(pods, 1001), 0);
  pods.push_back(ended("Failed", 1002));
  EXPECT_EQ(job_backoff_seconds(pods, 1002), 10);
}

TEST_F(JobTest, RestartsInPlaceCountAgainstTheLimit) {
  start(json::parse(R"({"backoffLimit":2,"template":{"spec":{"restartPolicy":"OnFailure"}}})"));
  const auto pod = active().front();
  for (int restarts = 1; restarts <= 2; ++restarts) {
    EXPECT_EQ(reason("FailureTarget"), "");
    world.patch(
        "Pod", pod,
        json::object({{"status", {{"containerStatuses", json::array({json::object({{"restartCount", restarts}})})}}}}));
    world.settle();
  }
  EXPECT_EQ(reason("FailureTarget"), "BackoffLimitExceeded");
  EXPECT_EQ(reason("Failed"), "");  // its pod still runs
  EXPECT_TRUE(is_deleted(world.get("Pod", pod)));
  world.bury_all_pods();
  world.settle();
  EXPECT_EQ(reason("Failed"), "BackoffLimitExceeded");
  EXPECT_EQ(number("failed"), 1);
}

TEST_F(JobTest, ADeadlineEndsIt) {
  start(json::parse(R"({"activeDeadlineSeconds":30,"parallelism":2,"completions":2})"));
  world.advance(seconds{29});
  EXPECT_EQ(active().size(), 2U);
  world.advance(seconds{1});
  EXPECT_EQ(reason("FailureTarget"), "DeadlineExceeded");
  EXPECT_TRUE(active().empty());
  world.bury_all_pods();
  world.settle();
  EXPECT_EQ(reason("Failed"), "DeadlineExceeded");
  EXPECT_EQ(number("failed"), 2);
  EXPECT_EQ(number("terminating"), 0);
  EXPECT_THAT(world.events("Job"), Contains("DeadlineExceeded: Job was active longer than specified deadline"));
}

TEST_F(JobTest, IsDeletedSoLongAfterItsEnd) {
  start(json::parse(R"({"ttlSecondsAfterFinished":60})"));
  const auto pod = active().front();
  end_all(true);
  world.advance(seconds{59});
  EXPECT_TRUE(world.exists("Job", "sayhi"));
  world.advance(seconds{1});
  EXPECT_FALSE(world.exists("Job", "sayhi"));
  EXPECT_FALSE(world.exists("Pod", pod));
}

TEST_F(JobTest, SuspendsAndResumesWithoutCountingFailures) {
  start(json::parse(R"({"parallelism":2,"completions":2})"));
  world.patch("Job", "sayhi", json::parse(R"({"spec":{"suspend":true}})"));
  world.settle();
  EXPECT_TRUE(active().empty());
  EXPECT_EQ(reason("Suspended"), "JobSuspended");
  EXPECT_FALSE(status().contains("startTime"));
  world.bury_all_pods();
  world.settle();
  EXPECT_EQ(number("failed"), 0);
  world.patch("Job", "sayhi", json::parse(R"({"spec":{"suspend":false}})"));
  world.settle();
  EXPECT_EQ(reason("Suspended"), "");
  EXPECT_EQ(active().size(), 2U);
  EXPECT_TRUE(status().contains("startTime"));
  EXPECT_THAT(world.events("Job"), testing::IsSupersetOf({"Suspended: Job suspended", "Resumed: Job resumed"}));
}

TEST_F(JobTest, LessParallelismRemovesPodsThatAreNotFailures) {
  start(json::parse(R"({"parallelism":3,"completions":9})"));
  world.patch("Job", "sayhi", json::parse(R"({"spec":{"parallelism":1}})"));
  world.settle();
  EXPECT_EQ(active().size(), 1U);
  world.bury_all_pods();
  world.settle();
  EXPECT_EQ(active().size(), 1U);
  EXPECT_EQ(number("failed"), 0);
  EXPECT_EQ(number("active"), 1);
}

TEST_F(JobTest, APodThatSomebodyDeletesIsAFailureAndIsReplaced) {
  start(json::object());
  const auto pod = active().front();
  world.remove("Pod", pod);
  world.settle();
  EXPECT_EQ(number("failed"), 1);
  EXPECT_TRUE(world.exists("Pod", pod));  // it still runs down its grace period
  world.bury_pod(pod);
  world.advance(seconds{60});
  EXPECT_EQ(active().size(), 1U);
}

TEST_F(JobTest, DeletedItLetsItsPodsGo) {
  start(json::object());
  const auto pod = active().front();
  world.remove("Job", "sayhi", "Orphan");
  world.settle();
  EXPECT_FALSE(world.exists("Job", "sayhi"));
  ASSERT_TRUE(world.exists("Pod", pod));
  EXPECT_EQ(controller_of(world.get("Pod", pod)), nullptr);
  world.remove("Pod", pod);
  world.bury_pod(pod);
  world.settle();
  EXPECT_FALSE(world.exists("Pod", pod));
}

TEST_F(JobTest, ForegroundDeletionWaitsForTheRunningPod) {
  start(json::object());
  const auto pod = active().front();
  world.remove("Job", "sayhi", "Foreground");
  world.settle();
  EXPECT_TRUE(world.exists("Job", "sayhi"));
  EXPECT_TRUE(is_deleted(world.get("Pod", pod)));
  world.bury_pod(pod);
  world.settle();
  EXPECT_FALSE(world.exists("Job", "sayhi"));
  EXPECT_FALSE(world.exists("Pod", pod));
}

}  // namespace
}  // namespace straycat::cluster
