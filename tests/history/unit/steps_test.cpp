// Steps, phases, notes, the end of the run; and what stands in a log that nobody wrote so.
#include <gtest/gtest.h>

#include "history/support/tiny_log.hpp"
#include "history/support/told.hpp"

namespace straycat::history {
namespace {

using test::TinyLog;

std::string phases_of(const History& history) {
  std::vector<std::string> parts;
  for (const ScenarioPhase& phase : history.phases)
    parts.push_back(fmt::format("{} {}..{}{}", phase.name, phase.from.ns, phase.to.ns, phase.closed ? "" : "?"));
  return test::joined(parts);
}

struct Phased {
  const char* what;
  std::vector<std::pair<const char*, std::int64_t>> steps;  // phase, start; each takes 5
  bool finished;
  const char* phases;
};

TEST(Phases, last_from_the_step_that_opens_them_to_the_next) {
  const Phased table[] = {
      {"none", {}, true, ""},
      {"steps without a phase", {{"", 10}, {"", 20}}, true, ""},
      {"one", {{"a", 10}}, true, "a 10..100"},
      {"several steps in one", {{"a", 10}, {"a", 20}, {"b", 30}}, true, "a 10..30, b 30..100"},
      {"a step before the first", {{"", 5}, {"a", 10}}, true, "a 10..100"},
      {"a step that names none lies in the one before", {{"a", 10}, {"", 20}, {"b", 30}}, true, "a 10..30, b 30..100"},
      {"a name that comes again is another phase",
       {{"a", 10}, {"b", 20}, {"a", 30}},
       true,
       "a 10..20, b 20..30, a 30..100"},
      {"the run did not finish: its last phase is open", {{"a", 10}, {"b", 20}}, false, "a 10..20, b 20..90?"},
  };
  for (const Phased& row : table) {
    TinyLog log;
    for (const auto& [phase, at] : row.steps) log.step(at, at + 5, phase);
    log.add("beacon", "runner", 90, test::json::object());
    if (row.finished) log.ended(100);
    EXPECT_EQ(phases_of(log.folded()), row.phases) << row.what;
  }
}

TEST(Steps, end_as_their_own_record_says) {
  TinyLog log;
  log.step(10, 20, "a", "first").step(20, 30, "a", "second", Verb::wait, "timed out").step(40, 0, "a", "third");
  const History history = log.folded();
  ASSERT_EQ(history.steps.size(), 3U);
  EXPECT_TRUE(history.steps[0].record.ok);
  EXPECT_EQ(history.steps[0].ended->ns, 20);
  EXPECT_FALSE(history.steps[1].record.ok);
  EXPECT_EQ(history.steps[1].record.error, "timed out");
  EXPECT_EQ(history.steps[1].record.verb, Verb::wait);
  EXPECT_EQ(history.steps[2].ended, std::nullopt);
  EXPECT_TRUE(history.cut);
}

TEST(Steps, that_never_began_do_not_end) {
  TinyLog log;
  StepRecord record;
  record.index = 7;
  log.add(StepRecord::ended, "runner", 10, test::json(record));
  EXPECT_TRUE(log.ended(20).folded().steps.empty());
}

TEST(Runs, end_as_they_say) {
  TinyLog log;
  NoteRecord note;
  note.text = "read me";
  log.add(NoteRecord::kind, "runner", 30, test::json(note));
  RunEnded ended;
  ended.reason = RunEnd::failed;
  ended.error = "no such image";
  const History history = log.add(RunEnded::kind, "runner", 50, test::json(ended)).folded();
  EXPECT_FALSE(history.cut);
  EXPECT_EQ(history.ended->reason, RunEnd::failed);
  EXPECT_EQ(history.ended->error, "no such image");
  ASSERT_EQ(history.notes.size(), 1U);
  EXPECT_EQ(history.notes[0], (std::pair{Placed{30, 0}, std::string("read me")}));
  EXPECT_EQ(history.begin, 0);
  EXPECT_EQ(history.end, 50);
}

TEST(Runs, whose_log_breaks_off_are_cut) {
  TinyLog log;
  EXPECT_TRUE(log.folded().cut);  // no run.ended
  EXPECT_FALSE(log.ended(10).folded().cut);
  log.log().cut = true;  // its last line was torn
  EXPECT_TRUE(log.folded().cut);
}

TEST(Plans, that_cannot_be_read_leave_the_rest) {
  TinyLog log;
  log.log().events[0].body["plan"] = test::json::object({{"traffic", 7}});
  const History history = log.watcher().slice("a0", 10, "s", "p1").window("a0", 1, 9, {2}).ended(100).folded();
  EXPECT_FALSE(history.plan);
  EXPECT_FALSE(history.plan_error.empty());
  EXPECT_EQ(history.totals.attempts, 1U);
  EXPECT_TRUE(history.views.empty());
  EXPECT_FALSE(history.service("shop", "sayhi"));
}

TEST(Lag, is_the_plans_where_the_cluster_takes_its_settings) {
  const auto late_of = [](const std::string& version) {
    TinyLog log;
    log.log().events[0].body["clusterVersion"] = version;
    plan::Plan plan;
    plan.cluster.min_sync_period = Nanos{10'000'000'000};
    log.log().events[0].body["plan"] = plan::to_json(plan);
    return log.folded().lag.late_ns;
  };
  EXPECT_EQ(late_of("v1.36.3+straycat"), 10'250'000'000);
  EXPECT_EQ(late_of("v1.36.3"), Lag{}.late_ns);
  EXPECT_EQ(late_of(""), Lag{}.late_ns);
}

// --- what a log is not meant to hold
// ----------------------------------------------------------------------------------

TEST(Unknown, kinds_are_counted_and_change_nothing) {
  TinyLog plain, odd;
  for (TinyLog* log : {&plain, &odd}) {
    log->watcher();
    if (log == &odd) log->add("moon.phase", "runner", 40, test::json::object({{"full", true}}));
    log->slice("a0", 10, "s", "p1").window("a0", 1, 9, {2});
    if (log == &odd) log->add("slice.v2", "a0", 50, test::json::array({1}));
    log->ended(100);
  }
  const History history = odd.folded();
  EXPECT_EQ(history.unknown, 2U);
  EXPECT_EQ(history.events, plain.folded().events + 2);
  EXPECT_EQ(test::stays_of(history.views.at(0)), test::stays_of(plain.folded().views.at(0)));
}

// A clock does not run backwards: a record whose stamp does stands where the one before it stood, and what happened in
// one instant is one change.
TEST(Disorder, of_stamps_makes_no_stretch_of_negative_length) {
  TinyLog log;
  log.watcher()
      .slice("a0", 20, "s", "p1")
      .slice("a0", 10, "s", "p1 p2?")
      .slice("a0", 10, "s", "p1")
      .slice("a0", 40, "s", "");
  const History history = log.window("a0", 1, 9, {2}).ended(100).folded();
  EXPECT_EQ(test::changes_of(history.views.at(0)), "20 p1 joined, 40 p1 left");
  EXPECT_EQ(test::sizes_of(history.views.at(0)), "0..20 0, 20..40 1, 40..100 0");
}

// The agent writes a failure when it ends and a window when the last of its attempts has: out of the order of starts.
TEST(Disorder, of_attempts_is_put_in_order) {
  TinyLog log;
  log.watcher().window("a0", 30, 40, {31}, {32}).window("a0", 10, 20, {11}, {12}).window("a0", 20, 30, {21});
  const History history = log.ended(100).folded();
  const Traffic& traffic = history.traffic.at(0);
  ASSERT_EQ(traffic.windows.size(), 3U);
  EXPECT_EQ(traffic.windows[0].from_ns, 10);
  EXPECT_EQ(traffic.windows[2].from_ns, 30);
  EXPECT_EQ(traffic.failures[0].started_ns, 12);
  EXPECT_EQ(test::bursts_of(history, traffic), "12..32 2 of 5 after 11 before 0");
}

}  // namespace
}  // namespace straycat::history
