// Runs that did not finish, and probers that stood still: what is said of them, and what it costs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"

namespace straycat::diagnose {
namespace {

using test::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Verdict death(const World& world, double t, bool of_the_cluster) {
  return test::judged(test::log_of_death(world, t, of_the_cluster));
}

TEST(Ending, the_headline_says_which_part_died_and_when) {
  const auto cluster = death(test::fixed(), 20, true);
  EXPECT_EQ(cluster.headline,
            "Inconclusive: the run did not finish: the embedded cluster ended: killed by signal 9 (Killed), 20.0 s "
            "into the run.");
  EXPECT_EQ(cluster.exit_code, 2);
  const auto prober = death(test::fixed(), 20, false);
  EXPECT_EQ(prober.headline,
            "Inconclusive: the run did not finish: the prober a0 was lost: killed by signal 9 (Killed), 20.1 s into "
            "the run.");
  EXPECT_EQ(prober.exit_code, 2);
}

// A line that nobody can read may be the one that tells of a failure.
TEST(Ending, a_log_that_was_not_all_read_is_not_clean) {
  ASSERT_EQ(test::brief(test::judged(test::quiet())), "none");
  const auto damaged = [](std::uint64_t lines, std::uint64_t fields) {
    auto history = *history::fold(test::log_of(test::quiet()));
    history.unreadable = lines;
    history.odd.wrong_types = fields;
    return judge(history);
  };
  const std::string rest = " of the log could not be read: what stood there may have failed";
  EXPECT_EQ(test::brief(damaged(1, 0)), "inconclusive: 1 line" + rest);
  EXPECT_EQ(test::brief(damaged(0, 1)), "inconclusive: 1 field" + rest);
  const auto both = damaged(2, 3);
  EXPECT_EQ(test::brief(both), "inconclusive: 2 lines and 3 fields" + rest);
  EXPECT_EQ(both.exit_code, 2);
  for (const auto& phase : both.phases) EXPECT_EQ(phase.state, "not shown");
}

TEST(Ending, what_was_found_stays_found_and_the_rest_is_missing) {
  World world = test::article();
  world.expect.phases.clear();
  const auto verdict = death(world, 24, true);
  EXPECT_EQ(verdict.conclusion, Conclusion::found);
  EXPECT_THAT(verdict.headline, testing::StartsWith("77 of "));
  EXPECT_THAT(verdict.headline, HasSubstr("Job/sayhi"));
  EXPECT_THAT(verdict.headline, HasSubstr(" The run did not finish: the embedded cluster ended: "));
  EXPECT_EQ(verdict.expectations.front().met, Met::yes);
  EXPECT_EQ(verdict.exit_code, 2);
}

TEST(Ending, what_is_surely_broken_stays_broken) {
  World world = test::article();
  world.expect = {};
  world.expect.finding = "none";
  EXPECT_EQ(death(world, 24, true).exit_code, 1);
  EXPECT_EQ(death(world, 24, false).exit_code, 1);
  EXPECT_EQ(death(world, 12, false).exit_code, 2) << "before anything failed";
}

TEST(Ending, a_run_that_finished_says_nothing_of_it) {
  EXPECT_THAT(test::judged(test::fixed()).headline, Not(HasSubstr("finish")));
  EXPECT_THAT(test::judged(test::article()).headline, Not(HasSubstr("finish")));
}

TEST(Ending, other_ends_are_told_in_their_own_words) {
  World world = test::fixed();
  world.end_reason = RunEnd::failed;
  world.end_error = "step \"x\": no such image\nand more";
  EXPECT_EQ(test::judged(world).headline, "Inconclusive: the run did not finish: step \"x\": no such image.");
  world.end_reason = RunEnd::interrupted;
  EXPECT_THAT(test::judged(world).headline,
              HasSubstr("the run did not finish: it was interrupted, 37.0 s into the run"));
  world.ended = false;
  EXPECT_THAT(test::judged(world).headline, HasSubstr("its log was cut"));
}

TEST(Ending, a_hole_is_said_beside_the_verdict) {
  World world = test::fixed();
  world.expect.phases.clear();
  world.silences = {{31, 32.5}};
  const auto verdict = test::judged(world);
  EXPECT_EQ(verdict.conclusion, Conclusion::none);
  EXPECT_EQ(verdict.headline,
            "No request failed (650 attempts; nothing was sent for 1.6 s, 31.0 s into the run, when 30 requests were "
            "due).");
  EXPECT_THAT(verdict.notes, testing::Contains(HasSubstr("the prober stood still: nothing was sent for 1.6 s")));
}

TEST(Ending, a_phase_with_a_hole_over_its_change_is_not_shown) {
  World world = test::fixed();
  world.silences = {{9, 11}};
  const auto verdict = test::judged(world);
  EXPECT_EQ(verdict.conclusion, Conclusion::inconclusive);
  for (const PhaseReport& phase : verdict.phases) {
    if (phase.phase != "readiness") continue;
    EXPECT_EQ(phase.state, "not shown");
    EXPECT_THAT(phase.note, HasSubstr("nothing was sent for 2."));
  }
}

// A refusal is a refusal, however late it is read; only what the prober's own clock gave up may have been answered.
TEST(Stalls, a_short_one_costs_what_it_could_have_changed) {
  World refused = test::article();
  refused.stalls = {{20, 20.2}};
  const auto found = test::judged(refused);
  EXPECT_EQ(test::brief(found), "found stray-endpoint Job/sayhi");
  EXPECT_EQ(found.unseen, 0U);

  World unanswered = test::article();
  unanswered.ports_round = 100;  // what ended does not even refuse
  const auto all = test::judged(unanswered);
  EXPECT_EQ(all.unseen, 0U);
  unanswered.stalls = {{20, 20.2}};
  const auto fewer = test::judged(unanswered);
  EXPECT_GT(fewer.unseen, 0U);
  EXPECT_LT(fewer.unseen, all.failed / 2) << "only those that were given up around it";
  auto patient = *history::fold(test::log_of(unanswered));
  for (auto& failed : patient.traffic.front().failures) failed.ended_ns = failed.started_ns + 1'000'000'000;
  EXPECT_EQ(judge(patient).unseen, 0U) << "it had looked for an answer for most of the second";
  unanswered.stalls = {{20, 20.03}};
  EXPECT_EQ(test::judged(unanswered).unseen, 0U) << "no later than any loop";
}

TEST(Stalls, a_long_one_sets_aside_what_happened_around_it) {
  World world = test::article();
  world.stalls = {{16, 29}};
  const auto verdict = test::judged(world);
  EXPECT_EQ(test::brief(verdict).find("inconclusive: a stalled prober: its loop stood still (up to 13,000 ms)"), 0U)
      << test::brief(verdict);
  EXPECT_THAT(verdict.headline, Not(HasSubstr("a second or more")));
}

}  // namespace
}  // namespace straycat::diagnose
