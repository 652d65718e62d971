// Expectations -> exit code.
#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"

namespace straycat::diagnose {
namespace {

using test::World;

struct ExpectationsRow {
  const char* name;
  std::function<World()> world;
  int exit_code;
  const char* first_why;  // the beginning of the first expectation's reason; null: nothing is expected
};

World expecting(World world, const std::string& finding, std::optional<plan::Target> workload = std::nullopt) {
  world.expect = {};
  world.expect.finding = finding;
  world.expect.workload = std::move(workload);
  return world;
}

World ending(World world, RunEnd reason, double at = 37) {
  world.end_reason = reason;
  world.ends = at;
  world.traffic_to = std::min(world.traffic_to, at - 1);
  return world;
}

World with_phase(World world, plan::PhaseExpectation phase) {
  world.expect.phases = {std::move(phase)};
  return world;
}

constexpr plan::Budget budget(double value) { return {false, value}; }

const std::vector<ExpectationsRow>& expectations_rows() {
  static const std::vector<ExpectationsRow> all = {
      {"as_expected", [] { return test::article(); }, 0, "found"},
      {"nothing_expected_nothing_found", [] { return test::fixed(); }, 0, "nothing failed"},
      {"nothing_expected_stray_found", [] { return expecting(test::article(), "none"); }, 1, "found: a stray endpoint"},
      {"stray_expected_nothing_found", [] { return expecting(test::fixed(), "stray-endpoint"); }, 1, "not found"},
      {"another_workload_expected",
       [] { return expecting(test::article(), "stray-endpoint", plan::Target{"Job", "other", ""}); }, 1,
       "found: a stray endpoint"},
      {"another_cause_expected", [] { return expecting(test::article(), "early-ready"); }, 1,
       "found: a stray endpoint"},
      {"inconclusive_expected",
       [] {
         World world = expecting(test::article(), "inconclusive");
         world.direct_probes = false;
         return world;
       },
       0, "inconclusive"},
      {"stray_expected_but_inconclusive",
       [] {
         World world = expecting(test::article(), "stray-endpoint");
         world.direct_probes = false;
         return world;
       },
       2, "inconclusive: two candidates"},
      {"the_conclusion_decides_and_there_is_none",
       [] {
         World world = expecting(test::article(), plan::Expectations::conclusion);
         world.direct_probes = false;
         return world;
       },
       2, "108 requests failed"},
      {"the_conclusion_decides_and_a_stray_was_found",
       [] { return expecting(test::article(), plan::Expectations::conclusion); }, 1, "found: a stray endpoint"},
      {"the_conclusion_decides_and_nothing_failed",
       [] { return expecting(test::fixed(), plan::Expectations::conclusion); }, 0, "nothing failed"},
      {"nothing_expected_but_failures_without_a_cause",
       [] {
         World world = expecting(test::article(), "none");
         world.direct_probes = false;
         return world;
       },
       1, "108 requests failed"},
      {"nothing_expected_but_only_the_prober_failed",
       [] {
         World world = test::quiet();
         world.local_from = 10;
         world.local_to = 20;
         return world;
       },
       2, "local exhaustion"},
      {"nothing_expected_too_few_requests",
       [] {
         World world = test::quiet();
         world.rate = 0.5;
         return world;
       },
       2, "too few requests"},
      {"latent_overlap_is_no_failure",
       [] {
         World world = expecting(test::article(), "none");
         world.pods[2].answers_to = 1e9;
         return world;
       },
       0, "nothing failed"},
      {"latent_overlap_expected",
       [] {
         World world = expecting(test::article(), "latent-overlap");
         world.pods[2].answers_to = 1e9;
         return world;
       },
       0, "found"},
      {"a_special_cause_of_the_expected_kind",
       [] {
         World world = expecting(test::quiet(2), "no-endpoints");
         world.pods[1].restarts = {10, 14, 18, 22};
         world.rate = 60;
         return world;
       },
       0, "found"},
      {"unexplained_expected",
       [] {
         World world = expecting(test::quiet(2), "unexplained");
         for (auto& pod : world.pods) pod.wrong_status = 503;
         return world;
       },
       0, "no known cause explains them"},
      {"unexplained_expected_but_a_cause_found", [] { return expecting(test::article(), "unexplained"); }, 1,
       "found: a stray endpoint"},
      {"unexplained_expected_but_nothing_failed", [] { return expecting(test::quiet(2), "unexplained"); }, 1,
       "nothing failed"},
      {"a_cause_of_a_later_version", [] { return expecting(test::article(), "moon-phase"); }, 2,
       "this version knows no such cause"},
      {"the_surroundings_failed", [] { return ending(test::article(), RunEnd::failed); }, 4, "found"},
      {"a_step_was_impossible_whatever_was_found",
       [] {
         World world = ending(test::article(), RunEnd::unmet);
         world.end_error = "step \"wait-2\": Deployment/sayhi is not Available after 5s: ImagePullBackOff";
         return world;
       },
       1, "step \"wait-2\": Deployment/sayhi is not Available after 5s: ImagePullBackOff"},
      {"refused_before_the_first_change", [] { return ending(test::fixed(), RunEnd::refused, 1); }, 3, ""},
      {"interrupted_after_the_stray_was_found",
       [] { return ending(expecting(test::article(), "stray-endpoint"), RunEnd::interrupted, 31); }, 2, "found"},
      {"interrupted_whatever_is_found",
       [] { return ending(expecting(test::article(), "any"), RunEnd::interrupted, 31); }, 2, nullptr},
      {"interrupted_after_an_expectation_was_broken",
       [] { return ending(expecting(test::article(), "none"), RunEnd::interrupted, 31); }, 1,
       "found: a stray endpoint"},
      {"interrupted_with_phases_left", [] { return ending(test::article(), RunEnd::interrupted, 31); }, 2, "found"},
      {"interrupted_before_the_stray_came",
       [] { return ending(expecting(test::article(), "stray-endpoint"), RunEnd::interrupted, 14); }, 2,
       "inconclusive: the run did not finish"},
      {"interrupted_nothing_expected",
       [] { return ending(expecting(test::article(), "none"), RunEnd::interrupted, 14); }, 2, "the run did not finish"},
      {"deadline", [] { return ending(test::fixed(), RunEnd::deadline); }, 2, "the run did not finish"},
      {"killed",
       [] {
         World world = test::fixed();
         world.ended = false;
         return world;
       },
       2, "the run did not finish"},
      // A hole in the traffic: what could it hide of what is asked?
      {"hole_in_a_long_calm",
       [] {
         World world = test::fixed();
         world.expect.phases.clear();
         world.silences = {{31, 32.5}};
         return world;
       },
       0, "nothing failed"},
      {"hole_over_an_endpoint_change",
       [] {
         World world = test::fixed();
         world.silences = {{9, 11}};
         return world;
       },
       2, "a stalled prober: nothing was sent for 2.1 s while 10.244.0.5:3000 joined"},
      {"hole_over_a_step",
       [] {
         World world = test::fixed();
         world.silences = {{15.5, 17}};
         return world;
       },
       2, "a stalled prober: nothing was sent for 1.6 s while step \"readiness\" took effect"},
      {"hole_over_much_of_the_run",
       [] {
         World world = test::quiet();
         world.silences = {{12, 24}};
         return world;
       },
       2, "a stalled prober: nothing was sent for 12."},
      {"hole_over_much_of_a_phase",
       [] {
         World world = with_phase(test::fixed(), {"after", budget(0), {}, {}});
         world.silences = {{31, 33}};
         return world;
       },
       2, "nothing failed"},
      {"hole_over_little_of_a_phase",
       [] {
         World world = with_phase(test::fixed(), {"after", budget(0), {}, {}});
         world.silences = {{31, 32.1}};
         return world;
       },
       0, "nothing failed"},
      {"hole_that_cannot_hide_what_was_found",
       [] {
         World world = expecting(test::article(), "stray-endpoint");
         world.silences = {{20, 22}};
         return world;
       },
       0, "found"},
      {"whatever_is_found_within_the_budget",
       [] {
         World world = expecting(test::article(), "any");
         world.expect.max_failures = plan::Budget{true, 0.5};
         return world;
       },
       0, "108 of 680 attempts failed"},
      {"whatever_is_found_beyond_the_budget",
       [] {
         World world = expecting(test::article(), "any");
         world.expect.max_failures = budget(3);
         return world;
       },
       1, "108 of 680 attempts failed"},
      {"budget_broken", [] { return with_phase(test::article(), {"job", budget(10), {}, {}}); }, 1, "found"},
      {"budget_kept", [] { return with_phase(test::article(), {"job", budget(200), budget(20), {}}); }, 0, "found"},
      {"share_kept",
       [] { return with_phase(test::article(), {"job", plan::Budget{true, 0.6}, plan::Budget{true, 0.2}, {}}); }, 0,
       "found"},
      {"too_few_failures_in_a_phase", [] { return with_phase(test::article(), {"job", {}, budget(200), {}}); }, 1,
       "found"},
      {"phase_that_never_began", [] { return with_phase(test::article(), {"nowhere", budget(0), {}, {}}); }, 1,
       "found"},
      {"phase_without_enough_attempts", [] { return with_phase(test::article(), {"deployed", budget(0), {}, {}}); }, 2,
       "found"},
      {"phases_without_a_clock_bound",
       [] {
         World world = with_phase(test::article(), {"after", budget(0), {}, {}});
         world.clock_bounds = false;
         return world;
       },
       2, "found"},
      {"readiness_without_coverage",
       [] {
         World world = with_phase(test::article(), {"job", {}, {}, true});
         world.watch_events = false;
         return world;
       },
       2, "found"},
      {"readiness_failed_for_a_ready_pod",
       [] {
         World world = with_phase(test::article(), {"job", {}, {}, true});
         model::KubeEvent event;
         event.meta.ns = "shop";
         event.meta.name = "e1";
         event.reason = "Unhealthy";
         event.message = "Readiness probe failed: HTTP probe failed with statuscode: 500";
         event.regarding = {"Pod", "shop", "sayhi-b", "uid-Pod-sayhi-b"};
         world.kube_events.push_back(event);
         world.kube_event_times.push_back(20);
         return world;
       },
       1, "found"},
      {"readiness_failed_for_a_pod_that_was_not_ready",
       [] {
         World world = with_phase(test::article(), {"readiness", {}, {}, true});
         model::KubeEvent event;
         event.meta.ns = "shop";
         event.meta.name = "e1";
         event.reason = "Unhealthy";
         event.message = "Readiness probe failed: Get \"http://10.244.0.5:3000/healthz\": connection refused";
         event.regarding = {"Pod", "shop", "sayhi-b", "uid-Pod-sayhi-b"};
         world.kube_events.push_back(event);
         world.kube_event_times.push_back(9.1);
         return world;
       },
       0, "found"},
  };
  return all;
}

void PrintTo(const ExpectationsRow& row, std::ostream* out) { *out << row.name; }

class Exit : public testing::TestWithParam<ExpectationsRow> {};

TEST_P(Exit, code_of_this_run) {
  const auto verdict = test::judged(GetParam().world());
  const auto shown = to_json(verdict)["expectations"].dump(1);
  EXPECT_EQ(verdict.exit_code, GetParam().exit_code) << verdict.headline << "\n" << shown;
  if (GetParam().first_why == nullptr) return;
  ASSERT_FALSE(verdict.expectations.empty());
  EXPECT_TRUE(verdict.expectations[0].why.starts_with(GetParam().first_why)) << shown;
}

INSTANTIATE_TEST_SUITE_P(Codes, Exit, testing::ValuesIn(expectations_rows()),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace straycat::diagnose
