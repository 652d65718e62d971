// Passed or failed in every form of a run, and two runs beside each other.
#include <gtest/gtest.h>

#include "report/html/assets.hpp"
#include "report/outcome.hpp"
#include "report/support/runs.hpp"
#include <straycat/report/compare.hpp>

namespace straycat::report {
namespace {

using test::has;

// A run that found what its scenario expects, and the same one where that was not expected.
TEST(Outcome, ColourAndWordFollowWhatWasExpected) {
  test::Run run = test::saved_run("article");
  ASSERT_EQ(run.verdict.exit_code, 0);
  const std::string passed = render_html(run.history, run.verdict);
  EXPECT_TRUE(has(passed, "<header class=\"passed\">"));
  EXPECT_TRUE(has(passed, "<span class=\"word\">PASSED</span><span class=\"word seen\">FOUND</span>"));
  EXPECT_TRUE(has(passed, "<title>straycat: PASSED: world</title>"));
  EXPECT_TRUE(has(render_markdown(run.history, run.verdict), "### straycat: PASSED: world"));
  EXPECT_TRUE(has(render_junit(run.history, run.verdict, false), "name=\"outcome\" value=\"PASSED\""));
  run.verdict.exit_code = 1;
  run.verdict.expectations[0].met = diagnose::Met::no;
  const std::string failed = render_html(run.history, run.verdict);
  EXPECT_TRUE(has(failed, "<header class=\"failed\">"));
  EXPECT_TRUE(has(failed, "<li>not met: " + run.verdict.expectations[0].text));
  EXPECT_TRUE(has(render_markdown(run.history, run.verdict), "### straycat: FAILED: world"));
  EXPECT_TRUE(has(render_junit(run.history, run.verdict, false), "name=\"outcome\" value=\"FAILED\""));
  EXPECT_TRUE(has(render_text(run.history, run.verdict, {80, true, true}), "\x1b[1;31mFAILED"));
}

TEST(Outcome, EveryExitCodeHasAWord) {
  diagnose::Verdict verdict;
  for (const auto& [code, word] : std::vector<std::pair<int, std::string>>{
           {0, "PASSED"}, {1, "FAILED"}, {2, "INCONCLUSIVE"}, {3, "BAD INPUT"}, {4, "TROUBLE"}}) {
    verdict.exit_code = code;
    EXPECT_EQ(outcome_of(verdict).word, word);
  }
}

// Systems know a testcase by its name: what is counted stands elsewhere.
TEST(Junit, NoFigureInTheNameOfAPhase) {
  const test::Run run = test::saved_run("article");
  const std::string text = render_junit(run.history, run.verdict, false);
  EXPECT_TRUE(has(text, "name=\"phase job (loop from a0)\""));
  EXPECT_TRUE(has(text, "<system-out>108 of 260 failed, failing</system-out>"));
}

TEST(Junit, WhatBrokeIsAnError) {
  test::Run run = test::saved_run("article");
  run.verdict.exit_code = 4;
  const std::string text = render_junit(run.history, run.verdict, false);
  EXPECT_TRUE(has(text, "errors=\"1\""));
  EXPECT_TRUE(has(text, "<testcase classname=\"straycat.world\" name=\"the run\" time=\"0.000\">\n      <error "));
}

// Dozens of causes are excluded: their names fit a few lines.
TEST(Text, ExcludedCausesAreGrouped) {
  const test::Run run = test::saved_run("article");
  EXPECT_EQ(test::count_of(render_text(run.history, run.verdict, {80, false, true}), "  excluded  "), 1u);
}

struct Pair {
  test::Run one = test::saved_run("article"), other = test::saved_run("fixed");
  Compared before{"runs/one", &one.history, &one.verdict}, after{"runs/other", &other.history, &other.verdict};
};

TEST(CompareForms, goldens) {
  const Pair pair;
  const auto all = compare::compare({pair.one.history, pair.one.verdict}, {pair.other.history, pair.other.verdict});
  const std::string path = "tests/report/goldens/compare";
  test::expect_golden(path + ".txt", render_compare(pair.before, pair.after, all, {80, false, true}));
  test::expect_golden(path + ".md", render_compare_markdown(pair.before, pair.after));
  test::expect_golden(path + ".json", render_compare_json(pair.before, pair.after).dump(1) + "\n");
}

TEST(CompareForms, thePageHasTheFigures) {
  const Pair pair;
  const std::string page = render_html_comparison({pair.before, pair.after});
  EXPECT_TRUE(has(page, "The second beside the first"));
  EXPECT_TRUE(has(page, "failed in phase job"));
  EXPECT_FALSE(has(render_html_comparison({pair.before}), "The second beside the first"));
}

TEST(CompareForms, hostileNamesAreText) {
  const test::Run run = test::saved_run("hostile");
  const Compared side{"<script>\x1b[31m`|", &run.history, &run.verdict};
  const auto all = compare::compare({run.history, run.verdict}, {run.history, run.verdict});
  for (const std::string& text : {render_compare(side, side, all, {80, false, true}),
                                  render_compare_markdown(side, side), render_html_comparison({side, side})}) {
    EXPECT_FALSE(has(text, "\x1b"));
    EXPECT_TRUE(text.starts_with("<script>") || !has(text, "<script>\\x1b")) << "only a terminal has no markup";
  }
  EXPECT_NE(all.whole, compare::Change::worse) << all.sentence;
}

}  // namespace
}  // namespace straycat::report
