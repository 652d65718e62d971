// What is shown while a run goes on, of saved logs and of tiny ones.
#include <gtest/gtest.h>

#include "report/support/runs.hpp"
#include "report/text/canvas.hpp"
#include <straycat/report/live.hpp>

namespace straycat::report {
namespace {

using Frame = std::vector<std::string>;

constexpr TextStyle plain_style{80, false, true};

EventLog saved_log(const std::string& name) { return test::read(test::file_of("tests/logs/" + name + ".jsonl")); }

// The view when `wanted` first holds of an event, at that event's moment.
template <class F>
Frame frame_when(const EventLog& log, F wanted, const TextStyle& style = plain_style, std::size_t rows = 12) {
  LiveView view;
  Stamp now;
  for (const Event& event : log.events) {
    view.on_event(event);
    if (event.clock == runner_clock) now = event.at;
    if (wanted(event)) return view.frame(style, rows, now);
  }
  return view.frame(style, rows, now);
}

bool at_the_end(const Event&) { return false; }

bool holds(const Frame& frame, const std::string& text) {
  for (const std::string& line : frame)
    if (line.find(text) != std::string::npos) return true;
  return false;
}

std::string joined(const Frame& frame) {
  std::string out;
  for (const std::string& line : frame) out += line + "\n";
  return out;
}

TEST(LiveView, ShowsNothingBeforeTheHeader) { EXPECT_TRUE(LiveView().frame(plain_style, 12, {}).empty()); }

TEST(LiveView, OfTheArticleWhileTheJobRuns) {
  std::size_t failing = 0;
  const Frame frame = frame_when(saved_log("article"), [&](const Event& event) {
    return event.kind == AttemptWindow::kind && event.body.value("ok", 0) < event.body.value("sent", 0) &&
           ++failing == 20;
  });
  test::expect_golden("tests/report/goldens/article.live.txt", joined(frame));
  EXPECT_TRUE(holds(frame, "phase job")) << joined(frame);
  EXPECT_TRUE(holds(frame, "Job/sayhi")) << joined(frame);
  EXPECT_TRUE(holds(frame, "Deployment/sayhi")) << joined(frame);
}

TEST(LiveView, CountsAtTheEndWhatTheReportCounts) {
  for (const std::string& name : test::saved_names()) {
    if (name == "cut") continue;  // its last windows are missing; failures that were kept one by one count all the same
    const test::Run run = test::saved_run(name);
    const Frame frame = frame_when(saved_log(name), at_the_end);
    std::uint64_t sent = 0;
    for (const history::Traffic& traffic : run.history.traffic) sent += traffic.totals.attempts;
    EXPECT_TRUE(frame.empty() || holds(frame, fmt::format("{} sent,", sent))) << name << "\n" << joined(frame);
  }
}

// A line that wraps, or one more than there is room for, and the next drawing begins in the wrong place.
TEST(LiveView, FitsWhateverTheLogSays) {
  for (const std::string& name : test::saved_names()) {
    for (const int width : {60, 80, 120}) {
      for (const std::size_t rows : {4u, 6u, 12u}) {
        const Frame frame = frame_when(saved_log(name), at_the_end, {width, false, true}, rows);
        EXPECT_LE(frame.size(), rows) << name;
        for (const std::string& line : frame) {
          EXPECT_LT(columns(line), static_cast<std::size_t>(width)) << name << ": " << line;
          EXPECT_EQ(line, harmless(line)) << name;
        }
      }
    }
  }
}

TEST(LiveView, IsAsciiAndColouredWhereThatIsWanted) {
  const Frame ascii = frame_when(saved_log("article"), at_the_end, {80, false, false});
  for (const std::string& line : ascii)
    for (const char c : line) EXPECT_TRUE(c >= ' ' && c <= '~') << line;
  EXPECT_TRUE(holds(frame_when(saved_log("article"), at_the_end, {80, true, true}), "\x1b[1;31m"));
}

}  // namespace
}  // namespace straycat::report
