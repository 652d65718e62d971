// The two judges, of a run and of a listing, side by side: one world, its log judged as a run, and what a cluster would
// have listed in the middle of it surveyed. Whom a Service is for must not depend on who is asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"
#include <straycat/survey/survey.hpp>

namespace straycat {
namespace {

using history::History;
using test::PodLife;
using test::World;

template <class T>
void add_all(const history::Timelines<T>& timelines, std::int64_t ns, std::vector<T>& out) {
  for (const auto& [key, timeline] : timelines) {
    if (const T* object = timeline.at(ns)) out.push_back(*object);
  }
}

// What the API server would have listed at an instant, as far as the log holds it.
survey::Snapshot listed_at(const History& history, double seconds) {
  const std::int64_t at = history.zero.ns + test::ns(seconds);
  survey::Snapshot out;
  out.wall_ns = history.wall_ns(at);
  add_all(history.services, at, out.services);
  add_all(history.pods, at, out.pods);
  add_all(history.workloads, at, out.workloads);
  for (const auto& [clock, slices] : history.slices) add_all(slices, at, out.slices);
  return out;
}

struct Row {
  const char* name;
  World (*world)();
  double listed_at;
  const char* run;      // whom the run takes it to be for; "": it cannot tell
  const char* listing;  // ... and the listing
};

World unnamed() {
  World world = test::article();
  world.meant_for.clear();
  return world;
}

// Nothing was applied in the run: a Service that is there already.
World attached() {
  World world = unnamed();
  world.stages.clear();
  world.expect = {};
  return world;
}

// A stray of a kind that stands for good, with more pods, there for longer than the one that is meant.
World many_strays() {
  World world = attached();
  world.owners[1] = {"StatefulSet", "importer", {{"app", "sayhi"}}, "", 0.1};
  world.pods.erase(world.pods.begin() + 2);
  for (int i = 0; i < 5; ++i) {
    PodLife stray{"importer-" + std::to_string(i), 1, 1};
    stray.answers_from = stray.answers_to = 0;
    stray.container_port = 9090;
    world.pods.push_back(stray);
  }
  return world;
}

// Two of a kind, of which nothing tells: neither has the Service's name, both have its port and answer.
World two_alike() {
  World world = attached();
  world.owners = {{"Deployment", "a", {{"app", "sayhi"}}, "", 0.1}, {"Deployment", "b", {{"app", "sayhi"}}, "", 0.1}};
  world.pods = {{"a-1", 0, 1}, {"a-2", 0, 1}, {"a-3", 0, 1}, {"b-1", 1, 1}};
  return world;
}

World canary() {
  World world = attached();
  world.owners[1] = {"Deployment", "sayhi-canary", {{"app", "sayhi"}}, "", 0.1};
  world.pods = {{"sayhi-1", 0, 1}, {"sayhi-canary-1", 1, 1}, {"sayhi-canary-2", 1, 1}};
  return world;
}

World one_of_two_alike_is_deaf() {
  World world = two_alike();
  world.pods[3].answers_from = world.pods[3].answers_to = 0;
  return world;
}

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {"the_article", unnamed, 20, "Deployment/sayhi", "Deployment/sayhi"},
      {"the_article_attached", attached, 20, "Deployment/sayhi", "Deployment/sayhi"},
      {"a_stray_with_more_pods", many_strays, 15, "Deployment/sayhi", "Deployment/sayhi"},
      {"two_alike", two_alike, 15, "", ""},
      {"a_canary", canary, 15, "Deployment/sayhi and Deployment/sayhi-canary",
       "Deployment/sayhi and Deployment/sayhi-canary"},
      // Only the run has asked them.
      {"one_of_two_alike_is_deaf", one_of_two_alike_is_deaf, 15, "Deployment/a", ""},
      {"quiet",
       [] {
         World world = test::quiet();
         world.meant_for.clear();
         return world;
       },
       15, "Deployment/sayhi", "Deployment/sayhi"},
  };
  return all;
}

class Judges : public testing::TestWithParam<Row> {};

TEST_P(Judges, take_a_service_to_be_for_the_same) {
  const World world = GetParam().world();
  const auto history = history::fold(test::log_of(world));
  ASSERT_TRUE(history);
  const auto verdict = diagnose::judge(*history);
  ASSERT_EQ(verdict.intents.size(), 1U);
  const auto surveyed =
      survey::survey_service(listed_at(*history, GetParam().listed_at), world.ns_name, world.service, {});
  ASSERT_TRUE(surveyed);
  EXPECT_EQ(verdict.intents[0].names(), GetParam().run) << verdict.intents[0].basis;
  EXPECT_EQ(surveyed->intent.names(), GetParam().listing) << surveyed->intent.basis;
}

INSTANTIATE_TEST_SUITE_P(All, Judges, testing::ValuesIn(rows()),
                         [](const auto& param) { return std::string(param.param.name); });

// Over worlds at random: where both name somebody, they name the same.
TEST(Judges, never_name_two) {
  int both = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    World world = test::random_world(seed, seed % 2 == 0);
    world.meant_for.clear();
    const auto history = history::fold(test::log_of(world));
    ASSERT_TRUE(history);
    const auto verdict = diagnose::judge(*history);
    const auto surveyed =
        survey::survey_service(listed_at(*history, world.traffic_from + 15), world.ns_name, world.service, {});
    ASSERT_TRUE(surveyed);
    if (!verdict.intents.at(0).known() || !surveyed->intent.known()) continue;
    ++both;
    EXPECT_EQ(verdict.intents[0].names(), surveyed->intent.names()) << "seed " << seed;
  }
  EXPECT_GT(both, 20);
}

}  // namespace
}  // namespace straycat
