// One cluster seen from two places: each cause is told once, and where it shows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"

namespace straycat::diagnose {
namespace {

// What a second agent on another node would have written beside the first: the same, on a clock that runs alike.
Event of_second_vantage(Event event, bool clean) {
  event.clock = "a1";
  if (event.kind == VantageRecord::kind) {
    event.body["id"] = "a1";
    event.body["node"] = "node-2";
  }
  if (event.kind == AttemptWindow::kind && clean) {
    auto window = event.body.get<AttemptWindow>();
    window.ok = window.sent;
    window.failed.clear();
    window.failed_not_kept = 0;
    window.first_failed_start_ns = window.last_failed_start_ns = 0;
    event.body = json(window);
  }
  return event;
}

EventLog from_two_nodes(const test::World& world, bool second_clean) {
  EventLog log;
  for (Event event : test::log_of(world).events) {
    if (event.kind == VantageRecord::kind) event.body["where"] = "node";
    log.events.push_back(event);
    Event more = event;
    if (event.kind == ClockBound::kind) {
      more.body["vantage"] = "a1";
      log.events.push_back(more);
    } else if (event.clock == "a0" && !(second_clean && event.kind == AttemptFailed::kind)) {
      log.events.push_back(of_second_vantage(std::move(more), second_clean));
    }
  }
  for (std::size_t i = 0; i < log.events.size(); ++i) log.events[i].number = i;
  return log;
}

Verdict judged(const EventLog& log) {
  const auto history = history::fold(log);
  EXPECT_TRUE(history);
  return judge(*history);
}

// The endpoint leaves at 15 and its pod serves on until 18; a proxy sends to it until 27.
test::World stale_proxy() {
  test::World world = test::quiet(2);
  world.pods[0].ready_to = 15;
  world.pods[0].terminates = true;
  world.pods[0].gone_at = world.pods[0].answers_to = 18;
  world.stale = 12;
  world.lag = 0.1;
  return world;
}

std::string places(const Finding& finding) {
  for (const finding::Evidence& one : finding.evidence) {
    if (one.id == "places") return one.text;
  }
  return "";
}

TEST(Vantages, a_stray_that_both_nodes_meet_is_one_finding) {
  const auto alone = judged(test::log_of(test::article()));
  const auto both = judged(from_two_nodes(test::article(), false));
  ASSERT_EQ(both.findings.size(), 1U);
  EXPECT_EQ(both.findings[0].explained, 2 * alone.findings[0].explained);
  EXPECT_EQ(both.findings[0].endpoints.size(), alone.findings[0].endpoints.size());
  EXPECT_EQ(both.findings[0].endpoints[0].probes_failed, 2 * alone.findings[0].endpoints[0].probes_failed);
  EXPECT_EQ(both.findings[0].sentence, alone.findings[0].sentence);
  EXPECT_THAT(places(both.findings[0]),
              testing::ContainsRegex("[0-9]+ of [0-9]+ from node-1, [0-9]+ of [0-9]+ from node-2"));
  EXPECT_EQ(places(alone.findings[0]), "");
}

TEST(Vantages, an_intent_is_told_once) { EXPECT_EQ(judged(from_two_nodes(test::article(), false)).intents.size(), 1U); }

TEST(Vantages, what_one_node_alone_meets_says_so) {
  const auto verdict = judged(from_two_nodes(stale_proxy(), true));
  ASSERT_EQ(verdict.findings.size(), 1U) << verdict.headline;
  EXPECT_EQ(verdict.findings[0].cause, finding::Cause::data_plane_lag);
  EXPECT_THAT(verdict.findings[0].sentence, testing::EndsWith(" Seen from node-1 only."));
  EXPECT_THAT(places(verdict.findings[0]), testing::HasSubstr("0 of "));
}

TEST(Vantages, a_stale_proxy_that_stands_for_minutes_needs_another_place_to_be_known) {
  test::World world = stale_proxy();
  world.stale = 55;
  world.traffic_to = 80;
  world.ends = 82;
  EXPECT_EQ(judged(test::log_of(world)).conclusion, Conclusion::inconclusive);
  EXPECT_EQ(judged(from_two_nodes(world, true)).conclusion, Conclusion::found);
}

TEST(Vantages, an_agent_that_somebody_ended_shows_nothing) {
  auto log = test::log_of(test::quiet());
  EXPECT_EQ(judged(log).conclusion, Conclusion::none);
  Event lost;
  lost.kind = VantageLost::kind;
  lost.clock = "runner";
  lost.body = json(VantageLost{"a0", 0, "it was ended by somebody else before the traffic was to stop"});
  lost.at = log.events.back().at;
  log.events.insert(log.events.end() - 1, lost);
  EXPECT_EQ(test::brief(judged(log)), "inconclusive: the prober was lost before the run ended");
}

TEST(Vantages, one_of_several_views_is_shown) {
  const auto history = history::fold(from_two_nodes(test::article(), false));
  ASSERT_TRUE(history);
  ASSERT_EQ(history->views.size(), 2U);
  EXPECT_FALSE(history->views[0].repeats);
  EXPECT_TRUE(history->views[1].repeats);
  EXPECT_EQ(history->place("a1"), "node-2");
}

}  // namespace
}  // namespace straycat::diagnose
