// The report for a terminal: widths, colour, ASCII, and text that means harm.
#include <regex>

#include <gtest/gtest.h>

#include "report/support/runs.hpp"
#include "report/text/canvas.hpp"
#include <straycat/core/records.hpp>

namespace straycat::report {
namespace {

using test::has;
using test::saved_names;
using test::saved_run;

std::string without_colour(const std::string& text) {
  static const std::regex sgr("\x1b\\[[0-9;]*m");
  return std::regex_replace(text, sgr, "");
}

// Lines to copy are never broken: a command, the lines of a patch.
bool is_to_copy(const std::string& line) { return line.starts_with("      $ ") || line.starts_with("    "); }

TEST(Text, fits_its_width) {
  for (const std::string& name : saved_names()) {
    const test::Run run = saved_run(name);
    for (const int width : {60, 80, 120, 200}) {
      for (const bool unicode : {true, false}) {
        for (const std::string& line :
             test::split_lines(render_text(run.history, run.verdict, {width, false, unicode}))) {
          // One word (a shell command, a long name) may stand out; nothing that could be broken may.
          const std::string rest = line.substr(std::min(line.size(), line.find_first_not_of(" +:.0123456789")));
          const bool one_word = rest.find(" ") == std::string::npos;
          if (!is_to_copy(line) && !one_word) {
            EXPECT_LE(columns(line), static_cast<std::size_t>(width)) << name << ": " << line;
          }
        }
      }
    }
  }
}

// Nothing that could be broken stands out, and the end names cause and change.
TEST(ShortText, fits_its_width_and_ends_with_the_sentence) {
  for (const std::string& name : saved_names()) {
    const test::Run run = saved_run(name);
    for (const int width : {60, 80, 120}) {
      const std::string text = render_short_text(run.history, run.verdict, {width, false, false}, "runs/one");
      for (const std::string& line : test::split_lines(text)) {
        const std::string rest = line.substr(std::min(line.size(), line.find_first_not_of(" *:-")));
        const bool one_word = rest.find(" ") == std::string::npos;
        if (!line.starts_with("            ") && !one_word) {
          EXPECT_LE(columns(line), static_cast<std::size_t>(width)) << name << ": " << line;
        }
      }
    }
  }
  const test::Run run = saved_run("article");
  const std::string text = render_short_text(run.history, run.verdict, {80, false, true}, "runs/one");
  EXPECT_EQ(test::split_lines(text).back(), run_sentence(run.verdict));
  EXPECT_EQ(run_sentence(run.verdict), "PASSED: 108 of 680 failed by a stray endpoint: Job/sayhi; change job.yaml:1");
}

TEST(Text, tells_the_same_without_colour) {
  for (const std::string& name : saved_names()) {
    const test::Run run = saved_run(name);
    const std::string plain = render_text(run.history, run.verdict, {80, false, true});
    const std::string coloured = render_text(run.history, run.verdict, {80, true, true});
    EXPECT_FALSE(has(plain, "\x1b")) << name;
    EXPECT_TRUE(has(coloured, "\x1b[")) << name;
    EXPECT_EQ(without_colour(coloured), plain) << name;
  }
}

TEST(Text, ascii_is_ascii) {
  for (const std::string& name : saved_names()) {
    const test::Run run = saved_run(name);
    for (const unsigned char byte : render_text(run.history, run.verdict, {80, false, false})) {
      ASSERT_LT(byte, 0x7F) << name;
      ASSERT_TRUE(byte >= 0x20 || byte == '\n') << name;
    }
  }
}

TEST(Text, hostile_names_reach_no_terminal) {
  const test::Run run = saved_run("hostile");
  for (const unsigned char byte : render_text(run.history, run.verdict, {80, false, true}))
    ASSERT_TRUE(byte >= 0x20 || byte == '\n');
}

TEST(Text, the_cause_stands_in_the_first_lines) {
  const test::Run run = saved_run("article");
  const auto lines = test::split_lines(render_text(run.history, run.verdict, {80, false, true}));
  std::string top;
  for (std::size_t i = 0; i < 8; ++i) top += lines.at(i) + "\n";
  EXPECT_TRUE(has(top, "FOUND")) << top;
  EXPECT_TRUE(has(top, "Job/sayhi")) << top;
}

TEST(Text, what_is_not_proven_is_said_to_be_so) {
  const test::Run run = test::run_of(test::suspected());
  ASSERT_FALSE(run.verdict.suspicions.empty());
  const std::string text = render_text(run.history, run.verdict, {80, false, true});
  EXPECT_TRUE(has(text, "not proven")) << text;
  EXPECT_TRUE(has(text, "INCONCLUSIVE")) << text;
  EXPECT_FALSE(has(text, "<- stray")) << "nobody is accused";
}

struct HarmlessCase {
  const char* text;
  const char* unicode;
  const char* ascii;
};

TEST(Harmless, shows_what_would_move_the_cursor_or_hide) {
  const HarmlessCase cases[] = {
      {"plain ~!", "plain ~!", "plain ~!"},
      {"\x1b[2J", "\\x1b[2J", "\\x1b[2J"},
      {"a\r\nb\tc", "a\\x0d\\x0ab\\x09c", "a\\x0d\\x0ab\\x09c"},
      {"\x7f", "\\x7f", "\\x7f"},
      {"\xC2\x9B", "\\x9b", "\\x9b"},  // C1 CSI
      {"\xE2\x80\xAE"
       "x",
       "\\u202ex", "\\u202ex"},                // right-to-left override
      {"\xE2\x80\x8B", "\\u200b", "\\u200b"},  // zero width space
      {"\xEF\xBB\xBF", "\\ufeff", "\\ufeff"},
      {"\xE2\x80\xA8", "\\u2028", "\\u2028"},  // a line break to JavaScript
      {"\xFF"
       "a",
       "\xEF\xBF\xBD"
       "a",
       "?a"},                                                           // no UTF-8
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", "???"},  // a surrogate
      {"\xC3\xA9", "\xC3\xA9", "\\xe9"},
      {"\xF0\x9F\x90\x88", "\xF0\x9F\x90\x88", "\\u1f408"},
  };
  for (const HarmlessCase& one : cases) {
    EXPECT_EQ(harmless(one.text), one.unicode);
    EXPECT_EQ(harmless(one.text, false), one.ascii);
  }
}

TEST(Canvas, counts_columns_as_a_terminal_does) {
  EXPECT_EQ(columns(""), 0u);
  EXPECT_EQ(columns("abc"), 3u);
  EXPECT_EQ(columns("\xE7\x8C\xAB"), 2u);                      // a wide character
  EXPECT_EQ(columns("e\xCC\x81"), 1u);                         // e and a combining accent
  EXPECT_EQ(columns("\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA"), 2u);  // a flag of two indicators
}

TEST(Canvas, fits_exactly) {
  for (const char* text : {"", "a", "abcdefgh", "\xE7\x8C\xAB\xE7\x8C\xAB\xE7\x8C\xAB\xE7\x8C\xAB\xE7\x8C\xAB"}) {
    for (std::size_t width = 1; width < 12; ++width) {
      for (const bool unicode : {true, false}) EXPECT_EQ(columns(fit(text, width, unicode)), width) << text << width;
    }
  }
  EXPECT_EQ(fit("abcdef", 4, true), "abc\xE2\x80\xA6");
  EXPECT_EQ(fit("abcdef", 4, false), "abc~");
}

TEST(Canvas, wraps_at_spaces_and_loses_nothing) {
  const std::string text = "one two three fourfourfourfour five";
  for (std::size_t width = 4; width < 40; ++width) {
    std::string joined;
    for (const std::string& line : wrap(text, width)) {
      EXPECT_TRUE(columns(line) <= width || line.find(' ') == std::string::npos) << line;
      joined += (joined.empty() ? "" : " ") + line;
    }
    EXPECT_EQ(joined, text);
  }
  EXPECT_EQ(wrap("", 10).size(), 1u);
}

TEST(Progress, one_line_for_what_is_worth_one) {
  Event event;
  event.kind = StepRecord::started;
  event.at.ns = 1'500'000'000;
  StepRecord step;
  step.name = "job";
  step.phase = "job\x1b[2J";
  step.detail = "apply job.yaml";
  event.body = nlohmann::json(step);
  EXPECT_EQ(progress_line(event, Stamp{}, {}), "   1.500s  [job\\x1b[2J] apply job.yaml");
  event.kind = StepRecord::ended;
  EXPECT_EQ(progress_line(event, Stamp{}, {}), "");
  step.ok = false;
  step.error = "forbidden\n";
  event.body = nlohmann::json(step);
  EXPECT_EQ(progress_line(event, Stamp{}, {}), "   1.500s  step job failed: forbidden\\x0a");
  event.kind = "vantage.health";
  EXPECT_EQ(progress_line(event, Stamp{}, {}), "");
}

}  // namespace
}  // namespace straycat::report
