// Tiny worlds of hand-written slices, traffic policies, slow readiness probes and short grace periods; each beside
// worlds in which a piece of the evidence is missing.
#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"
#include "diagnose/support/tiny_worlds.hpp"

namespace straycat::diagnose {
namespace {

using test::World;

// Changes each version of the objects of a kind.
template <class T>
EventLog each_object(EventLog log, std::string_view kind, const std::function<void(T&)>& change) {
  for (Event& event : log.events) {
    if (event.kind != kind || !event.body["object"].is_object()) continue;
    auto object = event.body["object"].get<T>();
    change(object);
    event.body["object"] = json(object);
  }
  return log;
}

World sends_nowhere(int pods) {
  World world = test::quiet(pods);
  world.nobody_translates = true;
  return world;
}

// --- traffic policies

EventLog local_only(const World& world, const std::string& node, bool known = true) {
  EventLog log = each_object<model::Service>(
      test::log_of(world), "service", [](model::Service& service) { service.internal_traffic_policy = "Local"; });
  log = each_object<model::EndpointSlice>(std::move(log), "slice", [&](model::EndpointSlice& slice) {
    for (auto& endpoint : slice.endpoints) endpoint.node = node;
  });
  for (Event& event : log.events)
    if (!known && event.kind == VantageRecord::kind) event.body["node"] = "";
  return log;
}

// --- addresses published before they serve

void say_unready(json& object, const std::vector<std::string>& pods) {
  auto slice = object.get<model::EndpointSlice>();
  for (auto& endpoint : slice.endpoints)
    if (std::find(pods.begin(), pods.end(), endpoint.pod) != pods.end()) endpoint.serving = false;
  object = json(slice);
}

// Two new pods are published at 12 s and say that they do not serve, one until 15 s, the other until 15.4 s; they
// answer from then on. Nobody asks the first one directly in between.
EventLog published() {
  World world = test::quiet(3);
  world.pods[1].ready_from = world.pods[2].ready_from = 12;
  world.pods[1].answers_from = 15;
  world.pods[2].answers_from = 15.4;
  EventLog all = each_object<model::Service>(test::log_of(world), "service",
                                             [](model::Service& service) { service.publish_not_ready = true; });
  EventLog log;
  std::vector<Event> due;  // what the slices say later
  for (Event& event : all.events) {
    for (auto& later : due)
      if (later.clock == event.clock && later.at <= event.at && !later.clock.empty()) {
        log.events.push_back(later);
        later.clock.clear();
      }
    json& object = event.body["object"];
    if (event.kind == "slice" && object.is_object() && object.dump().find("sayhi-2") != std::string::npos) {
      for (const auto& [after, still] : {std::pair<double, std::vector<std::string>>{3, {"sayhi-2"}}, {3.4, {}}}) {
        Event later = event;
        later.at.ns += test::ns(after);
        say_unready(later.body["object"], still);
        due.push_back(later);
      }
      say_unready(object, {"sayhi-1", "sayhi-2"});
    }
    log.events.push_back(event);
  }
  return log;
}

// --- slices by hand

void written_by_hand(model::EndpointSlice& slice) { slice.managed_by = "somebody"; }

// One address answers, the other is nobody's.
EventLog names_the_dead(bool by_hand, bool a_pod_has_it = false) {
  World world = test::quiet(2);
  world.pods[1].answers_from = world.pods[1].answers_to = 0;
  EventLog log = each_object<model::EndpointSlice>(test::log_of(world), "slice", [&](model::EndpointSlice& slice) {
    if (by_hand) written_by_hand(slice);
    for (auto& endpoint : slice.endpoints)
      if (endpoint.pod == "sayhi-1") endpoint.pod = endpoint.pod_uid = "";
  });
  for (Event& event : log.events) {
    if (event.kind != DirectProbe::kind) continue;
    auto probe = event.body.get<DirectProbe>();
    if (probe.endpoint.pod == "sayhi-1") probe.endpoint.pod = probe.endpoint.uid = "";
    event.body = json(probe);
  }
  if (a_pod_has_it) return log;
  return test::without(std::move(log), [](const Event& event) {
    return event.kind == "pod" && event.body["object"]["meta"].value("name", "") == "sayhi-1";
  });
}

// The Service selects nobody and asks for a port by a name that its slice does not bear.
EventLog bears_another_name(bool by_hand, bool selects = false) {
  World world = sends_nowhere(1);
  world.direct_probes = false;
  EventLog log = each_object<model::Service>(test::log_of(world), "service", [&](model::Service& service) {
    if (!selects) service.selector.clear();
    service.ports[0].name = "web";
  });
  return each_object<model::EndpointSlice>(std::move(log), "slice", [&](model::EndpointSlice& slice) {
    if (by_hand) written_by_hand(slice);
    slice.ports[0].name = "http";
  });
}

// --- probes and grace periods

void tell_unhealthy(World& world, const std::string& pod, const std::string& words) {
  model::KubeEvent event;
  event.meta.kind = "Event";
  event.meta.ns = world.ns_name;
  event.meta.name = pod;
  event.type = "Warning";
  event.reason = "Unhealthy";
  event.message = "Readiness probe failed: " + words;
  event.regarding = {"Pod", world.ns_name, pod, "uid-Pod-" + pod};
  world.kube_events.push_back(event);
  world.kube_event_times.push_back(11.8);
}

// Both pods leave the ready ones at 12 s and stay where they are.
EventLog lose_readiness(const char* words) {
  World world = test::quiet(2);
  for (auto& pod : world.pods) {
    pod.readiness_probe = true;
    pod.ready_to = 12;
  }
  if (words != nullptr) tell_unhealthy(world, "sayhi-0", words);
  EventLog log = test::log_of(world);
  return each_object<model::Pod>(std::move(log), "pod", [](model::Pod& pod) { pod.phase = "Running"; });
}

// A pod is deleted at 12 s and serves until it is killed, `grace` seconds later; requests were under way for
// `under_way` seconds when they were cut.
EventLog killed_in_the_middle(int grace, double under_way) {
  World world = test::quiet(2);
  auto& pod = world.pods[1];
  pod.ready_to = 12;
  pod.terminates = true;
  pod.gone_at = 14.2;
  EventLog log = each_object<model::Pod>(test::log_of(world), "pod",
                                         [&](model::Pod& one) { one.spec.termination_grace_seconds = grace; });
  // Twelve requests that had begun before the end began.
  Event cut;
  std::uint64_t number = 0;
  for (const Event& event : log.events)
    if (event.kind == AttemptWindow::kind) cut = event;
  for (int i = 0; i < 12; ++i) {
    AttemptFailed failed;
    failed.traffic = world.traffic;
    failed.id = 100000 + ++number;
    failed.intended_ns = failed.started_ns = test::ns(14 - under_way + 0.01 * i + world.skew);
    failed.connect_ns = failed.started_ns + 100000;
    failed.ended_ns = failed.started_ns + test::ns(under_way);
    failed.failure = {FailureKind::closed_early, Phase::first_byte, 0, "(52) Empty reply from server"};
    cut.kind = AttemptFailed::kind;
    cut.body = json(failed);
    cut.at.ns = failed.ended_ns;
    log.events.insert(log.events.end() - 3, cut);
  }
  for (Event& event : log.events) {
    if (event.kind != AttemptWindow::kind) continue;
    const auto from = event.body["fromNs"].get<std::int64_t>(), to = event.body["toNs"].get<std::int64_t>();
    const auto at = test::ns(14 - under_way + 0.05 + world.skew);
    if (at < from || at >= to) continue;
    event.body["failed"]["closed_early"] = 12;
    event.body["sent"] = event.body["sent"].get<int>() + 12;
  }
  for (std::size_t i = 0; i < log.events.size(); ++i) log.events[i].number = i;
  return log;
}

const std::vector<test::TinyWorld>& slice_rules_rows() {
  static const std::vector<test::TinyWorld> all = {
      {"local_policy", [] { return local_only(sends_nowhere(2), "node-2"); }, "found local-policy Service/sayhi"},
      {"local_policy_with_an_endpoint_here", [] { return local_only(sends_nowhere(2), "node-1"); }, "inconclusive"},
      {"local_policy_and_where_the_client_is_nobody_knows",
       [] { return local_only(sends_nowhere(2), "node-2", false); }, "inconclusive"},
      {"nothing_gets_through_soon_after_the_first_answers",
       [] {
         World world = test::quiet(2);
         for (test::PodLife& pod : world.pods) pod.ready_from = pod.answers_from = 1.8;
         world.starved_from = 2.3;
         world.starved_to = 2.8;
         return test::log_of(world);
       },
       "inconclusive"},
      {"scaled_to_zero_and_back_and_the_proxy_hears_of_it_late",
       [] {
         World world = test::quiet(2);
         world.lag = 1;
         test::PodLife& first = world.pods[0];
         first.ready_to = first.gone_at = first.answers_to = 10;
         world.pods[1].ready_from = world.pods[1].answers_from = 20;
         return test::log_of(world);
       },
       "found no-endpoints"},
      {"publishes_unready", [] { return published(); }, "found publishes-unready Service/sayhi"},
      {"not_ready_and_the_service_does_not_publish",
       [] {
         return each_object<model::Service>(published(), "service",
                                            [](model::Service& service) { service.publish_not_ready = false; });
       },
       "inconclusive"},
      {"stale_slice", [] { return names_the_dead(true); }, "found stale-slice EndpointSlice/sayhi-x1"},
      {"stale_slice_that_a_controller_keeps", [] { return names_the_dead(false); }, "inconclusive"},
      {"slice_port_mismatch", [] { return bears_another_name(true); },
       "found slice-port-mismatch EndpointSlice/sayhi-x1"},
      {"slice_port_mismatch_of_a_service_that_selects", [] { return bears_another_name(false, true); },
       "found no-endpoints"},
      {"readiness_flap", [] { return lose_readiness("context deadline exceeded"); },
       "found readiness-flap Deployment/sayhi"},
      {"readiness_lost_for_a_wrong_answer", [] { return lose_readiness("HTTP probe failed with statuscode: 500"); },
       "found no-endpoints"},
      {"readiness_lost_and_nobody_says_why", [] { return lose_readiness(nullptr); }, "found no-endpoints"},
      {"grace_too_short", [] { return killed_in_the_middle(2, 1.8); }, "found grace-too-short Deployment/sayhi"},
      {"cut_long_before_the_grace_period_was_over", [] { return killed_in_the_middle(30, 1.8); },
       "found termination-race Deployment/sayhi"},
  };
  return all;
}

class SliceRules : public testing::TestWithParam<test::TinyWorld> {};

TEST_P(SliceRules, tell_this_world) {
  const auto verdict = test::judged(GetParam().log());
  EXPECT_EQ(test::brief(verdict).substr(0, GetParam().expected.size()), GetParam().expected)
      << verdict.headline << "\n"
      << to_json(verdict)["reasons"].dump(1);
}

INSTANTIATE_TEST_SUITE_P(All, SliceRules, testing::ValuesIn(slice_rules_rows()),
                         [](const auto& param) { return std::string(param.param.name); });

// --- a selector beside slices by hand

// The hand-written slice's pod answers; the selector brought another one in, which does not.
TEST(SelectorUnwanted, names_the_service_and_takes_the_selector_away) {
  World world = test::quiet(2);
  world.pods[1].answers_from = world.pods[1].answers_to = 0;
  world.meant_for.clear();
  EventLog log = test::log_of(world);
  std::vector<Event> events;
  for (const Event& event : log.events) {
    if (event.kind != "slice") {
      events.push_back(event);
      continue;
    }
    for (const bool by_hand : {true, false}) {
      Event one = event;
      auto slice = one.body["object"].get<model::EndpointSlice>();
      std::erase_if(slice.endpoints, [&](const model::Endpoint& e) { return (e.pod == "sayhi-0") != by_hand; });
      if (by_hand) {
        written_by_hand(slice);
        slice.meta.name = "by-hand";
        slice.meta.uid = "uid-by-hand";
      }
      one.body["object"] = json(slice);
      events.push_back(one);
    }
  }
  for (std::size_t i = 0; i < events.size(); ++i) events[i].number = i;
  log.events = events;
  const auto verdict = test::judged(log);
  EXPECT_EQ(test::brief(verdict), "found selector-unwanted Service/sayhi") << verdict.headline;
  ASSERT_FALSE(verdict.findings.empty());
  ASSERT_TRUE(verdict.findings[0].fix);
  EXPECT_TRUE(verdict.findings[0].fix->merge_patch["spec"]["selector"].is_null());
  // Without the slice by hand it is no selector too many.
  const auto alone = test::judged(test::without(log, [](const Event& event) {
    return event.kind == "slice" && event.body["object"]["meta"].value("name", "") == "by-hand";
  }));
  for (const Finding& finding : alone.findings) EXPECT_NE(finding.cause, finding::Cause::selector_unwanted);
}

}  // namespace
}  // namespace straycat::diagnose

std::vector<straycat::test::TinyWorld> straycat::test::slice_worlds() { return diagnose::slice_rules_rows(); }
