// Tiny worlds of what a program does by itself (server-errors, server-resets, overload), of names that fail, of ports
// that are declared in vain, and of containers that end first; each beside worlds in which that cannot be told.
#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"
#include "diagnose/support/tiny_worlds.hpp"

namespace straycat::diagnose {
namespace {

using test::World;

World of_two(const std::function<void(test::PodLife&)>& each) {
  World world = test::quiet(2);
  world.rate = 60;
  for (auto& pod : world.pods) each(pod);
  return world;
}

World erring(double share) {
  return of_two([&](test::PodLife& pod) { pod.wrong_share = share; });
}
World cutting(double share) {
  return of_two([&](test::PodLife& pod) { pod.cut_share = share; });
}
World slow(double share) {
  return of_two([&](test::PodLife& pod) { pod.late_share = share; });
}

World unasked(World world) {
  world.direct_probes = false;
  return world;
}

// Another workload's pod stands among them from 10 s on, and answers well.
World with_another(World world) {
  world.owners.push_back({"Job", "other", world.selector, "", 9});
  world.pods.push_back({"other-j", world.owners.size() - 1, 2});
  return world;
}

template <class Kind>
EventLog each_body(EventLog log, const Kind& kind, const std::function<void(json&)>& change) {
  for (Event& event : log.events)
    if (event.kind == kind) change(event.body);
  return log;
}

// What was refused did not resolve; direct requests go to addresses.
EventLog name_fails(World world, double from = 9, bool policies_watched = true) {
  world.traffic_from = from;
  world.nobody_translates = true;
  world.watch_policies = policies_watched;
  EventLog log = test::log_of(world);
  log = each_body(std::move(log), AttemptFailed::kind, [](json& body) { body["failure"]["kind"] = "name_not_found"; });
  return each_body(std::move(log), AttemptWindow::kind, [](json& body) {
    if (!body["failed"].contains("refused")) return;
    body["failed"]["name_not_found"] = body["failed"]["refused"];
    body["failed"].erase("refused");
  });
}

// Requests on connections that were used before are cut now and then; those on new ones, as direct requests are, are
// not.
EventLog used_ones_are_cut(bool only_used, bool direct_answered = true) {
  EventLog log = each_body(test::log_of(cutting(0.2)), AttemptFailed::kind,
                           [&, turn = 0](json& body) mutable { body["reused"] = only_used || ++turn % 4 != 0; });
  if (!direct_answered)
    return test::without(std::move(log), [](const Event& event) { return event.kind == DirectProbe::kind; });
  return each_body(std::move(log), DirectProbe::kind, [](json& body) {
    body["ok"] = true;
    body.erase("failure");
  });
}

// All but the first failure got no answer to their SYN.
EventLog nearly_all_unanswered(const World& world) {
  EventLog log = each_body(test::log_of(world), AttemptFailed::kind, [first = true](json& body) mutable {
    if (!std::exchange(first, false)) body["failure"]["kind"] = "connect_timeout";
  });
  return each_body(std::move(log), AttemptWindow::kind, [](json& body) {
    if (!body.contains("failed")) return;
    std::uint64_t sum = 0;
    for (const auto& one : body["failed"]) sum += one.get<std::uint64_t>();
    body["failed"] = json::object({{"connect_timeout", sum}});
  });
}

// Cuts that only this place meets: of another one's direct requests to the same pods each is answered.
EventLog cuts_from_here_only() {
  EventLog log;
  for (Event event : test::log_of(cutting(0.3)).events) {
    log.events.push_back(event);
    const bool its = event.kind == VantageRecord::kind || event.kind == DirectProbe::kind ||
                     event.kind == AttemptWindow::kind || event.kind == "slice";
    if (event.kind == ClockBound::kind) event.body["vantage"] = "a1";
    if (event.kind != ClockBound::kind && (event.clock != "a0" || !its)) continue;
    if (event.clock == "a0") event.clock = "a1";
    if (event.kind == VantageRecord::kind) event.body["id"] = "a1";
    if (event.kind == DirectProbe::kind) {
      event.body["ok"] = true;
      event.body.erase("failure");
    }
    if (event.kind == AttemptWindow::kind) {
      event.body["ok"] = event.body["sent"];
      for (const char* key : {"failed", "failedNotKept", "firstFailedStartNs", "lastFailedStartNs"})
        event.body.erase(key);
    }
    log.events.push_back(std::move(event));
  }
  for (std::size_t i = 0; i < log.events.size(); ++i) log.events[i].number = i;
  return log;
}

EventLog without_services(EventLog log) {
  return test::without(std::move(log), [](const Event& event) { return event.kind == "service"; });
}

// Pods that refuse on the port that they declare; the Service asks for it by name or by number.
World refuses(bool by_name) {
  World world = of_two([](test::PodLife& pod) { pod.answers_from = pod.answers_to = 0; });
  if (by_name) world.target = std::string("http");
  return world;
}

// Two pods; each ends as its successor comes, and stops at once while a proxy still sends to it for 2 s.
EventLog ends_at_once(const std::function<void(json& statuses)>& containers) {
  World world = of_two([](test::PodLife&) {});
  world.lag = 0.8;
  world.pods.push_back({"sayhi-new", 0, 11});
  auto& pod = world.pods[1];
  pod.ready_to = 12;
  pod.terminates = true;
  pod.answers_to = 12;
  pod.gone_at = 15;
  EventLog log = test::log_of(world);
  return each_body(std::move(log), "pod", [&](json& body) {
    json& object = body["object"];
    if (object.is_null() || object["meta"].value("deletionWallNs", std::int64_t{0}) == 0) return;
    containers(object["statuses"]);
  });
}

json status(const char* name, const char* state) { return json::object({{"name", name}, {"state", state}}); }

const std::vector<test::TinyWorld>& steady_rows() {
  static const std::vector<test::TinyWorld> all = {
      {"errors_now_and_then", [] { return test::log_of(erring(0.3)); }, "found server-errors Deployment/sayhi"},
      {"few_errors_that_no_direct_request_met", [] { return test::log_of(erring(0.01)); },
       "found server-errors Deployment/sayhi"},
      {"errors_whenever_it_is_asked", [] { return test::log_of(erring(1)); }, "inconclusive"},
      {"errors_and_nobody_asked_directly", [] { return test::log_of(unasked(erring(0.3))); }, "inconclusive"},
      {"errors_with_another_among_them", [] { return test::log_of(with_another(erring(0.3))); }, "inconclusive"},
      {"errors_of_a_gateway",
       [] {
         World world = test::quiet(2);
         for (auto& pod : world.pods) {
           pod.wrong_share = 0.3;
           pod.share_status = 502;
         }
         return test::log_of(world);
       },
       "inconclusive"},
      {"cuts_now_and_then", [] { return test::log_of(cutting(0.3)); }, "found server-resets Deployment/sayhi"},
      {"cuts_from_the_only_place_that_asks_on_a_cluster_with_a_network",
       [] {
         return each_body(test::log_of(cutting(0.3)), Header::kind,
                          [](json& body) { body["clusterVersion"] = "v1.36.3"; });
       },
       "inconclusive"},
      {"cuts_while_a_fault_on_order_cuts",
       [] {
         EventLog log = test::log_of(cutting(0.3));
         Event fault = log.events.front();
         fault.kind = FaultRecord::started;
         fault.body = json(FaultRecord{"cut", "reset", {}, ""});
         log.events.insert(log.events.begin() + 1, fault);
         return log;
       },
       "inconclusive"},
      {"cuts_that_no_direct_request_met", [] { return test::log_of(unasked(cutting(0.3))); }, "inconclusive"},
      {"cuts_that_another_place_never_met", [] { return cuts_from_here_only(); }, "inconclusive"},
      {"cuts_every_connection", [] { return test::log_of(cutting(1)); }, "inconclusive"},
      {"used_connections_are_cut", [] { return used_ones_are_cut(true); }, "found keep-alive-race Deployment/sayhi"},
      {"new_connections_are_cut_as_well", [] { return used_ones_are_cut(false); }, "inconclusive"},
      {"used_connections_are_cut_and_nobody_tried_new_ones", [] { return used_ones_are_cut(true, false); },
       "inconclusive"},
      {"late_now_and_then_all_alike", [] { return test::log_of(slow(0.5)); }, "found overload Deployment/sayhi"},
      {"late_now_and_then_and_some_answers_are_a_gateways",
       [] {
         World world = slow(0.5);
         for (auto& pod : world.pods) {
           pod.wrong_share = 0.2;
           pod.share_status = 502;
         }
         return test::log_of(world);
       },
       "inconclusive"},
      {"late_now_and_then_from_the_only_place_that_asks_on_a_cluster_with_a_network",
       [] {
         return each_body(test::log_of(slow(0.5)), Header::kind,
                          [](json& body) { body["clusterVersion"] = "v1.36.3"; });
       },
       "inconclusive"},
      {"one_late_answer_among_many_that_never_came", [] { return nearly_all_unanswered(slow(0.5)); }, "inconclusive"},
      {"late_always_and_the_scenario_names_it", [] { return test::log_of(slow(1)); },
       "found overload Deployment/sayhi"},
      {"late_always_and_nobody_names_it",
       [] {
         World world = slow(1);
         world.meant_for.clear();
         world.owners[0].name = "elsewhere";
         return test::log_of(world);
       },
       "inconclusive"},
      {"late_whether_it_is_restarted_or_not",
       [] {
         World world = slow(1);
         world.pods[1].restarts = {20};
         return test::log_of(world);
       },
       "found overload Deployment/sayhi"},
      {"late_and_nobody_asked_directly", [] { return test::log_of(unasked(slow(0.5))); }, "inconclusive"},
      {"a_name_that_fails_while_pods_answer", [] { return name_fails(of_two([](test::PodLife&) {})); }, "found dns"},
      {"a_name_that_fails_so_soon_that_its_absence_may_be_remembered",
       [] { return name_fails(of_two([](test::PodLife&) {}), 2); }, "inconclusive"},
      {"a_name_that_fails_and_nobody_saw_the_service",
       [] { return without_services(name_fails(of_two([](test::PodLife&) {}))); }, "inconclusive"},
      {"a_name_that_fails_and_nobody_watched_the_policies",
       [] { return name_fails(of_two([](test::PodLife&) {}), 9, false); }, "inconclusive"},
      {"a_name_that_fails_while_pods_fail", [] { return name_fails(refuses(false)); }, "inconclusive"},
      {"declared_and_asked_for_by_number", [] { return test::log_of(refuses(false)); },
       "found loopback-bind Deployment/sayhi"},
      {"declared_and_asked_for_by_name", [] { return test::log_of(refuses(true)); },
       "found wrong-declared-port Deployment/sayhi"},
      {"declared_by_name_and_nobody_asked", [] { return test::log_of(unasked(refuses(true))); }, "inconclusive"},
      {"all_containers_end",
       [] {
         return ends_at_once([](json& statuses) {
           statuses = json::array({status("main", "terminated"), status("side", "terminated")});
         });
       },
       "found termination-race Deployment/sayhi"},
      {"one_container_ends_first",
       [] {
         return ends_at_once(
             [](json& statuses) { statuses = json::array({status("main", "terminated"), status("side", "running")}); });
       },
       "found container-ends-first Deployment/sayhi"},
      {"containers_end_and_which_cannot_be_told",
       [] {
         return ends_at_once([](json& statuses) {
           statuses = json::array({status("main", "terminated"), status("side", "terminated"), status("x", "running")});
         });
       },
       "found termination-race Deployment/sayhi"},
  };
  return all;
}

class SteadyRules : public testing::TestWithParam<test::TinyWorld> {};

TEST_P(SteadyRules, tell_this_world) {
  const auto verdict = test::judged(GetParam().log());
  EXPECT_EQ(test::brief(verdict).substr(0, GetParam().expected.size()), GetParam().expected)
      << verdict.headline << "\n"
      << to_json(verdict)["reasons"].dump(1);
}

INSTANTIATE_TEST_SUITE_P(All, SteadyRules, testing::ValuesIn(steady_rows()),
                         [](const auto& param) { return std::string(param.param.name); });

// No workload is accused for a name, and no cure is made up for what is not seen from outside.
TEST(SteadyRulesTell, no_workload_for_a_name) {
  const auto verdict = test::judged(name_fails(of_two([](test::PodLife&) {})));
  ASSERT_EQ(verdict.findings.size(), 1U);
  EXPECT_FALSE(verdict.findings[0].workload);
  EXPECT_TRUE(verdict.findings[0].endpoints.empty());
}

TEST(SteadyRulesTell, why_there_is_no_change_to_print) {
  for (const World& world : {erring(0.3), cutting(0.3), slow(0.5)}) {
    const auto verdict = test::judged(world);
    ASSERT_EQ(verdict.findings.size(), 1U) << verdict.headline;
    EXPECT_FALSE(verdict.findings[0].fix);
    EXPECT_FALSE(verdict.findings[0].no_fix.empty());
  }
}

}  // namespace
}  // namespace straycat::diagnose

std::vector<straycat::test::TinyWorld> straycat::test::steady_worlds() { return diagnose::steady_rows(); }
