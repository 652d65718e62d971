// Parts that die, and what of them is known from then on; stretches in which nothing was sent.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "history/support/log_maker.hpp"
#include "history/support/scenes.hpp"
#include <straycat/history/history.hpp>

namespace straycat::history {
namespace {

using test::json;
using test::ns;
using test::World;
using testing::ElementsAre;
using testing::IsEmpty;

History folded_losses(const EventLog& log) {
  auto history = fold(log);
  EXPECT_TRUE(history) << history.error().message;
  return history ? std::move(*history) : History{};
}

// Instants of the worlds' runner, on the reference clock (the prober's).
std::int64_t at(double t) { return ns(5000 + t); }

TEST(Losses, a_prober_that_dies_saw_nothing_from_then_on) {
  const auto history = folded_losses(test::log_of_death(test::article(), 20, false));
  ASSERT_EQ(history.losses.size(), 1U);
  EXPECT_EQ(history.losses[0].vantage, "a0");
  EXPECT_EQ(history.losses[0].why, "killed by signal 9 (Killed)");
  EXPECT_NEAR(static_cast<double>(history.losses[0].at.ns - at(20.1)), 0, 1e6);
  const ServiceView& view = history.views.at(0);
  EXPECT_LE(view.seen_until, at(20));
  EXPECT_GT(view.seen_until, at(19));
  EXPECT_GT(history.end, at(20.9)) << "the runner lived on";
  for (const Endpoint& endpoint : view.endpoints)
    for (const Membership& stay : endpoint.memberships) EXPECT_LE(stay.to, view.seen_until);
  EXPECT_FALSE(history.covered("endpointslices", {at(20), at(20.5)}));
  EXPECT_TRUE(history.covered("endpointslices", {at(18), at(19)}));
  EXPECT_TRUE(history.covered("pods", {at(20.2), at(20.5)})) << "the runner's own watch";
}

TEST(Losses, nothing_in_a_cluster_is_known_after_its_end) {
  const auto history = folded_losses(test::log_of_death(test::article(), 20, true));
  ASSERT_EQ(history.losses.size(), 2U);
  EXPECT_EQ(history.losses[0].vantage, "");
  EXPECT_LE(history.views.at(0).seen_until, at(20));
  EXPECT_FALSE(history.covered("pods", {at(20.2), at(20.5)}));
  EXPECT_TRUE(history.covered("pods", {at(18), at(19)}));
}

// The runner's watches go on telling of a cluster that is gone: a gap that ends later must not look like sight.
TEST(Losses, a_watch_that_is_closed_later_is_cut_at_the_clusters_end) {
  EventLog log = test::log_of_death(test::article(), 20, true);
  const Event end{0,
                  WatchRecord::ended,
                  std::string(runner_clock),
                  {ns(20.9)},
                  json(WatchRecord{"pods", "", 0, 0, "", WatchEnd::closed})};
  log.events.insert(log.events.end() - 1, end);
  EXPECT_FALSE(folded_losses(log).covered("pods", {at(20.2), at(20.5)}));
}

TEST(Losses, a_watch_that_died_covers_what_it_saw_and_no_more) {
  EventLog log = test::log_of(test::article());
  const auto place = std::find_if(log.events.begin(), log.events.end(),
                                  [](const Event& event) { return event.clock == "a0" && event.at.ns > ns(5020); });
  log.events.insert(
      place,
      {0, WatchRecord::ended, "a0", {ns(5020)}, json(WatchRecord{"endpointslices", "", 0, 0, "boom", WatchEnd::died})});
  const auto history = folded_losses(log);
  EXPECT_EQ(history.views.at(0).seen_until, at(20));
  EXPECT_TRUE(history.covered("endpointslices", {at(18), at(19)}));
  EXPECT_FALSE(history.covered("endpointslices", {at(18), at(21)}));
  EXPECT_EQ(history.views[0].blind.back(), (Span{at(20), history.end}));
}

TEST(Losses, whoever_summed_up_saw_to_the_end) {
  const auto history = folded_losses(test::log_of(test::article()));
  EXPECT_THAT(history.losses, IsEmpty());
  EXPECT_EQ(history.views.at(0).seen_until, history.end);
}

TEST(Losses, a_runner_that_was_killed_saw_until_its_last_word) {
  EventLog log = test::log_of(test::article());
  log.events.resize(log.events.size() / 2);
  log.cut = true;
  const auto history = folded_losses(log);
  std::int64_t last = 0;
  for (const Event& event : log.events)
    if (event.clock == runner_clock) last = event.at.ns + ns(5000);
  EXPECT_FALSE(history.covered("pods", {last, last + ns(0.5)}));
}

std::vector<Hole> holes_of(const World& world) { return folded_losses(test::log_of(world)).traffic.at(0).holes; }

TEST(Holes, are_where_an_open_loop_sent_nothing) {
  World world = test::quiet();
  world.silences = {{10, 15}};
  const auto holes = holes_of(world);
  ASSERT_EQ(holes.size(), 1U);
  EXPECT_NEAR(static_cast<double>(holes[0].span.from - at(10)), 0, 1e8);
  EXPECT_NEAR(static_cast<double>(holes[0].span.to - at(15)), 0, 1e8);
  EXPECT_EQ(holes[0].due, 100U);
}

TEST(Holes, at_the_edges_of_the_traffic_count_too) {
  World world = test::quiet();
  world.silences = {{2, 5}, {30, 36}};
  EXPECT_EQ(holes_of(world).size(), 2U);
}

TEST(Holes, nothing_is_due_where_a_step_has_stopped_the_traffic) {
  World world = test::quiet();
  world.silences = {{20, 38}};
  EXPECT_EQ(holes_of(world).size(), 1U);
  world.stages.push_back({"stop", "", "traffic", "stop traffic", 20, 20.1, plan::Traffic{false}});
  EXPECT_THAT(holes_of(world), IsEmpty());
  world.stages.push_back({"start", "", "traffic", "start traffic", 30, 30.1, plan::Traffic{true}});
  EXPECT_EQ(holes_of(world).size(), 1U) << "from the new start on it is due again";
}

TEST(Holes, short_silences_are_none) {
  World world = test::quiet();
  world.silences = {{10, 10.9}};
  EXPECT_THAT(holes_of(world), IsEmpty());
  EXPECT_THAT(holes_of(test::quiet()), IsEmpty());
}

TEST(Holes, a_slow_pace_has_no_holes_between_its_requests) {
  World world = test::quiet();
  world.rate = 0.5;
  EXPECT_THAT(holes_of(world), IsEmpty());
}

TEST(Holes, of_a_closed_loop_are_only_what_stopped_the_prober) {
  World world = test::quiet();
  world.silences = {{10, 15}};
  EventLog log = test::log_of(world);
  auto plan = plan::from_json(log.events[0].body["plan"]);
  ASSERT_TRUE(plan);
  plan->traffic[0].pace = {};
  plan->traffic[0].pace.loops = 2;
  log.events[0].body["plan"] = plan::to_json(*plan);
  EXPECT_THAT(folded_losses(log).traffic.at(0).holes, IsEmpty()) << "its answers may have been slow";
  for (Event& event : log.events)
    if (event.kind == Topic::vantage_health && event.at.ns == ns(5015)) event.body["loopLagNs"] = ns(5);
  const auto holes = folded_losses(log).traffic.at(0).holes;
  EXPECT_THAT(holes, ElementsAre(Hole{{at(10), at(15)}, 0}));
}

}  // namespace
}  // namespace straycat::history
