// A suite's answer in every form: goldens, and what each form promises.
#include <gtest/gtest.h>

#include "report/support/runs.hpp"
#include <straycat/report/suite.hpp>

namespace straycat::report {
namespace {

using test::count_of;
using test::has;

suite::Run suite_run(suite::State state, const std::string& why) {
  suite::Run run;
  run.state = state;
  run.why = why;
  run.conclusion = state == suite::State::broken ? "" : "found";
  run.requests = 1000;
  run.failures = 12;
  run.took = std::chrono::milliseconds{12'345};
  return run;
}

suite::CaseResult suite_case(const std::string& name, suite::Outcome outcome, const std::string& why,
                             std::vector<suite::Run> runs) {
  suite::CaseResult result;
  result.of.name = name;
  result.of.folder = suite::folder_name(name);
  result.of.file = "all/" + result.of.folder + "/scenario.yaml";
  result.of.line = 40;
  result.outcome = outcome;
  result.why = why;
  result.runs = std::move(runs);
  for (suite::Run& run : result.runs) run.folder = result.of.folder;
  return result;
}

suite::Answer some_answer() {
  using suite::Outcome;
  using suite::State;
  suite::Run failed = suite_run(State::failed, "expect none: found stray-endpoint of Job/sayhi");
  failed.expectations = {{"expect none", "not met", "found stray-endpoint of Job/sayhi"},
                         {"at most 0 in phase after", "not met", "12 of 400 attempts failed"},
                         {"at most 0 in phase deployed", "met", "0 of 600 attempts failed"}};
  failed.fix = suite::ProposedFix{"Job/sayhi", "spec:\n  template: {}\n", "job.yaml", 3};
  const std::string hostile = "a|b`<script>\x1b[31m::error::x%\n";
  suite::Answer answer;
  answer.cases = {
      suite_case("bare-pod", Outcome::failed, failed.why, {failed}),
      suite_case("clean", Outcome::passed, "Nothing failed.", {suite_run(State::passed, "Nothing failed.")}),
      suite_case("cut", Outcome::inconclusive, "too few requests",
                 {suite_run(State::inconclusive, "too few requests")}),
      suite_case("flaky", Outcome::flaky, "passed in a further try; before: a timeout",
                 {suite_run(State::failed, "a timeout"), suite_run(State::passed, "Nothing failed.")}),
      suite_case(hostile, Outcome::broken, hostile, {suite_run(State::broken, hostile)}),
      suite_case("real", Outcome::left_out, "only a real cluster can show it", {})};
  answer.took = std::chrono::seconds{58};
  answer.wall_ns = 1'700'000'000'000'000'000;
  return answer;
}

TEST(SuiteForms, goldens) {
  const suite::Answer answer = some_answer();
  const std::string path = "tests/report/goldens/suite";
  test::expect_golden(path + ".txt", render_suite_text(answer, {80, false, true}));
  test::expect_golden(path + ".junit.xml", render_suite_junit(answer, false));
  test::expect_golden(path + ".md", render_suite_markdown(answer));
  test::expect_golden(path + ".jsonl", render_suite_lines(answer));
  test::expect_golden(path + ".github.txt", github_annotations(answer));
  test::expect_golden(path + ".gitlab.json", gitlab_annotations(answer));
}

TEST(SuiteForms, the_last_line_is_the_sentence) {
  const auto lines = test::split_lines(render_suite_text(some_answer(), {200, false, true}));
  EXPECT_TRUE(lines.back().starts_with("FAILED: 1 of 6 passed, 1 failed (bare-pod), 1 broken")) << lines.back();
}

TEST(SuiteForms, nothing_hostile_gets_through) {
  const suite::Answer answer = some_answer();
  for (const std::string& text : {render_suite_text(answer, {80, false, true}), render_suite_markdown(answer),
                                  github_annotations(answer), suite_line(answer.cases[4], {80, false, true})})
    EXPECT_FALSE(has(text, "\x1b"));
  EXPECT_FALSE(has(render_suite_html(answer, ""), "<script>\\"));
  for (const std::string& line : test::split_lines(github_annotations(answer)))
    EXPECT_TRUE(line.starts_with("::error file=") || line.starts_with("::warning file=")) << line;
}

TEST(SuiteForms, junit_counts_and_a_case_each) {
  const suite::Answer answer = some_answer();
  const std::string text = render_suite_junit(answer, false);
  EXPECT_EQ(count_of(text, "<testcase "), 6u);
  EXPECT_EQ(count_of(text, "<error "), 1u);
  EXPECT_EQ(count_of(text, "<failure "), 1u);
  EXPECT_EQ(count_of(text, "<skipped "), 2u);
  EXPECT_TRUE(has(text, "tests=\"6\" failures=\"1\" errors=\"1\""));
  EXPECT_TRUE(has(render_suite_junit(answer, true), "tests=\"6\" failures=\"2\" errors=\"1\""));
}

TEST(SuiteForms, the_page_links_the_runs) {
  const std::string page = render_suite_html(some_answer(), "../out/a b");
  EXPECT_TRUE(has(page, "href=\"../out/a%20b/bare-pod/report.html\""));
  EXPECT_EQ(count_of(page, "report.html"), 5u);
}

}  // namespace
}  // namespace straycat::report
