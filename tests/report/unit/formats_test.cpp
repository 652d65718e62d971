// What the machine-read formats promise, on scenes of every size.
#include <sstream>

#include <gtest/gtest.h>

#include "report/html/markup.hpp"
#include "report/story.hpp"
#include "report/support/runs.hpp"

namespace straycat::report {
namespace {

using test::count_of;
using test::has;
using test::saved_names;
using test::saved_run;

// `replicas` pods that come and go `times` times, and the article's stray.
test::World busy(int replicas, int phases) {
  test::World world = test::article();
  for (int i = 0; i < replicas; ++i) world.pods.push_back({"more-" + std::to_string(i), 0, 2 + 0.001 * i});
  world.traffic_to = 10;
  for (int i = 0; i < phases; ++i) {
    const std::string name = "phase " + std::to_string(i);
    world.stages.push_back({name, name, "pause", "pause 1s", 36 + 0.01 * i, 36.005 + 0.01 * i});
  }
  return world;
}

// A file is folded while it is read, a log in memory from its events: every report must be the same.
TEST(Formats, a_log_folded_while_it_is_read_tells_the_same) {
  for (const std::string& name : saved_names()) {
    const test::Run run = saved_run(name);
    std::istringstream in(test::file_of("tests/logs/" + name + ".jsonl"));
    const auto history = history::fold(in);
    ASSERT_TRUE(history) << name;
    const diagnose::Verdict verdict = diagnose::judge(*history);
    EXPECT_EQ(render_html(*history, verdict), render_html(run.history, run.verdict)) << name;
    EXPECT_EQ(render_json(*history, verdict), render_json(run.history, run.verdict)) << name;
  }
}

TEST(Markdown, is_at_most_60_lines) {
  for (const std::string& name : saved_names()) {
    const test::Run run = saved_run(name);
    EXPECT_LE(test::split_lines(render_markdown(run.history, run.verdict)).size(), 60u) << name;
  }
  const test::Run run = test::run_of(busy(60, 40));
  const std::string text = render_markdown(run.history, run.verdict);
  EXPECT_LE(test::split_lines(text).size(), 60u) << text;
  EXPECT_EQ(count_of(text, "```"), 2u) << "a fence is opened and closed\n" << text;
  EXPECT_TRUE(has(text, "; exit ")) << "the last line is kept";
}

// Outside the fence and indented code, no character may begin markup.
TEST(Markdown, hostile_names_are_text) {
  const test::Run run = saved_run("hostile");
  bool fenced = false;
  for (const std::string& line : test::split_lines(render_markdown(run.history, run.verdict))) {
    if (line.starts_with("```")) fenced = !fenced;
    EXPECT_TRUE(fenced || line.starts_with("    ") || !has(line, "<")) << line;
    EXPECT_FALSE(fenced && (has(line, "<") || has(line, ";") || has(line, "#") || has(line, ",;"))) << line;
    EXPECT_FALSE(has(line, "\x1b")) << line;
  }
  EXPECT_FALSE(fenced);
}

TEST(Markdown, tells_what_is_not_proven) {
  const test::Run run = test::run_of(test::suspected());
  EXPECT_TRUE(has(render_markdown(run.history, run.verdict), "ot proven"));
}

TEST(Junit, counts_what_it_has) {
  for (const std::string& name : saved_names()) {
    const test::Run run = saved_run(name);
    for (const bool fails : {false, true}) {
      const std::string xml = render_junit(run.history, run.verdict, fails);
      const auto says = [&](const char* what, std::size_t n, std::size_t times) {
        EXPECT_EQ(count_of(xml, std::string(" ") + what + "=\"" + std::to_string(n) + "\""), times) << what << xml;
      };
      says("tests", count_of(xml, "<testcase "), 2);
      says("failures", count_of(xml, "<failure "), 2);
      says("skipped", count_of(xml, "<skipped "), 1);
      EXPECT_EQ(count_of(xml, "<testcase "),
                run.verdict.expectations.size() + run.verdict.phases.size() + (run.verdict.exit_code > 2 ? 1 : 0));
    }
  }
}

TEST(Junit, the_unproven_is_skipped_or_fails_as_asked) {
  const test::Run run = saved_run("inconclusive");
  const std::string skips = render_junit(run.history, run.verdict, false);
  const std::string fails = render_junit(run.history, run.verdict, true);
  EXPECT_GT(count_of(skips, "<skipped "), 0u);
  EXPECT_EQ(count_of(fails, "<skipped "), 0u);
  EXPECT_EQ(count_of(fails, "type=\"inconclusive\""), count_of(skips, "<skipped "));
}

TEST(Html, accuses_nobody_of_what_is_not_proven) {
  const test::Run run = test::run_of(test::suspected());
  const std::string page = render_html(run.history, run.verdict);
  EXPECT_TRUE(has(page, "not proven"));
  EXPECT_FALSE(has(page, "STRAY"));
}

TEST(Junit, tells_what_is_not_proven) {
  const test::Run run = test::run_of(test::suspected());
  EXPECT_TRUE(has(render_junit(run.history, run.verdict, true), "suspected, not proven"));
}

TEST(Markup, escapes_everything_that_means_something) {
  EXPECT_EQ(escape("<a href='x'>&\"\n"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\\x0a");
  EXPECT_EQ(escape("\xE2\x80\xAE"), "\\u202e");
  EXPECT_EQ(escape_lines("a\n<b>\r\n"), "a\n&lt;b&gt;\\x0d\n");
}

TEST(Story, is_in_order_and_tells_a_cut) {
  for (const std::string& name : saved_names()) {
    const test::Run run = saved_run(name);
    const std::vector<Moment> story = tell(run.history, run.verdict);
    EXPECT_TRUE(std::is_sorted(story.begin(), story.end(), [](const Moment& a, const Moment& b) {
      return a.at.ns < b.at.ns;
    })) << name;
    const bool cut = std::any_of(story.begin(), story.end(), [](const Moment& m) { return has(m.text, "cut off"); });
    EXPECT_EQ(cut, name == "cut" || name == "empty") << name;
  }
}

TEST(Story, lengths_for_people) {
  EXPECT_EQ(short_length(3'200'000), "3.2 ms");
  EXPECT_EQ(short_length(1'250'000'000), "1.25 s");
  EXPECT_EQ(short_length(0), "0.0 ms");
  EXPECT_EQ(kinds_text({{"refused", 2}, {"of-tomorrow", 1}}), "1 of-tomorrow, 2 connection refused");
}

}  // namespace
}  // namespace straycat::report
