// When each case is run, and what is made of its runs.
#include <map>

#include <gmock/gmock.h>

#include <straycat/suite/suite.hpp>

namespace straycat::suite {
namespace {

using testing::HasSubstr;

std::vector<Case> cases_of(const std::vector<std::string>& names) {
  std::vector<Case> all;
  for (const std::string& name : names) {
    Case one;
    one.name = one.folder = name;
    one.file = name + ".yaml";
    all.push_back(one);
  }
  return all;
}

suite::Run run_of(State state, bool bad = false) {
  suite::Run run;
  run.state = state;
  run.bad_input = bad;
  run.why = "because";
  run.took = std::chrono::seconds{1};
  return run;
}

// Runs it all, one at a time, each case's runs ending as its list says.
Answer play(Schedule& schedule, const std::vector<std::string>& names, std::map<std::string, std::vector<State>> ends) {
  while (const auto start = schedule.next()) {
    std::vector<State>& left = ends[names[start->which]];
    const State state = left.empty() ? State::passed : left.front();
    if (!left.empty()) left.erase(left.begin());
    schedule.ended(*start, run_of(state));
  }
  EXPECT_TRUE(schedule.over());
  return schedule.answer();
}

struct Row {
  int repeat, retry;
  std::vector<State> ends;
  Outcome outcome;
  std::size_t runs;
  int code;
};

TEST(SuiteSchedule, WhatRunsMakeOfACase) {
  using enum State;
  const Row rows[] = {
      {1, 0, {passed}, Outcome::passed, 1, 0},
      {1, 0, {failed}, Outcome::failed, 1, 1},
      {1, 0, {inconclusive}, Outcome::inconclusive, 1, 2},
      {1, 0, {broken}, Outcome::broken, 1, 4},
      {1, 2, {failed, passed}, Outcome::flaky, 2, 0},
      {1, 2, {failed, inconclusive, passed}, Outcome::flaky, 3, 0},
      {1, 2, {failed, failed, failed}, Outcome::failed, 3, 1},
      {1, 1, {broken, inconclusive}, Outcome::inconclusive, 2, 2},
      {3, 0, {passed, passed, passed}, Outcome::passed, 3, 0},
      {3, 0, {passed, failed, passed}, Outcome::failed, 3, 1},
      {3, 0, {passed, inconclusive, broken}, Outcome::broken, 3, 4},
      {2, 1, {passed, failed, passed}, Outcome::flaky, 3, 0},
  };
  for (const Row& row : rows) {
    Rules rules;
    rules.repeat = row.repeat;
    rules.retry = row.retry;
    Schedule schedule(cases_of({"a"}), rules);
    const Answer answer = play(schedule, {"a"}, {{"a", row.ends}});
    EXPECT_EQ(answer.cases[0].outcome, row.outcome) << to_string(answer.cases[0].outcome);
    EXPECT_EQ(answer.cases[0].runs.size(), row.runs);
    EXPECT_EQ(exit_code(answer), row.code);
  }
}

TEST(SuiteSchedule, BadInputIsNotTriedAgain) {
  Rules rules;
  rules.retry = 3;
  Schedule schedule(cases_of({"a"}), rules);
  EXPECT_EQ(schedule.ended(*schedule.next(), run_of(State::broken, true)), Outcome::broken);
  EXPECT_TRUE(schedule.over());
  EXPECT_EQ(exit_code(schedule.answer()), 3);
}

TEST(SuiteSchedule, AtMostSoManyAndTheLongestFirst) {
  std::vector<Case> all = cases_of({"a", "b", "c"});
  all[2].length = std::chrono::seconds{5};
  Rules rules;
  rules.jobs = 2;
  Schedule schedule(all, rules);
  const auto first = schedule.next(), second = schedule.next();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->which, 2u);
  EXPECT_EQ(second->which, 0u);
  EXPECT_FALSE(schedule.next());
  schedule.ended(*second, run_of(State::passed));
  EXPECT_EQ(schedule.next()->which, 1u);
  EXPECT_FALSE(schedule.over());
}

TEST(SuiteSchedule, InconclusiveBesideOthersIsMadeAgainAlone) {
  Rules rules;
  rules.jobs = 2;
  Schedule schedule(cases_of({"a", "b", "c"}), rules);
  const auto a = schedule.next(), b = schedule.next();
  EXPECT_FALSE(schedule.ended(*a, run_of(State::inconclusive))) << "its verdict is still to come";
  const auto c = schedule.next();
  schedule.ended(*b, run_of(State::passed));
  EXPECT_FALSE(schedule.next()) << "c is still there";
  schedule.ended(*c, run_of(State::passed));
  const auto again = schedule.next();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->alone);
  EXPECT_EQ(again->folder, "a/run-2");
  EXPECT_EQ(schedule.ended(*again, run_of(State::passed)), Outcome::passed);
  EXPECT_TRUE(schedule.answer().cases[0].runs[0].set_aside);
  EXPECT_EQ(exit_code(schedule.answer()), 0);
}

TEST(SuiteSchedule, AFailureBesideOthersIsMadeAgainAloneAndNeverGreenSilently) {
  for (const auto& [alone, outcome] : {std::pair{State::passed, Outcome::flaky},
                                       {State::failed, Outcome::failed},
                                       {State::inconclusive, Outcome::inconclusive}}) {
    Rules rules;
    rules.jobs = 2;
    Schedule schedule(cases_of({"a", "b"}), rules);
    const auto a = schedule.next(), b = schedule.next();
    EXPECT_FALSE(schedule.ended(*a, run_of(State::failed)));
    EXPECT_EQ(schedule.ended(*b, run_of(State::passed)), Outcome::passed);
    const auto again = schedule.next();
    ASSERT_TRUE(again && again->alone);
    EXPECT_EQ(schedule.ended(*again, run_of(alone)), outcome);
    EXPECT_TRUE(schedule.over());
  }
}

TEST(SuiteSchedule, BadInputBesideOthersIsNotMadeAgain) {
  Rules rules;
  rules.jobs = 2;
  Schedule schedule(cases_of({"a", "b"}), rules);
  const auto a = schedule.next(), b = schedule.next();
  EXPECT_EQ(schedule.ended(*a, run_of(State::broken, true)), Outcome::broken);
  EXPECT_EQ(schedule.ended(*b, run_of(State::passed)), Outcome::passed);
}

TEST(SuiteSchedule, FailFastStartsNoMore) {
  Rules rules;
  rules.fail_fast = true;
  Schedule schedule(cases_of({"a", "b", "c"}), rules);
  const Answer answer = play(schedule, {"a", "b", "c"}, {{"b", {State::failed}}});
  EXPECT_EQ(answer.cases[2].outcome, Outcome::left_out);
  EXPECT_THAT(answer.cases[2].why, HasSubstr("--fail-fast, after b"));
  EXPECT_EQ(exit_code(answer), 1);
}

TEST(SuiteSchedule, InterruptedIsNeverGreen) {
  Schedule schedule(cases_of({"a", "b"}), {});
  const auto a = schedule.next();
  schedule.stop("interrupted");
  suite::Run run = run_of(State::broken);
  run.interrupted = true;
  EXPECT_EQ(schedule.ended(*a, run), Outcome::left_out);
  EXPECT_TRUE(schedule.over());
  EXPECT_EQ(exit_code(schedule.answer()), 2);
  EXPECT_THAT(sentence(schedule.answer()), testing::StartsWith("NOT FINISHED: 0 of 2 passed"));
}

TEST(SuiteSchedule, WhatCannotOrIsNotToBeRunIsNotStarted) {
  std::vector<Case> all = cases_of({"broken", "real"});
  all[0].broken = "broken.yaml:3:1: unknown key";
  all[1].left_out = "only a real cluster can show it";
  Schedule schedule(all, {});
  EXPECT_FALSE(schedule.next());
  EXPECT_TRUE(schedule.over());
  const Answer answer = schedule.answer();
  EXPECT_EQ(answer.cases[0].outcome, Outcome::broken);
  EXPECT_EQ(answer.cases[1].outcome, Outcome::left_out);
  EXPECT_EQ(exit_code(answer), 3);
}

TEST(SuiteSchedule, InconclusiveAsTold) {
  for (const auto& [told, code] : {std::pair{Unproven::as_it_is, 2}, {Unproven::skip, 0}, {Unproven::fail, 1}}) {
    Rules rules;
    rules.unproven = told;
    Schedule schedule(cases_of({"a"}), rules);
    EXPECT_EQ(exit_code(play(schedule, {"a"}, {{"a", {State::inconclusive}}})), code);
  }
}

TEST(SuiteRun, ReadFromHowAChildEnded) {
  const auto report = nlohmann::json::parse(R"({"verdict": {"conclusion": "found", "headline": "A stray.",
    "reasons": ["too few requests"], "attempts": 100, "failed": 7,
    "expectations": [{"text": "expect none", "outcome": "not met", "why": "found stray-endpoint"},
                     {"text": "at most 0", "outcome": "unproven", "why": "cut"}],
    "findings": [{"fix": {"kind": "Job", "name": "sayhi", "yaml": "a: b\n", "file": "job.yaml", "line": 3}}]}})");
  const suite::Run failed = read_run({1, "", false, report, "", Nanos{5}});
  EXPECT_EQ(failed.state, State::failed);
  EXPECT_EQ(failed.why, "expect none: found stray-endpoint");
  EXPECT_EQ(failed.fix->target, "Job/sayhi");
  EXPECT_EQ(failed.failures, 7u);
  EXPECT_EQ(read_run({2, "", false, report, "", {}}).why, "too few requests");
  // As expected, and worse than it was: what it is beside its baseline is why it failed.
  auto good = report;
  good["verdict"]["exitCode"] = 0;
  const nlohmann::json worse = {{"change", "worse"}, {"sentence", "worse: failed: 0 %, then 1 %"}};
  const suite::Run slower = read_run({1, "", false, good, "", {}, worse});
  EXPECT_EQ(slower.state, State::failed);
  EXPECT_EQ(slower.why, "beside its baseline worse: failed: 0 %, then 1 %");
  EXPECT_EQ(read_run({0, "", false, good, "", {}, worse}).state, State::passed);
  EXPECT_EQ(read_run({0, "", false, report, "", {}}).why, "A stray.");
  const suite::Run bad = read_run({3, "", false, {}, "noise\nstraycat: x.yaml:1:1: no\n  1 | x\n", {}});
  EXPECT_TRUE(bad.bad_input);
  EXPECT_EQ(bad.why, "x.yaml:1:1: no");
  EXPECT_EQ(read_run({0, "", false, {}, "", {}}).state, State::broken) << "without a report nothing is proven";
  EXPECT_THAT(read_run({137, "", false, report, "", {}}).why, HasSubstr("signal 9"));
  const suite::Run late = read_run({2, "it took longer than --timeout 5s", false, report, "", {}});
  EXPECT_EQ(late.state, State::broken);
  EXPECT_FALSE(late.bad_input);
}

}  // namespace
}  // namespace straycat::suite
