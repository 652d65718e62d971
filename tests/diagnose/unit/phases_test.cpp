// What a phase says of itself beside its counts.
#include <algorithm>

#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"

namespace straycat::diagnose {
namespace {

using test::Gap;
using test::World;

// Agents open their first window when they are ordered to send, some milliseconds before the first attempt.
EventLog with_an_early_window(const World& world) {
  auto log = test::log_of(world);
  const auto window = std::find_if(log.events.begin(), log.events.end(),
                                   [](const Event& event) { return event.kind == AttemptWindow::kind; });
  auto record = window->body.get<AttemptWindow>();
  record.from_ns -= test::ns(0.5);
  window->body = record;
  return log;
}

bool first_phase_covered(Gap gap) {
  World world = test::article();
  world.slice_gaps = {gap};
  const auto verdict = test::judged(with_an_early_window(world));
  return verdict.phases.at(0).covered;
}

TEST(PhaseCoverage, a_blind_stretch_before_the_first_attempt_hides_nothing) {
  EXPECT_TRUE(first_phase_covered({1.6, 1.9}));
}

TEST(PhaseCoverage, a_blind_stretch_between_attempts_counts) { EXPECT_FALSE(first_phase_covered({2.1, 2.2})); }

// What the run itself remarked (a vantage point that can see only so much) stands in every form of the report.
TEST(Notes, of_the_run_are_the_verdicts_too) {
  auto log = test::log_of(test::article());
  Event note;
  note.kind = NoteRecord::kind;
  note.clock = std::string(runner_clock);
  note.at = log.events.back().at;
  note.body = NoteRecord{"nothing is known of the data plane"};
  log.events.insert(log.events.end() - 1, note);
  const auto notes = test::judged(log).notes;
  EXPECT_NE(std::find(notes.begin(), notes.end(), "nothing is known of the data plane"), notes.end());
}

}  // namespace
}  // namespace straycat::diagnose
