// Every format of every saved log, as a person or a tool reads it.
#include <gtest/gtest.h>

#include "report/html/assets.hpp"
#include "report/support/runs.hpp"

namespace straycat::report {
namespace {

class FormatGoldens : public testing::TestWithParam<std::string> {
 protected:
  test::Run run_ = test::saved_run(GetParam());
  void expect(const std::string& ending, const std::string& text) const {
    test::expect_golden("tests/report/goldens/" + GetParam() + ending, text);
  }
};

// The page's own style and script are files of their own: a golden shows what a run makes of the page.
std::string without_assets(std::string page) {
  for (const std::string_view asset :
       {page_style, lanes_script, lanes_script_sha256, page_script, page_script_sha256}) {
    const std::size_t at = page.find(asset);
    EXPECT_NE(at, std::string::npos);
    if (at != std::string::npos) page.replace(at, asset.size(), "...");
  }
  return page;
}

TEST_P(FormatGoldens, text) { expect(".txt", render_text(run_.history, run_.verdict, {80, false, true})); }
TEST_P(FormatGoldens, ascii) { expect(".ascii.txt", render_text(run_.history, run_.verdict, {80, false, false})); }
TEST_P(FormatGoldens, short_text) {
  const std::string text = render_short_text(run_.history, run_.verdict, {80, false, true}, "runs/one");
  expect(".short.txt", text);
  EXPECT_LE(test::split_lines(text).size(), 45u);
}
TEST_P(FormatGoldens, json) { expect(".json", render_json(run_.history, run_.verdict).dump(1) + "\n"); }
TEST_P(FormatGoldens, html) { expect(".html", without_assets(render_html(run_.history, run_.verdict))); }
TEST_P(FormatGoldens, junit) { expect(".junit.xml", render_junit(run_.history, run_.verdict, false)); }
TEST_P(FormatGoldens, markdown) { expect(".md", render_markdown(run_.history, run_.verdict)); }

INSTANTIATE_TEST_SUITE_P(Saved, FormatGoldens, testing::ValuesIn(test::saved_names()),
                         [](const auto& param) { return param.param; });

TEST(ComparisonGolden, text) {
  const test::Run before = test::saved_run("article"), after = test::saved_run("fixed");
  test::expect_golden(
      "tests/report/goldens/comparison.txt",
      render_proof(before.history, before.verdict, after.history, after.verdict,
                   diagnose::prove(before.history, nullptr, after.history, after.verdict), {80, false, true}));
}

TEST(Rendering, gives_the_same_bytes_twice) {
  for (const std::string& name : test::saved_names()) {
    const test::Run one = test::saved_run(name), two = test::saved_run(name);
    EXPECT_EQ(render_text(one.history, one.verdict, {}), render_text(two.history, two.verdict, {})) << name;
    EXPECT_EQ(render_json(one.history, one.verdict), render_json(two.history, two.verdict)) << name;
    EXPECT_EQ(render_html(one.history, one.verdict), render_html(two.history, two.verdict)) << name;
    EXPECT_EQ(render_junit(one.history, one.verdict, true), render_junit(two.history, two.verdict, true)) << name;
    EXPECT_EQ(render_markdown(one.history, one.verdict), render_markdown(two.history, two.verdict)) << name;
  }
}

}  // namespace
}  // namespace straycat::report
