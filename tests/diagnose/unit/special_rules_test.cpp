// Tiny worlds of the special causes, each beside one in which a piece of the evidence is missing: then the general
// cause is told, or none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"
#include "diagnose/support/tiny_worlds.hpp"

namespace straycat::diagnose {
namespace {

using test::PodLife;
using test::World;

using Change = std::function<void(json&)>;

// Changes every object of a kind in the log.
EventLog changed(EventLog log, std::string_view kind, const Change& change) {
  for (Event& event : log.events)
    if (event.kind == kind) change(event.body["object"]);
  return log;
}

EventLog without_objects(EventLog log, std::string_view kind) {
  return test::without(std::move(log), [&](const Event& event) { return event.kind == kind; });
}

void tell(World& world, double at, const std::string& reason, const std::string& message, const std::string& pod) {
  model::KubeEvent event;
  event.meta.kind = "Event";
  event.meta.ns = world.ns_name;
  event.meta.name = pod + std::to_string(world.kube_events.size());
  event.type = "Warning";
  event.reason = reason;
  event.message = message;
  event.regarding = {"Pod", world.ns_name, pod, "uid-Pod-" + pod};
  world.kube_events.push_back(event);
  world.kube_event_times.push_back(at);
}

World refused_through_the_service() {
  World world = test::quiet(2);
  world.nobody_translates = true;
  return world;
}

EventLog other_service_port() {
  return changed(test::log_of(refused_through_the_service()), "service",
                 [](json& service) { service["ports"][0]["port"] = 8080; });
}

// Nobody is there for 12 s, and the Service's name does not resolve; `made`: when a watch saw the Service come.
EventLog asked_before(double made) {
  World world = test::quiet(2);
  for (auto& pod : world.pods) pod.ready_from = 12;
  EventLog log = test::log_of(world);
  std::int64_t zero = 0;
  for (Event& event : log.events) {
    if (event.kind == Header::kind) zero = event.at.ns;
    if (event.kind == AttemptFailed::kind) event.body["failure"]["kind"] = "name_not_found";
    if (event.kind == AttemptWindow::kind && event.body["failed"].contains("refused")) {
      event.body["failed"]["name_not_found"] = event.body["failed"]["refused"];
      event.body["failed"].erase("refused");
    }
    if (event.kind == "service") event.at.ns = zero + static_cast<std::int64_t>(made * 1e9);
  }
  return log;
}

EventLog headless(const World& world) {
  return changed(test::log_of(world), "service", [](json& service) { service["clusterIP"] = "None"; });
}

World rolled_too_early(const char* next, const char* strategy = "Recreate") {
  World world = test::quiet(1);
  world.owners[0].strategy = strategy;
  world.stages[0].action = test::LogMaker(world).apply(true, {0});
  world.pods[0].ready_to = 15;
  world.pods[0].terminates = true;
  world.pods[0].gone_at = world.pods[0].answers_to = 16;
  world.pods[0].revision = "aaa";
  world.pods.push_back({"sayhi-new", 0, 18});
  world.pods.back().revision = next;
  return world;
}

World unready() {
  World world = test::quiet(2);
  for (auto& pod : world.pods) pod.ready_to = pod.ready_from;
  return world;
}

World one_goes_deaf() {
  World world = test::quiet(3);
  world.pods[1].answers_to = 12;
  return world;
}

// It refuses until `speaks_at`, and its readiness probe takes it out for a while.
World one_goes_deaf_and_comes_back(double speaks_at) {
  World world = test::quiet(3);
  PodLife& pod = world.pods[1];
  pod.mute_from = 12;
  pod.mute_to = speaks_at;
  pod.unready_from = 16;
  pod.unready_to = 22;
  return world;
}

World second_revision(int status) {
  World world = test::quiet(2);
  world.pods[0].revision = "aaa";
  world.pods[1].revision = "bbb";
  world.pods[1].ready_from = 12;
  world.pods[1].wrong_status = status;
  return world;
}

World restarted() {
  World world = test::quiet(2);
  world.pods[1].restarts = {10, 14, 18, 22};
  world.rate = 60;
  return world;
}

World restarted_for_liveness(const char* words) {
  World world = restarted();
  tell(world, 9.5, "Unhealthy", std::string("Liveness probe failed: ") + words, "sayhi-1");
  tell(world, 9.6, "Killing", "Container main failed liveness probe, will be restarted", "sayhi-1");
  return world;
}

EventLog out_of_memory() {
  return changed(test::log_of(restarted()), "pod", [](json& pod) {
    for (json& status : pod["statuses"])
      if (status.value("restartCount", 0) > 0) status["lastReason"] = "OOMKilled";
  });
}

// The Service is made for one Deployment and selects another's pods, which answer something else.
World selects_the_other() {
  World world = test::article();
  world.owners[1] = {"Deployment", "other", {{"app", "other"}}, "", 0.2};
  world.selector = {{"app", "other"}};
  world.pods = {{"other-a", 1, 1}};
  world.pods[0].wrong_status = 404;
  world.stages.clear();
  return world;
}

struct SpecialRulesRow {
  const char* name;
  std::function<EventLog()> log;
  const char* expected;  // the beginning of brief()
};

void PrintTo(const SpecialRulesRow& row, std::ostream* out) { *out << row.name; }

const std::vector<SpecialRulesRow>& special_rules_rows() {
  static const std::vector<SpecialRulesRow> all = {
      {"wrong_service_port", [] { return other_service_port(); }, "found wrong-service-port"},
      {"wrong_service_port_of_a_service_that_nobody_saw",
       [] { return without_objects(other_service_port(), "service"); }, "inconclusive"},
      {"headless_port", [] { return headless(refused_through_the_service()); }, "found headless-port Service/sayhi"},
      {"headless_port_of_pods_that_nobody_asked",
       [] {
         World world = refused_through_the_service();
         world.direct_probes = false;
         return headless(world);
       },
       "inconclusive"},
      {"rollout_gap_whose_end_the_proxy_hears_late",
       [] {
         World world = rolled_too_early("bbb");
         world.lag = 1;
         return test::log_of(world);
       },
       "found rollout-gap Deployment/sayhi"},
      {"rollout_gap", [] { return test::log_of(rolled_too_early("bbb")); }, "found rollout-gap Deployment/sayhi"},
      {"asked_before_the_service_was_made", [] { return asked_before(12); }, "found no-endpoints"},
      {"a_name_that_fails_though_it_is_there", [] { return asked_before(0.1); }, "inconclusive"},
      {"a_gap_that_the_strategy_forbids", [] { return test::log_of(rolled_too_early("bbb", "")); },
       "found no-endpoints"},
      {"the_same_revision_again", [] { return test::log_of(rolled_too_early("aaa")); }, "found no-endpoints"},
      {"never_ready",
       [] {
         World world = unready();
         tell(world, 5, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 404", "sayhi-0");
         return test::log_of(world);
       },
       "found never-ready Deployment/sayhi"},
      {"never_ready_and_nobody_says_why", [] { return test::log_of(unready()); }, "found no-endpoints"},
      {"deaf_endpoint", [] { return test::log_of(one_goes_deaf()); }, "found deaf-endpoint Deployment/sayhi"},
      {"deaf_and_back_again", [] { return test::log_of(one_goes_deaf_and_comes_back(20)); },
       "found deaf-endpoint Deployment/sayhi"},
      {"dumb_for_a_moment_and_taken_out_later", [] { return test::log_of(one_goes_deaf_and_comes_back(15)); },
       "inconclusive"},
      {"deaf_and_nobody_asked_it",
       [] {
         World world = one_goes_deaf();
         world.direct_probes = false;
         return test::log_of(world);
       },
       "inconclusive"},
      {"affinity_holds_the_client_on_a_deaf_one",
       [] {
         World world = one_goes_deaf();
         std::swap(world.pods[0], world.pods[1]);
         world.affinity = true;
         return test::log_of(world);
       },
       "found affinity-pin Deployment/sayhi"},
      {"affinity_and_nobody_saw_the_service",
       [] {
         World world = one_goes_deaf();
         std::swap(world.pods[0], world.pods[1]);
         world.affinity = true;
         return without_objects(test::log_of(world), "service");
       },
       "found deaf-endpoint Deployment/sayhi"},
      {"bad_revision", [] { return test::log_of(second_revision(500)); }, "found bad-revision Deployment/sayhi"},
      {"good_revision", [] { return test::log_of(second_revision(0)); }, "none"},
      {"liveness_kill", [] { return test::log_of(restarted_for_liveness("context deadline exceeded")); },
       "found liveness-kill Deployment/sayhi"},
      {"restarted_for_a_probe_that_was_refused",
       [] { return test::log_of(restarted_for_liveness("connect: connection refused")); },
       "found crash-loop Deployment/sayhi"},
      // Asked directly it answers as soon as it is back: that vouches for its return, not for what went to its old
      // place.
      {"crash_loop_and_proxies_that_send_on_until_it_is_back",
       [] {
         World world = test::quiet(3);
         world.pods[1].restarts = {10};
         world.pods[1].mute_from = 9.6, world.pods[1].mute_to = 10.6;
         world.pods[1].unready_from = 9.65, world.pods[1].unready_to = 10.63;
         world.pods[1].readiness_probe = true;
         world.stale = 0.93, world.lag = 0.02;
         world.rate = 100;
         return test::log_of(world);
       },
       "found crash-loop Deployment/sayhi"},
      {"oom_kill", [] { return out_of_memory(); }, "found oom-kill Deployment/sayhi"},
      {"selector_misses", [] { return test::log_of(selects_the_other()); }, "found selector-misses Service/sayhi"},
      {"selector_that_misses_a_workload_that_nobody_names",
       [] {
         World world = selects_the_other();
         world.meant_for.clear();
         world.owners[0].name = "elsewhere";
         return test::log_of(world);
       },
       "inconclusive"},
  };
  return all;
}

class SpecialRules : public testing::TestWithParam<SpecialRulesRow> {};

TEST_P(SpecialRules, tell_this_world) {
  const auto verdict = test::judged(GetParam().log());
  EXPECT_EQ(test::brief(verdict).substr(0, std::string(GetParam().expected).size()), GetParam().expected)
      << verdict.headline << "\n"
      << to_json(verdict).dump(1);
}

INSTANTIATE_TEST_SUITE_P(All, SpecialRules, testing::ValuesIn(special_rules_rows()),
                         [](const auto& param) { return std::string(param.param.name); });

// --- from two places

Event of_second(Event event, bool answered) {
  event.clock = "a1";
  if (event.kind == VantageRecord::kind) {
    event.body["id"] = "a1";
    event.body["node"] = "node-2";
  }
  if (event.kind == DirectProbe::kind && answered) {
    event.body["ok"] = true;
    event.body.erase("failure");
  }
  return event;
}

// What is refused from the first place, directly too; the second one sends no traffic that fails.
EventLog from_two_places(bool answered) {
  World world = test::quiet(2);
  for (auto& pod : world.pods) pod.answers_from = pod.answers_to = 0;
  EventLog log;
  for (Event event : test::log_of(world).events) {
    log.events.push_back(event);
    Event more = event;
    if (event.kind == ClockBound::kind) {
      more.body["vantage"] = "a1";
      log.events.push_back(more);
    } else if (event.clock == "a0") {
      log.events.push_back(of_second(std::move(more), answered));
    }
  }
  for (std::size_t i = 0; i < log.events.size(); ++i) log.events[i].number = i;
  return log;
}

TEST(PathBlocked, accuses_no_workload_that_serves_another_place) {
  const auto verdict = test::judged(from_two_places(true));
  for (const Finding& finding : verdict.findings) EXPECT_NE(finding.cause, finding::Cause::loopback_bind);
  EXPECT_TRUE(std::any_of(verdict.findings.begin(), verdict.findings.end(),
                          [](const Finding& finding) {
                            return finding.cause == finding::Cause::path_blocked && !finding.workload;
                          }) ||
              verdict.conclusion == Conclusion::inconclusive);
}

// Each place with what it meets; the objects are the same.
EventLog of_two_places(const World& first, const World& second) {
  EventLog log = test::log_of(first);
  for (Event event : test::log_of(second).events) {
    if (event.kind == ClockBound::kind)
      event.body["vantage"] = "a1";
    else if (event.clock == "a0")
      event = of_second(std::move(event), false);
    else
      continue;
    log.events.push_back(std::move(event));
  }
  const auto when = [&](const Event& event) {
    return event.at.ns - (event.clock == runner_clock ? 0 : test::ns(first.skew));
  };
  std::stable_sort(log.events.begin(), log.events.end(),
                   [&](const Event& a, const Event& b) { return when(a) < when(b); });
  for (std::size_t i = 0; i < log.events.size(); ++i) log.events[i].number = i;
  return log;
}

World mute_between(double from, double to) {
  World world = test::quiet(2);
  for (auto& pod : world.pods) {
    pod.mute_from = from;
    pod.mute_to = to;
  }
  return world;
}

TEST(PathBlocked, is_the_way_that_closes_and_opens_again) {
  EXPECT_EQ(test::brief(test::judged(of_two_places(mute_between(10, 15), test::quiet(2)))), "found path-blocked");
}

TEST(PathBlocked, is_not_what_the_other_place_missed_by_asking_before_and_after) {
  World second = test::quiet(2);
  second.probes_after = 0.2;
  second.rate = 1;
  const auto verdict = test::judged(of_two_places(mute_between(11.5, 11.8), second));
  EXPECT_EQ(test::brief(verdict).find("path-blocked"), std::string::npos) << test::brief(verdict);
}

TEST(PathBlocked, is_not_said_where_nobody_is_served) {
  EXPECT_EQ(test::brief(test::judged(from_two_places(false))), "found loopback-bind Deployment/sayhi");
}

// --- what a verdict may print

TEST(Cures, are_not_printed_in_a_verdict_that_is_not_sure) {
  World world = test::article();
  world.records_lost = 3;
  const auto verdict = test::judged(world);
  ASSERT_EQ(verdict.conclusion, Conclusion::inconclusive);
  for (const auto* list : {&verdict.findings, &verdict.suspicions})
    for (const Finding& finding : *list) EXPECT_FALSE(finding.fix) << finding.sentence;
}

TEST(Cures, of_one_object_are_one_and_merge_lists_by_name) {
  plan::Plan plan;
  const json manifest =
      json::parse(R"({"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {"spec": {
      "containers": [{"name": "a", "image": "x", "ports": [{"containerPort": 80}]}, {"name": "b", "image": "y"}]}}}})");
  plan.steps.push_back({"apply", "", plan::Apply{{{manifest, "web.yaml", 1}}}});
  Fix fix;
  fix.target = {"Deployment", "web", ""};
  fix.merge_patch = json::parse(R"({"spec": {"strategy": {"type": "RollingUpdate"}, "template": {"spec": {
      "containers": [{"name": "b", "readinessProbe": {"tcpSocket": {"port": 80}}}]}}}})");
  const auto mended = apply_fix(plan, fix);
  ASSERT_TRUE(mended);
  const json& object = std::get<plan::Apply>(mended->steps[0].action).manifests[0].object;
  const json& containers = object["spec"]["template"]["spec"]["containers"];
  ASSERT_EQ(containers.size(), 2U);
  EXPECT_EQ(containers[0], manifest["spec"]["template"]["spec"]["containers"][0]);
  EXPECT_EQ(containers[1]["image"], "y");
  EXPECT_EQ(containers[1]["readinessProbe"]["tcpSocket"]["port"], 80);
  EXPECT_EQ(object["spec"]["strategy"]["type"], "RollingUpdate");
}

}  // namespace
}  // namespace straycat::diagnose

std::vector<straycat::test::TinyWorld> straycat::test::special_worlds() {
  std::vector<TinyWorld> all;
  for (const auto& row : diagnose::special_rules_rows()) all.push_back({row.name, row.log, row.expected});
  return all;
}
