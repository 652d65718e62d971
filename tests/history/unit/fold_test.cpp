#include <random>

#include <gtest/gtest.h>

#include "history/support/log_maker.hpp"
#include "history/support/scenes.hpp"
#include "model/support/routing_worlds.hpp"
#include <straycat/history/history.hpp>
#include <straycat/model/routable.hpp>

namespace straycat::history {
namespace {

using test::json;

History folded(const EventLog& log) {
  auto history = fold(log);
  EXPECT_TRUE(history) << history.error().message;
  return history ? std::move(*history) : History{};
}

Event event(const std::string& kind, const std::string& clock, std::int64_t at, json body) {
  return {0, kind, clock, {at}, std::move(body)};
}

Event header_event() {
  Header header;
  header.format = std::string(log_format);
  header.ns = "shop";
  header.plan = plan::to_json(test::LogMaker(test::quiet()).make_plan());
  return event("header", "runner", 1000, json(header));
}

EventLog log_with(std::vector<Event> events) {
  EventLog log;
  log.events.push_back(header_event());
  for (auto& one : events) log.events.push_back(std::move(one));
  for (std::size_t i = 0; i < log.events.size(); ++i) log.events[i].number = i;
  return log;
}

TEST(Fold, needs_a_header_and_nothing_more) {
  EXPECT_FALSE(fold(EventLog{}));
  EventLog other = log_with({});
  other.events[0].body["format"] = "straycat.log/99";
  EXPECT_FALSE(fold(other));
  const auto history = folded(log_with({}));
  EXPECT_TRUE(history.cut);
  EXPECT_EQ(history.reference, "runner");
  EXPECT_EQ(history.totals.attempts, 0U);
}

TEST(Fold, keeps_on_over_whatever_it_does_not_know) {
  const auto history = folded(log_with(
      {event("moon.phase", "runner", 2000, json::array({1, 2})), event("attempts.window", "a0", 3000, json(nullptr)),
       event("slice", "a0", 3000, json("x")), event("pod", "runner", 3000, json::object({{"object", 7}})),
       event("probe.direct", "a0", 3000, json::object()), event("watch.gap", "", 3000, json(3))}));
  EXPECT_EQ(history.unknown, 1U);
  EXPECT_EQ(history.events, 7U);
}

// --- clocks
// -----------------------------------------------------------------------------------------------------------

Event bound(const std::string& vantage, std::int64_t lower, std::int64_t upper) {
  return event("clock.bound", "runner", 1100, json(ClockBound{vantage, lower, upper}));
}
Event stand(const std::string& id, std::int64_t at) {
  return event("vantage", id, at, json(VantageRecord{id, Place::pod, "", "", "", "", "", "", Dialing::kernel}));
}
Event step(std::int64_t at) {
  return event("step.started", "runner", at, json(StepRecord{0, "s", Verb::apply, "p", "", true, ""}));
}

TEST(Clocks, put_the_runner_on_the_first_vantage_points_clock) {
  const auto history = folded(
      log_with({stand("a0", 500'000), bound("a0", 400'000, 500'000), bound("a0", 440'000, 480'000), step(2000)}));
  EXPECT_EQ(history.reference, "a0");
  EXPECT_EQ(history.steps.at(0).started.ns, 462'000);  // the middle of the tightest pair
  EXPECT_EQ(history.steps.at(0).started.error_ns, 20'001);
  EXPECT_EQ(history.zero.ns, 461'000);
}

TEST(Clocks, say_when_nothing_bounds_them) {
  const auto history = folded(log_with({stand("a0", 500'000), step(2000)}));
  EXPECT_FALSE(history.steps.at(0).started.bounded());
  EXPECT_EQ(history.steps.at(0).started.ns, 500'000);  // a guess for the picture: the record had arrived by then
  EXPECT_FALSE(history.covered("pods", {0, 1}));
}

TEST(Clocks, that_contradict_each_other_leave_the_difference_in_doubt) {
  const auto history = folded(
      log_with({stand("a0", 500'000), bound("a0", 500'000, 600'000), bound("a0", 300'000, 400'000), step(2000)}));
  EXPECT_EQ(history.steps.at(0).started.ns, 452'000);
  EXPECT_GE(history.steps.at(0).started.error_ns, 50'000);
}

TEST(Clocks, of_several_vantage_points_add_their_errors) {
  AttemptWindow window;
  window.traffic = "loop";
  window.from_ns = 9'000'000;
  window.to_ns = 9'100'000;
  const auto history =
      folded(log_with({stand("a0", 500'000), stand("a1", 8'000'000), bound("a0", 400'000, 420'000),
                       bound("a1", 7'900'000, 7'960'000), event("attempts.window", "a1", 9'100'000, json(window))}));
  EXPECT_EQ(history.vantages.size(), 2U);
  EXPECT_EQ(history.traffic.at(0).windows.at(0).from_ns, 9'000'000 - 7'930'000 + 410'000);
  EXPECT_EQ(history.traffic.at(0).error_ns, 10'001 + 30'001);
}

// --- steps, phases, coverage
// ------------------------------------------------------------------------------------------

// `kubectl label pod`: its ReplicaSet lets it go. What stood behind the Service was the Deployment's all the same.
TEST(Article, a_pod_that_was_let_go_was_its_controllers) {
  EventLog log = test::log_of(test::article());
  const std::string name = folded(log).views.at(0).endpoints[0].id.pod;
  const auto pod = std::find_if(log.events.rbegin(), log.events.rend(), [&](const Event& one) {
    return one.kind == "pod" && one.body["object"]["meta"]["name"] == name;
  });
  ASSERT_NE(pod, log.events.rend());
  Event let_go = *pod;
  let_go.at = log.events.back().at;
  let_go.body["object"]["meta"]["owners"] = json::array();
  log.events.insert(log.events.end() - 1, let_go);
  EXPECT_EQ(folded(log).views.at(0).endpoints[0].owner.display(), "Deployment/sayhi");
}

// Failures long after the last change have nothing to do with it, and no line joins the two.
TEST(Bursts, stand_beside_no_change_that_is_far_away) {
  test::World world = test::quiet(2);
  world.pods[0].answers_from = world.pods[1].answers_from = 3;
  world.pods[0].answers_to = world.pods[1].answers_to = 30;
  const auto history = folded(test::log_of(world));
  const Traffic& traffic = history.traffic.at(0);
  ASSERT_EQ(traffic.bursts.size(), 2U);
  EXPECT_TRUE(traffic.bursts[0].onset);
  EXPECT_FALSE(traffic.bursts[1].onset);
  EXPECT_FALSE(traffic.bursts[1].end);
}

TEST(Article, folds_into_its_story) {
  const auto history = folded(test::log_of(test::article()));
  ASSERT_EQ(history.phases.size(), 5U);
  EXPECT_EQ(history.phases[3].name, "job");
  EXPECT_EQ(history.phases[3].from.ns, test::ns(5016));
  EXPECT_EQ(history.phases[3].to.ns, test::ns(5029));
  EXPECT_TRUE(history.phases[4].closed);
  EXPECT_TRUE(history.covered("events", {test::ns(5010), test::ns(5020)}));
  EXPECT_FALSE(history.covered("events", {test::ns(5000), test::ns(5020)}));
  EXPECT_FALSE(history.covered("nodes", {test::ns(5010), test::ns(5020)}));

  const ServiceView& view = history.views.at(0);
  ASSERT_EQ(view.endpoints.size(), 3U);
  EXPECT_EQ(view.endpoints[0].owner.display(), "Deployment/sayhi");  // through its ReplicaSet
  EXPECT_EQ(view.endpoints[2].owner.display(), "Job/sayhi");
  EXPECT_EQ(view.endpoints[2].memberships.at(0).from, test::ns(5017));
  EXPECT_EQ(view.endpoints[2].memberships.at(0).to, test::ns(5027));
  EXPECT_EQ(view.endpoints[2].states.back().listed, false);
  EXPECT_EQ(view.routable_at(test::ns(5020)), (std::vector<std::size_t>{1, 2}));

  const Traffic& traffic = history.traffic.at(0);
  ASSERT_EQ(traffic.bursts.size(), 1U);
  const Burst& burst = traffic.bursts[0];
  EXPECT_EQ(burst.failed, traffic.totals.failed);
  EXPECT_EQ(view.changes[burst.onset->change].at.ns, test::ns(5017));
  EXPECT_EQ(view.changes[burst.end->change].at.ns, test::ns(5027));
  EXPECT_LT(burst.last_ok_before_ns, burst.first_ns);
  EXPECT_GT(burst.first_ok_after_ns, burst.last_ns);
  EXPECT_EQ(around(traffic, burst.first_ns).first_failed_after_ns, burst.first_ns);
  EXPECT_EQ(around(traffic, burst.last_ns + 1).last_failed_before_ns, burst.last_ns);
}

TEST(Coverage, knows_gaps_and_denials) {
  auto world = test::article();
  world.slice_gaps = {{20, 22}};
  const auto history = folded(test::log_of(world));
  ASSERT_EQ(history.views.at(0).blind.size(), 2U);  // before the watch began, and the gap
  EXPECT_EQ(history.views[0].blind[1], (Span{test::ns(5020), test::ns(5022)}));
  EXPECT_FALSE(history.covered("endpointslices", {test::ns(5019), test::ns(5021)}));
  const auto denied = folded(
      log_with({event("watch.started", "runner", 2000, json(WatchRecord{"pods", "", 0, 0, ""})),
                event("watch.ended", "runner", 9000, json(WatchRecord{"pods", "", 0, 0, "", WatchEnd::denied}))}));
  EXPECT_TRUE(denied.watches.at(0).denied());
  EXPECT_FALSE(denied.covered("pods", {3000, 4000}));
}

TEST(Windows, of_a_cut_log_may_be_missing) {
  AttemptFailed failed;
  failed.traffic = "loop";
  failed.started_ns = 5000;
  failed.ended_ns = 6000;
  const auto history = folded(log_with({event("attempt.failed", "a0", 6000, json(failed))}));
  EXPECT_EQ(history.totals.attempts, 1U);
  EXPECT_EQ(history.totals.failed, 1U);
  EXPECT_EQ(history.traffic.at(0).bursts.size(), 1U);
}

TEST(Windows, that_tell_of_less_than_was_sent_are_lost_records) {
  auto log = test::log_of(test::quiet());
  std::size_t left = 3;
  std::erase_if(log.events, [&](const Event& one) { return one.kind == "attempts.window" && left > 0 && left-- > 0; });
  EXPECT_EQ(folded(log).vantages.at(0).records_missing, 12U);  // three windows of four attempts
}

TEST(Gaps, are_measured_inside_and_between_windows) {
  const auto history = folded(test::log_of(test::quiet()));
  const Traffic& traffic = history.traffic.at(0);
  EXPECT_EQ(largest_gap(traffic, {test::ns(5010), test::ns(5011)}), test::ns(0.05));
  EXPECT_EQ(largest_gap(traffic, {test::ns(5100), test::ns(5101)}), test::ns(1));
  EXPECT_EQ(totals_in(traffic, {test::ns(5009.9), test::ns(5010.9)}).attempts, 20U);
}

TEST(Bursts, part_where_a_silence_holds_an_endpoint_change) {
  auto world = test::article();
  world.owners.push_back({"Job", "second", {{"app", "sayhi"}}, "", 16});
  world.pods.push_back({"second-1", 2, 31, 33, false, 34, 0, 0});
  const auto history = folded(test::log_of(world));
  EXPECT_EQ(history.traffic.at(0).bursts.size(), 2U);
}

// --- the routable set
// -------------------------------------------------------------------------------------------------

model::EndpointSlice random_slice(std::mt19937_64& random, int number) {
  const auto draw = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  model::EndpointSlice slice;
  slice.meta.kind = "EndpointSlice";
  slice.meta.ns = "shop";
  slice.meta.name = "sayhi-" + std::to_string(number);
  slice.meta.uid = slice.meta.name;
  slice.service = "sayhi";
  if (draw(8) != 0) slice.ports.push_back({"", draw(8) == 0 ? std::nullopt : std::optional(3000), "TCP"});
  for (int i = draw(5); i > 0; --i) {
    model::Endpoint endpoint;
    const int pod = draw(8);
    endpoint.addresses = {"10.0.0." + std::to_string(pod)};
    endpoint.pod = "p" + std::to_string(pod);
    endpoint.pod_uid = "u" + std::to_string(pod);
    if (draw(4) != 0) endpoint.ready = draw(2) == 0;
    if (draw(4) != 0) endpoint.serving = draw(2) == 0;
    if (draw(4) != 0) endpoint.terminating = draw(2) == 0;
    slice.endpoints.push_back(endpoint);
  }
  return slice;
}

std::vector<std::string> addresses_at(const ServiceView& view, std::int64_t at) {
  std::vector<std::string> result;
  for (const auto index : view.routable_at(at)) result.push_back(view.endpoints[index].id.address);
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

TEST(RoutableSet, is_what_a_proxy_may_send_to) {
  AttemptWindow window;
  window.traffic = "loop";
  for (const test::routing::World& world : test::routing::worlds()) {
    std::vector<Event> events = {stand("a0", 1)};
    for (const auto& slice : world.projected())
      events.push_back(event("slice", "a0", 1000, json(model::ObjectChange{false, json(slice)})));
    events.push_back(event("attempts.window", "a0", 5000, json(window)));
    const auto history = folded(log_with(std::move(events)));
    const ServiceView& view = history.views.at(0);
    EXPECT_EQ(addresses_at(view, 2000), world.addresses()) << world.name;
    EXPECT_EQ(view.phases.back().size, world.routable.size()) << world.name;
  }
}

// Step by step the incremental fold must agree with the rule as model states it.
TEST(RoutableSet, is_at_each_instant_what_model_says) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::mt19937_64 random(seed);
    std::map<std::string, model::EndpointSlice> now;
    std::vector<Event> events = {stand("a0", 1)};
    std::vector<std::vector<std::string>> expected;
    AttemptWindow window;
    window.traffic = "loop";
    for (int i = 0; i < 30; ++i) {
      const auto slice = random_slice(random, static_cast<int>(random() % 3));
      const bool gone = now.count(slice.meta.name) != 0 && random() % 6 == 0;
      if (gone) {
        now.erase(slice.meta.name);
      } else {
        now[slice.meta.name] = slice;
      }
      events.push_back(event("slice", "a0", 1000 * (i + 1), json(model::ObjectChange{gone, json(slice)})));
      std::vector<model::EndpointSlice> all;
      for (const auto& [name, one] : now) all.push_back(one);
      std::vector<std::string> set;
      for (const auto& endpoint : model::routable_set(all, "")) set.push_back(endpoint.address);
      expected.push_back(set);
    }
    events.push_back(event("attempts.window", "a0", 40'000, json(window)));
    const auto history = folded(log_with(std::move(events)));
    for (int i = 0; i < 30; ++i) {
      EXPECT_EQ(addresses_at(history.views.at(0), 1000 * (i + 1) + 500), expected[static_cast<std::size_t>(i)])
          << "seed " << seed << " step " << i;
    }
  }
}

// --- size
// -------------------------------------------------------------------------------------------------------------

TEST(Size, of_5000_endpoints_and_an_hour_is_no_trouble) {
  std::vector<Event> events = {stand("a0", 1)};
  std::vector<model::EndpointSlice> slices(50);
  for (int s = 0; s < 50; ++s) {
    auto& slice = slices[static_cast<std::size_t>(s)];
    slice.meta.ns = "shop";
    slice.meta.name = slice.meta.uid = "s" + std::to_string(s);
    slice.service = "sayhi";
    slice.ports.push_back({"", 3000, "TCP"});
    for (int e = 0; e < 100; ++e) {
      model::Endpoint endpoint;
      endpoint.addresses = {std::to_string(s) + "." + std::to_string(e)};
      endpoint.pod = endpoint.pod_uid = endpoint.addresses[0];
      slice.endpoints.push_back(endpoint);
    }
    events.push_back(event("slice", "a0", 10 + s, json(model::ObjectChange{false, json(slice)})));
  }
  for (int i = 0; i < 400; ++i) {
    auto& slice = slices[static_cast<std::size_t>(i % 50)];
    slice.endpoints[static_cast<std::size_t>(i / 50)].ready = false;
    events.push_back(event("slice", "a0", 1'000'000'000 + i, json(model::ObjectChange{false, json(slice)})));
  }
  AttemptWindow window;
  window.traffic = "loop";
  window.sent = window.ok = 2000;
  window.latency.record(Nanos{2'000'000}, 2000);
  for (std::int64_t i = 0; i < 18'000; ++i) {
    window.from_ns = i * 200'000'000 + 1;
    window.to_ns = window.from_ns + 200'000'000;
    window.first_start_ns = window.first_ok_start_ns = window.from_ns;
    window.last_start_ns = window.last_ok_start_ns = window.to_ns - 100'000;
    events.push_back(event("attempts.window", "a0", window.to_ns, json(window)));
  }
  const auto history = folded(log_with(std::move(events)));
  EXPECT_EQ(history.views.at(0).endpoints.size(), 5000U);
  EXPECT_EQ(history.views[0].phases.back().size, 4600U);
  EXPECT_EQ(history.totals.attempts, 36'000'000U);
}

// --- durations

Event window_of_durations(std::int64_t from, std::int64_t latency) {
  AttemptWindow window;
  window.traffic = "loop";
  window.sent = window.ok = 1;
  window.from_ns = window.first_start_ns = window.last_start_ns = from;
  window.to_ns = from + 100;
  window.latency.record(Nanos{latency});
  return event("attempts.window", "a0", from + 100, json(window));
}

TEST(Durations, keep_each_window_of_a_short_run_in_its_order) {
  const auto history = folded(log_with({window_of_durations(5000, 7), window_of_durations(3000, 8)}));
  const auto& durations = history.traffic.at(0).durations;
  ASSERT_EQ(durations.size(), 2U);
  EXPECT_EQ(durations[0].from_ns, 3000);
  EXPECT_EQ(durations[0].latency.max(), Nanos{8});
  EXPECT_EQ(durations[1].from_ns, 5000);
}

// Of a long run they are joined, none lost, each with its neighbours only.
TEST(Durations, of_a_long_run_are_few_and_whole) {
  std::vector<Event> events;
  constexpr std::int64_t windows = 20'000, length = 200'000'000;
  for (std::int64_t i = 0; i < windows; ++i) events.push_back(window_of_durations(1 + i * length, 1000 + i));
  const auto history = folded(log_with(std::move(events)));
  const Traffic& traffic = history.traffic.at(0);
  ASSERT_GT(traffic.durations.size(), 1000U);
  ASSERT_LE(traffic.durations.size(), 2048U);
  Histogram all;
  for (std::size_t i = 0; i < traffic.durations.size(); ++i) {
    const Durations& one = traffic.durations[i];
    all.merge(one.latency);
    EXPECT_EQ(one.latency.min().count(), 1000 + (one.from_ns - 1) / length);
    const auto next = i + 1 < traffic.durations.size() ? traffic.durations[i + 1].from_ns : 1 + windows * length;
    EXPECT_EQ(one.latency.max().count(), 999 + (next - 1) / length);
  }
  EXPECT_EQ(all, traffic.latency);
  EXPECT_EQ(all.count(), 20'000U);
}

}  // namespace
}  // namespace straycat::history
