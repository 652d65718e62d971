// CronJobs: schedules, what they start and what they keep.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/controllers/cron_job_controller.hpp"
#include "cluster/controllers/cron_schedule.hpp"
#include "cluster/store/deletion.hpp"
#include "cluster/support/control_world.hpp"

namespace straycat::cluster {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

// The first instants after one.
std::vector<std::string> next_of(const char* schedule, const char* after, int count = 1) {
  const auto parsed = CronSchedule::parse(schedule);
  if (!parsed) return {"unreadable"};
  std::vector<std::string> out;
  std::optional<std::int64_t> at = seconds_of(after);
  for (int i = 0; i < count; ++i) {
    at = parsed->next(*at);
    if (!at) return out;
    out.push_back(kube_time(*at));
  }
  return out;
}

TEST(CronSchedule, NextInstants) {
  struct Case {
    const char *schedule, *after, *next;
  };
  // The last two of each are Mondays: 2026-11-23 and 2026-11-30.
  const Case cases[] = {
      {"* * * * *", "2026-11-23T13:38:42Z", "2026-11-23T13:39:00Z"},
      {"* * * * *", "2026-11-23T13:39:00Z", "2026-11-23T13:40:00Z"},
      {"*/15 * * * *", "2026-11-23T13:45:00Z", "2026-11-23T14:00:00Z"},
      {"17 4 * * *", "2026-11-23T13:38:42Z", "2026-11-24T04:17:00Z"},
      {"0 0 1 * *", "2026-11-23T13:38:42Z", "2026-12-01T00:00:00Z"},
      {"0 12 * * 1", "2026-11-23T13:38:42Z", "2026-11-30T12:00:00Z"},
      {"0 12 * * MON-FRI", "2026-11-27T13:00:00Z", "2026-11-30T12:00:00Z"},
      {"0 0 29 2 *", "2026-11-23T13:38:42Z", "2028-02-29T00:00:00Z"},
      {"30 8-10/2,20 * Dec *", "2026-11-23T13:38:42Z", "2026-12-01T08:30:00Z"},
      {"5/20 * * * *", "2026-11-23T13:26:00Z", "2026-11-23T13:45:00Z"},
      {"0 0 13 * 5", "2026-11-23T13:38:42Z", "2026-11-27T00:00:00Z"},  // the 13th, or a Friday
      {"@hourly", "2026-11-23T13:38:42Z", "2026-11-23T14:00:00Z"},
      {"@yearly", "2026-11-23T13:38:42Z", "2027-01-01T00:00:00Z"},
      {"@weekly", "2026-11-23T13:38:42Z", "2026-11-29T00:00:00Z"},
      {"@every 90s", "2026-11-23T13:38:42Z", "2026-11-23T13:40:12Z"},
  };
  for (const auto& c : cases) EXPECT_THAT(next_of(c.schedule, c.after), ElementsAre(c.next)) << c.schedule;
  EXPECT_THAT(next_of("0 0 31 2 *", "2026-11-23T13:38:42Z"), IsEmpty()) << "never";
}

TEST(CronSchedule, WhatNobodyCanRead) {
  for (const char* text :
       {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "a * * * *",
        "5-1 * * * *", "*/0 * * * *", "1- * * * *", "1/2/3 * * * *", "@sometimes", "@every x", ", * * * *"})
    EXPECT_FALSE(CronSchedule::parse(text)) << text;
}

json cron_job(const char* schedule = "*/5 * * * *") {
  auto cron = json::parse(R"({"kind":"CronJob","metadata":{"name":"nightly","namespace":"straycat-demo"},
    "spec":{"jobTemplate":{"metadata":{"labels":{"of":"template"}},"spec":{"template":{"metadata":{"labels":{"app":"x"}},
    "spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}})");
  cron["spec"]["schedule"] = schedule;
  return cron;
}

// The world's clock begins at 13:38:42.
struct CronJobTest : testing::Test {
  ControlWorld world;

  void advance(Nanos length) {
    world.advance(length);
    world.settle();
  }
  [[nodiscard]] std::vector<std::string> jobs() const {
    std::vector<std::string> out;
    for (const auto& job : world.store.list("Job", world.ns)) out.push_back(name_of(*job));
    return out;
  }
  void end_all(bool succeeded = true) {
    world.run_all_pods();
    for (const auto& pod : world.pods("Job"))
      if (!pod_terminal(pod)) world.end_pod(name_of(pod), succeeded);
    world.settle();
  }
  [[nodiscard]] json status() const { return world.get("CronJob", "nightly")["status"]; }
};

TEST_F(CronJobTest, MakesAJobWhenItIsTime) {
  world.make(cron_job());
  world.settle();
  EXPECT_THAT(jobs(), IsEmpty());
  advance(77s);
  EXPECT_THAT(jobs(), IsEmpty());
  advance(1s);
  const auto name = "nightly-" + std::to_string(seconds_of("2026-11-23T13:40:00Z") / 60);
  ASSERT_THAT(jobs(), ElementsAre(name));
  const auto job = world.get("Job", name);
  EXPECT_EQ(job["metadata"]["labels"]["of"], "template");
  EXPECT_EQ(job["metadata"]["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"], "2026-11-23T13:40:00Z");
  EXPECT_EQ(job["metadata"]["ownerReferences"][0]["kind"], "CronJob");
  EXPECT_EQ(world.pods("Job").size(), 1U);
  EXPECT_EQ(status()["lastScheduleTime"], "2026-11-23T13:40:00Z");
  EXPECT_EQ(status()["active"][0]["name"], name);
  EXPECT_THAT(world.events("CronJob"), ElementsAre("SuccessfulCreate: Created job " + name));
  end_all();
  EXPECT_FALSE(status().contains("active"));
  EXPECT_TRUE(status().contains("lastSuccessfulTime"));
  EXPECT_THAT(world.events("CronJob"),
              Contains("SawCompletedJob: Saw completed job: " + name + ", condition: Complete"));
}

TEST_F(CronJobTest, KeepsSoManyOfThoseThatEnded) {
  world.make(cron_job());
  for (int i = 0; i < 6; ++i) {
    advance(5min);
    end_all();
  }
  world.settle();
  EXPECT_EQ(jobs().size(), 3U);
}

TEST_F(CronJobTest, OneThatRunsIsWaitedForOrReplaced) {
  auto cron = cron_job();
  cron["spec"]["concurrencyPolicy"] = "Forbid";
  world.make(cron);
  advance(2min);
  advance(5min);
  EXPECT_EQ(jobs().size(), 1U);
  EXPECT_THAT(world.events("CronJob"), Contains(HasSubstr("JobAlreadyActive")));
  world.patch("CronJob", "nightly", json::parse(R"({"spec":{"concurrencyPolicy":"Replace"}})"));
  const auto before = jobs();
  advance(5min);
  world.bury_all_pods();
  world.settle();
  EXPECT_THAT(jobs(), testing::Not(Contains(before.front())));
  EXPECT_EQ(status()["active"].size(), 1U);
}

TEST_F(CronJobTest, SuspendedItStartsNothing) {
  auto cron = cron_job("* * * * *");
  cron["spec"]["suspend"] = true;
  world.make(cron);
  advance(10min);
  EXPECT_THAT(jobs(), IsEmpty());
  world.patch("CronJob", "nightly", json::parse(R"({"spec":{"suspend":false,"startingDeadlineSeconds":30}})"));
  world.settle();
  EXPECT_THAT(jobs(), testing::SizeIs(testing::Le(1U))) << "what was missed is not made up for";
  advance(1min);
  EXPECT_GE(jobs().size(), 1U);
}

TEST_F(CronJobTest, AScheduleThatNobodyReadsIsSaid) {
  world.make(cron_job("every now and then"));
  advance(1h);
  EXPECT_THAT(jobs(), IsEmpty());
  EXPECT_THAT(world.events("CronJob"), Contains(HasSubstr("UnparseableSchedule")));
}

TEST_F(CronJobTest, JobsAndPodsGoWithIt) {
  world.make(cron_job());
  advance(2min);
  ASSERT_EQ(jobs().size(), 1U);
  world.remove("CronJob", "nightly", "Background");
  for (int i = 0; i < 5; ++i) {
    world.settle();
    world.bury_all_pods();
  }
  EXPECT_THAT(jobs(), IsEmpty());
  EXPECT_THAT(world.pods("Job"), IsEmpty());
}

}  // namespace
}  // namespace straycat::cluster
