// One small world for each cause, and for each reason to name none.
#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"
#include "diagnose/support/tiny_worlds.hpp"

namespace straycat::diagnose {
namespace {

using test::PodLife;
using test::World;

struct RulesRow {
  const char* name;
  std::function<World()> world;
  const char* expected;  // the beginning of brief()
};

// A quiet Deployment whose every pod is changed by `change`.
World with_pods(int replicas, const std::function<void(PodLife&)>& change) {
  World world = test::quiet(replicas);
  for (auto& pod : world.pods) change(pod);
  return world;
}

World stray_of(const std::string& kind) {
  test::Names names;
  names.stray_kind = kind;
  return test::article(names);
}

World rollout(double stops_answering_after) {
  World world = test::quiet(1);
  world.pods[0].ready_to = 15;
  world.pods[0].terminates = true;
  world.pods[0].gone_at = 17;
  world.pods[0].answers_to = 15 + stops_answering_after;
  world.pods.push_back({"sayhi-new", 0, 14.5});
  world.lag = 0.8;
  world.rate = 100;
  return world;
}

// The successor joins just after the failures began: a proxy may have known of it a little earlier than the watch did.
World successor_joins_late(bool readiness_probe) {
  World world = rollout(0);
  world.pods[0].gone_at = 15.5;
  world.pods.push_back({"sayhi-c", 0, 15.08});
  world.pods.back().readiness_probe = readiness_probe;
  return world;
}

World stray_during_rollout() {
  World world = test::article();
  world.pods[1].ready_to = 19;  // a second rollout, in the middle of the Job
  world.pods[1].terminates = true;
  world.pods[1].gone_at = 30;
  world.pods[1].answers_to = 19;
  world.pods.push_back({"sayhi-c", 0, 26});
  world.pods[2].ready_from = 18.9;
  world.pods[2].ready_to = 20.2;
  world.lag = 0.9;
  return world;
}

World two_strays(double second_from, double second_to) {
  World world = test::article();
  world.owners.push_back({"Job", "migrate", {{"app", "sayhi"}}, "", 16});
  PodLife other{"migrate-1", 2, second_from, second_to, false, second_to + 3, 0, 0};
  world.pods.push_back(other);
  return world;
}

World selector_typo() {
  World world = test::quiet();
  world.selector = {{"app", "sayhello"}};
  world.pods.clear();
  world.stages.clear();
  return world;
}

const std::vector<RulesRow>& rules_rows() {
  static const std::vector<RulesRow> all = {
      {"quiet", [] { return test::quiet(); }, "none"},
      {"fixed", [] { return test::fixed(); }, "none"},
      {"stray_job", [] { return stray_of("Job"); }, "found stray-endpoint Job/sayhi"},
      {"stray_cron_job", [] { return stray_of("CronJob"); }, "found stray-endpoint CronJob/sayhi"},
      {"stray_deployment", [] { return stray_of("StatefulSet"); }, "found stray-endpoint StatefulSet/sayhi"},
      {"stray_bare_pod", [] { return stray_of("Pod"); }, "found stray-endpoint Pod/sayhi"},
      {"stray_helm_hook",
       [] {
         World world = stray_of("Pod");
         world.owners[1].helm_hook = "test";
         return world;
       },
       "found stray-endpoint Pod/sayhi"},
      {"two_strays_at_once", [] { return two_strays(17.1, 26.9); },
       "found stray-endpoint Job/sayhi + stray-endpoint Job/migrate"},
      {"two_strays_one_after_the_other", [] { return two_strays(29.5, 35); },
       "found stray-endpoint Job/sayhi stray-endpoint Job/migrate"},
      {"stray_and_rollout_at_once", [] { return stray_during_rollout(); }, "inconclusive"},
      {"termination_race", [] { return rollout(0); }, "found termination-race Deployment/sayhi"},
      {"termination_race_that_the_slices_tell_late", [] { return rollout(-0.3); },
       "found termination-race Deployment/sayhi"},
      {"termination_race_as_a_successor_joins", [] { return successor_joins_late(true); },
       "found termination-race Deployment/sayhi"},
      {"a_successor_that_nothing_vouches_for", [] { return successor_joins_late(false); }, "inconclusive"},
      {"termination_race_and_its_echoes",
       [] {
         World world = rollout(0);
         world.ports_round = 6;
         return world;
       },
       "found termination-race Deployment/sayhi"},
      {"graceful_rollout", [] { return rollout(5); }, "none"},
      {"early_ready",
       [] {
         World world = test::quiet(2);
         world.pods[1].ready_from = 12;
         world.pods[1].answers_from = 15;
         return world;
       },
       "found early-ready Deployment/sayhi"},
      {"wrong_target_port",
       [] {
         return with_pods(2, [](PodLife& pod) {
           pod.answers_from = pod.answers_to = 0;
           pod.container_port = 8080;
         });
       },
       "found wrong-target-port Service/sayhi"},
      {"loopback_bind", [] { return with_pods(2, [](PodLife& pod) { pod.answers_from = pod.answers_to = 0; }); },
       "found loopback-bind Deployment/sayhi"},
      {"scaled_to_zero",
       [] {
         return with_pods(2, [](PodLife& pod) {
           pod.ready_to = 15;
           pod.terminates = true;
           pod.gone_at = 16;
           pod.answers_to = 18;
         });
       },
       "found no-endpoints"},
      {"scaled_to_zero_and_the_last_one_ends_in_the_middle_of_an_answer",
       [] {
         return with_pods(2, [](PodLife& pod) {
           pod.ready_to = 15;
           pod.terminates = true;
           pod.cuts_from = 17.8;
           pod.gone_at = pod.answers_to = 18;
         });
       },
       "found no-endpoints"},
      {"selector_typo", [] { return selector_typo(); }, "found no-endpoints"},
      {"named_port_missing", [] { return with_pods(2, [](PodLife& pod) { pod.port_unset = true; }); },
       "found no-endpoints"},
      {"data_plane_lag",
       [] {
         World world = rollout(5);
         world.pods[0].answers_to = 15.5;
         world.stale = 12;
         world.lag = 0.1;
         return world;
       },
       "found data-plane-lag Deployment/sayhi"},
      {"data_plane_lag_while_the_pod_serves_on",
       [] {
         World world = rollout(3);
         world.pods[0].gone_at = 18;
         world.stale = 12;
         world.lag = 0.1;
         return world;
       },
       "found data-plane-lag Deployment/sayhi"},
      {"crash_loop",
       [] {
         World world = test::quiet(2);
         world.pods[1].restarts = {10, 14, 18, 22};
         world.rate = 60;
         return world;
       },
       "found crash-loop Deployment/sayhi"},
      {"a_restart_long_after_explains_nothing_before_it",
       [] {
         World world = test::quiet(2);
         world.pods[1].ready_from = 12;
         world.pods[1].answers_from = 15;
         world.pods[1].restarts = {28, 29, 30};
         return world;
       },
       "found early-ready Deployment/sayhi"},
      {"a_restart_elsewhere_explains_nothing",
       [] {
         World world = test::quiet(2);
         world.pods[0].restarts = {28};
         for (auto& pod : world.pods) pod.wrong_status = 503;
         return world;
       },
       "inconclusive"},
      // Held on the Deployment, the client never met the Job: the Deployment's own failures are not the Job's.
      {"session_affinity_keeps_the_client_from_the_stray",
       [] {
         World world = test::article();
         world.affinity = true;
         world.rate = 60;
         for (auto& pod : world.pods) pod.cut_share = 0.03;
         world.pods[2].answers_from = -1e9;
         world.pods[2].answers_to = 1e9;
         world.pods[2].cuts_from = 0;
         return world;
       },
       "inconclusive: while Job/sayhi stood among the endpoints"},
      // Balanced evenly it would have got half of them: what few failed are not its.
      {"a_share_that_no_balancing_makes",
       [] {
         World world = test::article();
         world.rate = 60;
         for (auto& pod : world.pods) pod.cut_share = 0.03;
         world.pods[2].answers_from = -1e9;
         world.pods[2].answers_to = 1e9;
         world.pods[2].cuts_from = 0;
         world.shuns = "sayhi-j1";
         return world;
       },
       "inconclusive: while Job/sayhi stood among the endpoints"},
      {"a_stray_that_cuts",
       [] {
         World world = test::article();
         world.pods[2].answers_from = -1e9;
         world.pods[2].answers_to = 1e9;
         world.pods[2].cuts_from = 0;
         return world;
       },
       "found stray-endpoint Job/sayhi"},
      // Refused directly, lost through the Service: one fault, which shows by turns.
      {"a_stray_that_does_not_even_refuse",
       [] {
         World world = test::article();
         world.lost_through_the_service = true;
         return world;
       },
       "found stray-endpoint Job/sayhi"},
      {"wrong_answer",
       [] {
         World world = stray_of("StatefulSet");
         world.pods[2].answers_to = 1e9;
         world.pods[2].wrong_status = 503;
         return world;
       },
       "found wrong-answer StatefulSet/sayhi"},
      {"latent_named_port",
       [] {
         World world = test::article();
         world.pods[2].port_unset = true;
         return world;
       },
       "none + latent-overlap Job/sayhi"},
      {"latent_answers",
       [] {
         World world = test::article();
         world.pods[2].answers_to = 1e9;
         return world;
       },
       "none + latent-overlap Job/sayhi"},
      {"prober_out_of_ports",
       [] {
         World world = test::quiet();
         world.local_from = 10;
         world.local_to = 20;
         return world;
       },
       "inconclusive: local exhaustion"},
      {"prober_stalled",
       [] {
         World world = test::article();
         world.stalls = {{16, 29}};
         return world;
       },
       "inconclusive: a stalled prober"},
      {"watch_gap_over_the_failures",
       [] {
         World world = test::article();
         world.slice_gaps = {{16.5, 28}};
         return world;
       },
       "inconclusive: a watch gap"},
      {"watch_gap_elsewhere",
       [] {
         World world = test::article();
         world.slice_gaps = {{30, 33}};
         return world;
       },
       "found stray-endpoint Job/sayhi"},
      {"records_lost",
       [] {
         World world = test::article();
         world.records_lost = 3;
         return world;
       },
       "inconclusive: records lost"},
      {"records_lost_when_nothing_failed",
       [] {
         World world = test::quiet();
         world.records_lost = 3;
         return world;
       },
       "inconclusive: records lost"},
      {"no_direct_probes",
       [] {
         World world = test::article();
         world.direct_probes = false;
         return world;
       },
       "inconclusive: two candidates"},
      {"pods_not_watched",
       [] {
         World world = test::article();
         world.watch_pods = false;
         return world;
       },
       "inconclusive"},
      {"too_few_requests",
       [] {
         World world = test::quiet();
         world.rate = 0.5;
         return world;
       },
       "inconclusive: too few requests"},
      {"too_few_failures",
       [] {
         World world = test::article();
         world.pods[2].ready_to = 17.05;
         world.pods[2].gone_at = 30;
         world.lag = 0;
         world.rate = 40;
         world.seed = 3;
         return world;
       },
       "inconclusive: too few failed requests"},
      {"failures_not_kept_one_by_one",
       [] {
         World world = test::article();
         world.failures_kept = 1;
         return world;
       },
       "found stray-endpoint Job/sayhi"},
      {"intent_unknown",
       [] {
         World world = test::article();
         world.meant_for.clear();
         // The one with the Service's name and port never answers, one of another name does.
         world.owners[0].name = "other";
         world.owners[1].kind = "StatefulSet";
         world.pods[2].container_port = 3000;
         world.stages.clear();
         world.pods[0].ready_from = world.pods[1].ready_from = 14;
         world.pods[0].ready_to = world.pods[0].gone_at = 15;
         world.pods[1].ready_to = world.pods[1].gone_at = 28;
         world.traffic_from = 14;
         world.traffic_to = 28;
         return world;
       },
       "inconclusive: it cannot be told which workload"},
  };
  return all;
}

void PrintTo(const RulesRow& row, std::ostream* out) { *out << row.name; }

class Rules : public testing::TestWithParam<RulesRow> {};

TEST_P(Rules, tell_this_world) {
  const auto verdict = test::judged(GetParam().world());
  EXPECT_EQ(test::brief(verdict).substr(0, std::string(GetParam().expected).size()), GetParam().expected)
      << verdict.headline << "\n"
      << to_json(verdict).dump(1);
}

INSTANTIATE_TEST_SUITE_P(All, Rules, testing::ValuesIn(rules_rows()),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace straycat::diagnose

std::vector<straycat::test::TinyWorld> straycat::test::general_worlds() {
  std::vector<TinyWorld> all;
  for (const auto& row : diagnose::rules_rows())
    all.push_back({row.name, [&row] { return log_of(row.world()); }, row.expected});
  return all;
}
