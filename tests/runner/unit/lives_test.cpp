// Every state of a run's life and of a vantage point's, and everything that can come in it.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/run_life.hpp"
#include "runner/vantage_life.hpp"

namespace straycat::runner {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Words = std::vector<std::string>;
template <class Todos>
Words words(const Todos& all) {
  Words out;
  for (const auto& one : all) out.push_back(to_string(one));
  return out;
}

// --- the run's ---

using State = RunLife::State;

RunLife run_in(State state, bool lifeline = true) {
  RunLife life(lifeline);
  if (state == State::doubting) (void)life.resume(came::VantageLost{"a0 died", false});
  if (state == State::cutting) (void)life.resume(came::DeadlinePassed{"time"});
  if (state == State::finishing || state == State::over) (void)life.resume(came::WorkOver{});
  if (state == State::over) (void)life.resume(came::Finished{});
  EXPECT_EQ(life.state(), state);
  return life;
}

const std::string left_there = "interrupted while it was ending: what the run made in the cluster was left there";

TEST(RunLife, EveryTransition) {
  const came::Signal signal{false, false}, hangup{false, true};
  const came::DeadlinePassed deadline{"late"};
  const came::LogBroken no_log{"disk full", false};
  const came::ClusterEnded no_cluster{"killed", false};
  const came::VantageLost lost{"a1 died", false};
  const came::CommandOver command_over;
  const came::WorkOver carried_out{"", false}, failed{"no such image", true};
  const came::DoubtOver doubt_over;
  const came::Finished finished{""};
  const came::Broke broke{"boom"};
  struct Case {
    State before;
    Came what;
    Words todo;
    State after;
  };
  const std::vector<Case> table{
      {State::working, signal, {"cut work"}, State::cutting},
      {State::working, hangup, {"cut work"}, State::cutting},
      {State::working, deadline, {"cut work"}, State::cutting},
      {State::working, no_log, {"cut work"}, State::cutting},
      {State::working, no_cluster, {"give up cluster: killed", "cut work"}, State::cutting},
      {State::working, lost, {"await cluster"}, State::doubting},
      {State::working, command_over, {}, State::working},
      {State::working, carried_out, {"finish"}, State::finishing},
      {State::working, failed, {"await cluster"}, State::doubting},
      {State::working, doubt_over, {}, State::working},
      {State::working, finished, {}, State::working},
      {State::working, broke, {"say: failed, boom", "abandon"}, State::over},

      {State::doubting, signal, {"cut work"}, State::cutting},
      {State::doubting, hangup, {"cut work"}, State::cutting},
      {State::doubting, deadline, {}, State::doubting},
      {State::doubting, no_log, {"cut work"}, State::cutting},
      {State::doubting, no_cluster, {"give up cluster: killed", "cut work"}, State::cutting},
      {State::doubting, lost, {}, State::doubting},
      {State::doubting, command_over, {}, State::doubting},
      {State::doubting, carried_out, {}, State::doubting},
      {State::doubting, failed, {}, State::doubting},
      {State::doubting, doubt_over, {"cut work"}, State::cutting},
      {State::doubting, finished, {}, State::doubting},
      {State::doubting, broke, {"say: lost, a0 died\nboom", "abandon"}, State::over},

      {State::cutting, signal, {"say: deadline, time\n" + left_there, "abandon"}, State::over},
      {State::cutting, hangup, {}, State::cutting},
      {State::cutting, deadline, {}, State::cutting},
      {State::cutting, no_log, {}, State::cutting},
      {State::cutting, no_cluster, {"give up cluster: killed"}, State::cutting},
      {State::cutting, lost, {}, State::cutting},
      {State::cutting, command_over, {}, State::cutting},
      {State::cutting, carried_out, {"finish: time"}, State::finishing},
      {State::cutting, failed, {"finish: time"}, State::finishing},
      {State::cutting, doubt_over, {}, State::cutting},
      {State::cutting, finished, {}, State::cutting},
      {State::cutting, broke, {"say: deadline, time\nboom", "abandon"}, State::over},

      {State::finishing, signal, {"say: interrupted, " + left_there, "abandon"}, State::over},
      {State::finishing, hangup, {}, State::finishing},
      {State::finishing, deadline, {}, State::finishing},
      {State::finishing, no_log, {}, State::finishing},
      {State::finishing, no_cluster, {"give up cluster: killed"}, State::finishing},
      {State::finishing, lost, {}, State::finishing},
      {State::finishing, command_over, {}, State::finishing},
      {State::finishing, carried_out, {}, State::finishing},
      {State::finishing, failed, {}, State::finishing},
      {State::finishing, doubt_over, {}, State::finishing},
      {State::finishing, finished, {"say: finished"}, State::over},
      {State::finishing, broke, {"say: failed, boom", "abandon"}, State::over},

      {State::over, signal, {}, State::over},
      {State::over, hangup, {}, State::over},
      {State::over, deadline, {}, State::over},
      {State::over, no_log, {}, State::over},
      {State::over, no_cluster, {}, State::over},
      {State::over, lost, {}, State::over},
      {State::over, command_over, {}, State::over},
      {State::over, carried_out, {}, State::over},
      {State::over, failed, {}, State::over},
      {State::over, doubt_over, {}, State::over},
      {State::over, finished, {}, State::over},
      {State::over, broke, {}, State::over},
  };
  for (std::size_t row = 0; row < table.size(); ++row) {
    SCOPED_TRACE("row " + std::to_string(row));
    RunLife life = run_in(table[row].before);
    EXPECT_EQ(words(life.resume(table[row].what)), table[row].todo);
    EXPECT_EQ(life.state(), table[row].after);
  }
}

// From an input on, to the log's last record.
std::string last_word(RunLife life) {
  (void)life.resume(came::WorkOver{"cancelled", true});
  (void)life.resume(came::DoubtOver{});
  const auto said = words(life.resume(came::Finished{""}));
  EXPECT_EQ(said.size(), 1u);
  return said.empty() ? "" : said.front();
}
std::string last_word(const Came& first, bool lifeline = true) {
  RunLife life(lifeline);
  (void)life.resume(first);
  return last_word(life);
}

TEST(RunLife, SaysWhatEndedIt) {
  EXPECT_EQ(last_word(came::Signal{}), "say: interrupted");
  EXPECT_EQ(last_word(came::DeadlinePassed{"late"}), "say: deadline, late");
  EXPECT_EQ(last_word(came::LogBroken{"disk full", false}), "say: failed, disk full");
  EXPECT_EQ(last_word(came::ClusterEnded{"killed", false}), "say: lost, killed");
  EXPECT_EQ(last_word(came::VantageLost{"a0 died", false}), "say: lost, a0 died");
  EXPECT_EQ(last_word(came::VantageLost{"a0 died", false}, false), "say: lost, a0 died");
  EXPECT_EQ(last_word(came::WorkOver{"no such image", true}), "say: failed, no such image");
  EXPECT_EQ(last_word(came::WorkOver{"no such image", true, RunEnd::unmet}), "say: unmet, no such image");
  EXPECT_EQ(last_word(came::WorkOver{"no such kind", true, RunEnd::refused}, false), "say: refused, no such kind");
  EXPECT_EQ(last_word(came::WorkOver{"no such image", true}, false), "say: failed, no such image");
}

TEST(RunLife, WithoutALifelineNothingIsDoubted) {
  RunLife life(false);
  EXPECT_THAT(words(life.resume(came::VantageLost{"a0 died", false})), ElementsAre("cut work"));
  RunLife other(false);
  EXPECT_THAT(words(other.resume(came::WorkOver{"refused", true})), ElementsAre("finish: refused"));
}

// An API server that is killed resets its connections a moment before its process has ended.
TEST(RunLife, AFailureThatTheClustersEndExplainsIsTheClustersEnd) {
  RunLife step(true);
  EXPECT_THAT(words(step.resume(came::WorkOver{"connection reset", true})), ElementsAre("await cluster"));
  EXPECT_THAT(words(step.resume(came::ClusterEnded{"killed", false})),
              ElementsAre("give up cluster: killed", "finish: killed"));
  EXPECT_EQ(last_word(step), "say: lost, killed");
  RunLife vantage(true);
  (void)vantage.resume(came::VantageLost{"a0 died", false});
  (void)vantage.resume(came::ClusterEnded{"killed", false});
  EXPECT_EQ(last_word(vantage), "say: lost, killed");
}

TEST(RunLife, StepsThatEndWhileItDoubtsAreNotCut) {
  RunLife life(true);
  (void)life.resume(came::VantageLost{"a0 died", false});
  EXPECT_THAT(words(life.resume(came::WorkOver{})), IsEmpty());
  EXPECT_THAT(words(life.resume(came::DoubtOver{})), ElementsAre("finish: a0 died"));
}

TEST(RunLife, ACommandOfThePersonsIsNotCutShort) {
  RunLife life(true);
  EXPECT_THAT(words(life.resume(came::Signal{true, false})), ElementsAre("pass on"));
  EXPECT_THAT(words(life.resume(came::VantageLost{"a0 died", true})), IsEmpty());
  EXPECT_THAT(words(life.resume(came::LogBroken{"disk full", true})), IsEmpty());
  EXPECT_THAT(words(life.resume(came::ClusterEnded{"killed", true})), ElementsAre("give up cluster: killed"));
  EXPECT_THAT(words(life.resume(came::CommandOver{})), ElementsAre("cut work"));
  EXPECT_EQ(last_word(life), "say: lost, a0 died") << "the first of them";
}

TEST(RunLife, TheDeadlineCutsACommandButIsNotTheCauseOfWhatCameBefore) {
  RunLife life(true);
  (void)life.resume(came::VantageLost{"a0 died", true});
  EXPECT_THAT(words(life.resume(came::DeadlinePassed{"late"})), ElementsAre("cut work"));
  EXPECT_EQ(last_word(life), "say: lost, a0 died");
}

TEST(RunLife, ACommandThatWasTheLastStepLeavesTheCauseStanding) {
  RunLife life(true);
  (void)life.resume(came::ClusterEnded{"killed", true});
  EXPECT_THAT(words(life.resume(came::WorkOver{})), ElementsAre("finish: killed"));
  EXPECT_THAT(words(life.resume(came::Finished{})), ElementsAre("say: lost, killed"));
}

TEST(RunLife, AClusterThatEndsWhileItFinishesIsTold) {
  RunLife life = run_in(State::finishing);
  (void)life.resume(came::ClusterEnded{"killed", false});
  EXPECT_THAT(words(life.resume(came::Finished{})), ElementsAre("say: lost, killed"));
}

TEST(RunLife, WhatCouldNotBeCleanedUpIsSaidWhateverTheEnd) {
  RunLife well = run_in(State::finishing);
  EXPECT_THAT(words(well.resume(came::Finished{"ns x is left"})), ElementsAre("say: finished, ns x is left"));
  EXPECT_EQ(well.error(), "ns x is left");
  RunLife badly = run_in(State::cutting);
  (void)badly.resume(came::WorkOver{});
  EXPECT_THAT(words(badly.resume(came::Finished{"ns x is left"})), ElementsAre("say: deadline, time\nns x is left"));
}

TEST(RunLife, AnInterruptedStepSaysSo) {
  RunLife life(true);
  (void)life.resume(came::Signal{});
  EXPECT_THAT(words(life.resume(came::WorkOver{})), ElementsAre("finish: interrupted"));
}

// --- a vantage point's ---

using VState = VantageLife::State;

VantageLife vantage_in(VState state) {
  VantageLife life;
  if (state != VState::starting) (void)life.resume(vantage_came::Spoke{});
  if (state == VState::stopping || state == VState::over) (void)life.resume(vantage_came::StopAsked{});
  if (state == VState::over) (void)life.resume(vantage_came::SummedUp{});
  EXPECT_EQ(life.state(), state);
  return life;
}

TEST(VantageLife, EveryTransition) {
  const vantage_came::Spoke spoke;
  const vantage_came::SummedUp summed_up;
  const vantage_came::Gone gone{"killed by signal 9"};
  const vantage_came::RecordsOver over{""}, broken{"reading them failed: boom"};
  const vantage_came::Hopeless hopeless{"no image"};
  const vantage_came::StopAsked stop;
  const vantage_came::TimeUp time;
  struct Case {
    VState before;
    VantageCame what;
    Words todo;
    VState after;
  };
  const std::string none = "its records ended without a summary";
  const std::vector<Case> table{
      {VState::starting, spoke, {"began"}, VState::speaking},
      {VState::starting, summed_up, {}, VState::starting},
      {VState::starting, gone, {"hurry"}, VState::starting},
      {VState::starting, over, {"never began: it ended without a word"}, VState::over},
      {VState::starting, broken, {"never began: it ended without a word"}, VState::over},
      {VState::starting, hopeless, {"never began: no image"}, VState::over},
      {VState::starting, stop, {"ask to end"}, VState::stopping},
      {VState::starting, time, {"never began: it said nothing in time"}, VState::over},

      {VState::speaking, spoke, {}, VState::speaking},
      {VState::speaking,
       summed_up,
       {"lost early: it was ended by somebody else before the traffic was to stop"},
       VState::over},
      {VState::speaking, gone, {"hurry"}, VState::speaking},
      {VState::speaking, over, {"lost early: " + none}, VState::over},
      {VState::speaking, broken, {"lost early: reading them failed: boom"}, VState::over},
      {VState::speaking, hopeless, {}, VState::speaking},
      {VState::speaking, stop, {"ask to end"}, VState::stopping},
      {VState::speaking, time, {}, VState::speaking},

      {VState::stopping, spoke, {}, VState::stopping},
      {VState::stopping, summed_up, {"ended"}, VState::over},
      {VState::stopping, gone, {"hurry"}, VState::stopping},
      {VState::stopping, over, {"lost: " + none, "ended"}, VState::over},
      {VState::stopping, broken, {"lost: reading them failed: boom", "ended"}, VState::over},
      {VState::stopping, hopeless, {}, VState::stopping},
      {VState::stopping, stop, {}, VState::stopping},
      {VState::stopping, time, {"kill", "lost: " + none, "ended"}, VState::over},

      {VState::over, spoke, {}, VState::over},
      {VState::over, summed_up, {}, VState::over},
      {VState::over, gone, {}, VState::over},
      {VState::over, over, {}, VState::over},
      {VState::over, broken, {}, VState::over},
      {VState::over, hopeless, {}, VState::over},
      {VState::over, stop, {}, VState::over},
      {VState::over, time, {}, VState::over},
  };
  for (std::size_t row = 0; row < table.size(); ++row) {
    SCOPED_TRACE("row " + std::to_string(row));
    VantageLife life = vantage_in(table[row].before);
    EXPECT_EQ(words(life.resume(table[row].what)), table[row].todo);
    EXPECT_EQ(life.state(), table[row].after);
  }
}

TEST(VantageLife, OneThatDiesIsLostWhenItsLastRecordsHaveCome) {
  VantageLife life = vantage_in(VState::speaking);
  (void)life.resume(vantage_came::Gone{"killed by signal 9"});
  EXPECT_THAT(words(life.resume(vantage_came::RecordsOver{})),
              ElementsAre("lost early: its records ended without a summary: killed by signal 9"));
  EXPECT_THAT(words(life.resume(vantage_came::StopAsked{})), ElementsAre("ask to end", "ended"))
      << "its pod is still there to be removed";
  EXPECT_THAT(words(life.resume(vantage_came::StopAsked{})), IsEmpty());
}

TEST(VantageLife, RecordsOfADeadOneAreNotAwaitedForEver) {
  VantageLife speaking = vantage_in(VState::speaking);
  (void)speaking.resume(vantage_came::Gone{"killed"});
  EXPECT_THAT(words(speaking.resume(vantage_came::TimeUp{})),
              ElementsAre("lost early: its records ended without a summary: killed"));
  VantageLife stopping = vantage_in(VState::stopping);
  (void)stopping.resume(vantage_came::Gone{"exit 4"});
  EXPECT_THAT(words(stopping.resume(vantage_came::TimeUp{})),
              ElementsAre("lost: its records ended without a summary: exit 4", "ended"))
      << "there is nothing to kill";
  VantageLife starting;
  (void)starting.resume(vantage_came::Gone{"exit 3"});
  EXPECT_THAT(words(starting.resume(vantage_came::TimeUp{})),
              ElementsAre("never began: it ended without a word: exit 3"));
}

TEST(VantageLife, OneThatSummedUpAfterItsProcessHadEndedIsWhole) {
  VantageLife life = vantage_in(VState::stopping);
  (void)life.resume(vantage_came::Gone{"exit 0"});
  EXPECT_THAT(words(life.resume(vantage_came::SummedUp{})), ElementsAre("ended"));
}

TEST(VantageLife, OneThatIsToldToEndBeforeItSpokeIsStillTakenAway) {
  VantageLife life;
  (void)life.resume(vantage_came::StopAsked{});
  EXPECT_THAT(words(life.resume(vantage_came::Spoke{})), IsEmpty());
  EXPECT_THAT(words(life.resume(vantage_came::SummedUp{})), ElementsAre("ended"));
  VantageLife failed;
  (void)failed.resume(vantage_came::Hopeless{"no image"});
  EXPECT_THAT(words(failed.resume(vantage_came::StopAsked{})), ElementsAre("ask to end", "ended"));
}

}  // namespace
}  // namespace straycat::runner
