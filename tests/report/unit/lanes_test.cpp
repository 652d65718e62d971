// The picture of a run on a terminal, character by character.
#include "report/text/lanes.hpp"

#include <functional>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "report/support/tiny_runs.hpp"
#include "report/text/canvas.hpp"

namespace straycat::report {
namespace {

using test::count_of;
using test::second;
using test::TinyLog;

std::string drawn(const history::History& history, const diagnose::Verdict& verdict, const TextStyle& style) {
  std::string text = "\n";
  for (std::string line : draw_lanes(history, verdict, style)) {
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

TEST(Lanes, show_the_whole_run_at_60_columns) {
  const auto history = test::small_article().folded();
  EXPECT_EQ(drawn(history, test::accusing(history, {"p3"}), {60, false, true}), R"(
                      0s        10s       20s       30s
phase                 |deploye|rolled|job           |after
Deployment/web
  10.0.0.1:3000         ░████████▒▒
  10.0.0.2:3000                 ░███████████████████████████
Job/migrate  <- stray
! 10.0.0.3:3000                       ██████░░░░
requests loop             ·············XXxxx··············
share that failed                      ██▅▅▅
█ routable  ▒ terminating  ░ not ready  · ok  x some failed
X all failed
)");
}

// What was broken on purpose, in rows of their own where it lay over each other; what has no room is cut.
TEST(Lanes, show_faults_on_order) {
  auto history = test::small_article().folded();
  const auto at = [&](std::int64_t seconds) {
    auto placed = history.zero;
    placed.ns += seconds * second;
    return placed;
  };
  history.faults.push_back({{"way", "drop", {}, ""}, at(5), at(12)});
  history.faults.push_back({{"late", "proxyLag", {}, ""}, at(10), at(25)});
  history.faults.push_back({{"gone", "kill", {}, ""}, at(20), at(20)});
  history.faults.push_back({{"open", "pause", {}, ""}, at(28), std::nullopt});
  const std::string text = drawn(history, {}, {60, false, true});
  EXPECT_NE(text.find(R"(
faults                     |drop===       |kill   |pause====
faults                          |proxyLag=======
)"),
            std::string::npos)
      << text;
}

// Cells shorter than a window: each attempt stands in the cell in which it began.
TEST(Lanes, show_the_whole_run_at_80_columns) {
  const auto history = test::small_article().folded();
  EXPECT_EQ(drawn(history, test::accusing(history, {"p3"}), {80, false, true}), R"(
                      0s             10s            20s            30s
phase                 |deployed   |rolled   |job                   |after
Deployment/web
  10.0.0.1:3000          ░█████████████▒▒▒
  10.0.0.2:3000                      ░██████████████████████████████████████████
Job/migrate  <- stray
! 10.0.0.3:3000                               ██████████░░░░░░
requests loop               ····················XXX·xX·x·····················
share that failed                               ███ ▅█ ▅
█ routable  ▒ terminating  ░ not ready  · ok  x some failed  X all failed
)");
}

TEST(Lanes, show_the_whole_run_at_120_columns) {
  const auto history = test::small_article().folded();
  EXPECT_EQ(drawn(history, test::accusing(history, {"p3"}), {120, false, true}), R"(
                      0s                       10s                       20s                       30s
phase                 |deployed           |rolled           |job                                   |after
Deployment/web
  10.0.0.1:3000            ░░██████████████████████▒▒▒▒▒
  10.0.0.2:3000                                ░░░██████████████████████████████████████████████████████████████████████
Job/migrate  <- stray
! 10.0.0.3:3000                                                ████████████████░░░░░░░░░░░
requests loop                   ··································XX XX·X ·X· X····································
share that failed                                                 ██ ██ █  █  █
█ routable  ▒ terminating  ░ not ready  · ok  x some failed  X all failed
)");
}

TEST(Lanes, show_the_same_in_ascii) {
  const auto history = test::small_article().folded();
  EXPECT_EQ(drawn(history, test::accusing(history, {"p3"}), {60, false, false}), R"(
                      0s        10s       20s       30s
phase                 |deploye|rolled|job           |after
Deployment/web
  10.0.0.1:3000         -########==
  10.0.0.2:3000                 -###########################
Job/migrate  <- stray
! 10.0.0.3:3000                       ######----
requests loop             .............XXxxx..............
share that failed                      88555
# routable  = terminating  - not ready  . ok  x some failed
X all failed
)");
}

// --- one lane at a time; a cell is a second
// ----------------------------------------------------------------------------

// The lane whose label begins so, without the label.
std::string lane(const history::History& history, const std::string& label, const diagnose::Verdict& verdict = {}) {
  for (const std::string& line : draw_lanes(history, verdict, {60, false, false})) {
    if (line.starts_with(label)) return line.substr(22, std::max<std::size_t>(line.find_last_not_of(' '), 21) - 21);
  }
  return "no such lane";
}

struct Lane {
  const char* what;
  std::vector<std::pair<std::int64_t, const char*>> slices;  // in tenths of a second
  const char* cells;
};

TEST(EndpointLanes, show_in_each_cell_the_strongest_state) {
  const Lane table[] = {
      {"to the end", {{350, "p1"}}, "                                   ###"},
      {"all the time", {{0, "p1"}}, "######################################"},
      {"for one cell", {{30, "p1"}, {40, ""}}, "   #"},
      {"for less than a cell", {{31, "p1"}, {32, ""}}, "   #"},
      {"over an edge", {{39, "p1"}, {41, ""}}, "   ##"},
      {"routable before unready before nothing", {{10, "p1?"}, {15, "p1"}, {16, "p1?"}, {30, ""}}, " #-"},
      {"terminating, once another is ready", {{10, "p1"}, {20, "p1~ p2"}, {40, "p2"}}, " #=="},
      {"in the last instant", {{380, "p1"}}, "                                     #"},
      {"never", {{10, "p2"}}, "no such lane"},
  };
  for (const Lane& row : table) {
    TinyLog log;
    log.watcher().step(0, 0, "");
    for (const auto& [at, words] : row.slices) log.slice("a0", at * second / 10, "s", words);
    const auto history = log.window("a0", second, 2 * second, {}).ended(38 * second).folded();
    EXPECT_EQ(lane(history, "  10.0.0.1:3000"), row.cells) << row.what;
  }
}

struct Outcomes {
  const char* what;
  std::function<void(TinyLog&)> says;
  const char* outcomes;
  const char* shares;
};

TEST(OutcomeLanes, show_where_attempts_began_and_how_many_failed) {
  const Outcomes table[] = {
      {"none", [](TinyLog& log) { log.window("a0", second, 2 * second, {}); }, "", "no such lane"},
      {"one", [](TinyLog& log) { log.window("a0", second, 9 * second, {3 * second}); }, "   .", "no such lane"},
      {"two of a long window", [](TinyLog& log) { log.window("a0", second, 9 * second, {3 * second, 8 * second}); },
       "   ......", "no such lane"},
      {"many of a long window: between its first and its last",
       [](TinyLog& log) { log.window("a0", second, 9 * second, test::every(3 * second, 9 * second, second / 2)); },
       "   ......", "no such lane"},
      {"failures that were kept, each in its place",
       [](TinyLog& log) { log.window("a0", second, 9 * second, {}, {3 * second, 5 * second, 8 * second}); },
       "   X X  X", "   8 8  8"},
      {"failures that were not, between the first and the last",
       [](TinyLog& log) {
         log.window("a0", second, 9 * second, {}, test::every(3 * second, 9 * second, second / 2), false);
       },
       "   XXXXXX", "   888888"},
      {"one of two", [](TinyLog& log) { log.window("a0", second, 2 * second, {second}, {second + 1}); }, " x", " 5"},
      {"few of many",
       [](TinyLog& log) {
         log.window("a0", second, 2 * second, test::every(second, 2 * second, second / 100), {second + 1});
       },
       " x", " 1"},
      {"before the first step and after the last",
       [](TinyLog& log) {
         log.log().events.erase(log.log().events.end() - 2, log.log().events.end());
         log.step(2 * second, 3 * second, "").window("a0", 0, second, {1}, {second / 2});
       },
       "x", "5"},
  };
  for (const Outcomes& row : table) {
    TinyLog log;
    row.says(log.watcher().step(0, second, ""));
    const auto history = log.ended(38 * second).folded();
    EXPECT_EQ(lane(history, "requests loop"), row.outcomes) << row.what;
    EXPECT_EQ(lane(history, "share that failed"), row.shares) << row.what;
  }
}

struct Phased {
  const char* what;
  std::vector<std::pair<std::int64_t, const char*>> phases;  // from, name
  const char* line;
};

TEST(PhaseLane, shows_as_much_of_each_name_as_there_is_room) {
  const Phased table[] = {
      {"one", {{0, "deploy"}}, "|deploy"},
      {"two", {{0, "deploy"}, {10, "job"}}, "|deploy   |job"},
      {"one that is too short for its name",
       {{0, "deploy"}, {3, "job"}, {30, "after"}},
       "|de|job                       |after"},
      {"several in one cell: the last is seen", {{0, "a"}, {0, "b"}, {0, "c"}}, "|c"},
      {"at the right edge", {{0, "a"}, {36, "end"}}, "|a                                  |e"},
      {"no name of ours",
       {{0,
         "\xE2\x80\xAE"
         "evil\x1b[2J\n"}},
       "|\\u202eevil\\x1b[2J\\x0a"},
  };
  for (const Phased& row : table) {
    TinyLog log;
    for (const auto& [at, name] : row.phases) log.step(at * second, at * second + 1, name);
    const auto history = log.watcher().window("a0", second, 2 * second, {}).ended(38 * second).folded();
    EXPECT_EQ(lane(history, "phase"), row.line) << row.what;
  }
}

// --- runs of unusual lengths
// -------------------------------------------------------------------------------------------

TEST(Axis, has_some_ticks_whatever_its_length) {
  const std::pair<std::int64_t, const char*> table[] = {
      {0, "0s"},  // of a millisecond, which is the least
      {10'000'000, "0s     0.002s  0.004s 0.006s  0.008s"},
      {second, "0s     0.2s    0.4s   0.6s    0.8s"},
      {38 * second, "0s        10s       20s       30s"},
      {3600 * second, "0s        1000s      2000s     3000s"},
      {315'360'000 * second, "0s    5e+07s      1.5e+08s    2.5e+08s"},  // none over another
  };
  for (const auto& [length, ticks] : table) {
    TinyLog log;
    log.watcher().window("a0", 0, 1, {});
    const auto lines = draw_lanes(log.ended(length).folded(), {}, {60, false, false});
    ASSERT_FALSE(lines.empty());
    const std::string& line = lines.front();
    EXPECT_EQ(line.substr(22, line.find_last_not_of(' ') - 21), ticks) << length;
    EXPECT_EQ(line.size(), 60U);
  }
}

TEST(Lanes, of_a_run_of_no_length_are_one_column) {
  TinyLog log;
  const auto history = log.watcher().slice("a0", 0, "s", "p1").window("a0", 0, 1, {0}, {0}).folded();
  ASSERT_EQ(history.begin, 0);
  EXPECT_EQ(lane(history, "  10.0.0.1:3000").substr(0, 1), "#");
  EXPECT_EQ(lane(history, "requests loop"), "x");
}

TEST(Lanes, of_a_run_without_traffic_are_none) {
  TinyLog log;
  EXPECT_TRUE(draw_lanes(log.folded(), {}, {60, false, true}).empty());
  log.watcher().slice("a0", 10, "s", "p1").step(5, 10, "a").ended(20);
  EXPECT_TRUE(draw_lanes(log.folded(), {}, {60, false, true}).empty());
}

// --- many of everything
// ------------------------------------------------------------------------------------------------

TEST(Lanes, draw_two_dozen_endpoints_and_count_the_others) {
  std::string words;
  for (int i = 1; i <= 100; ++i) words += fmt::format("p{} ", i);
  TinyLog log;
  log.watcher().slice("a0", second, "s", words).window("a0", second, 2 * second, {second});
  for (int i = 1; i <= 100; ++i) log.pod(0, fmt::format("p{}", i), "Job", i <= 50 ? "web" : fmt::format("job-{}", i));
  const auto history = log.ended(38 * second).folded();
  const auto rows = [&](const diagnose::Verdict& verdict) {
    const std::string text = drawn(history, verdict, {60, false, false});
    return std::tuple(count_of(text, "\n  10.0."), count_of(text, "\n! 10.0."), count_of(text, "\nJob/"));
  };
  const auto left = [&](const diagnose::Verdict& verdict) {
    const std::string text = drawn(history, verdict, {60, false, false});
    const auto at = text.find("  (");
    return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
  };
  EXPECT_EQ(rows({}), std::tuple(24U, 0U, 1U));
  EXPECT_EQ(left({}), "  (76 more endpoints are not drawn)");
  // Strays have room of their own, however many others there are; a title without a lane is not drawn.
  EXPECT_EQ(rows(test::accusing(history, {"p90"})), std::tuple(24U, 1U, 2U));
  std::vector<std::string> jobs;
  for (int i = 51; i <= 100; ++i) jobs.push_back(fmt::format("p{}", i));
  EXPECT_EQ(rows(test::accusing(history, jobs)), std::tuple(24U, 24U, 25U));
  EXPECT_EQ(left(test::accusing(history, jobs)), "  (52 more endpoints are not drawn)");
}

TEST(Lanes, show_endpoints_once_and_each_vantage_points_requests) {
  TinyLog log;
  log.vantage("a0", 0, "node-1").vantage("a1", 0, "node-2").bound("a0", 0, 0).bound("a1", 0, 0);
  for (const char* clock : {"a0", "a1"}) {
    log.watch_from(clock, "endpointslices", 0).slice(clock, second, "s", "p1");
    log.window(clock, second, 2 * second, {second});
  }
  const std::string text = drawn(log.ended(38 * second).folded(), {}, {80, false, false});
  EXPECT_EQ(count_of(text, "10.0.0.1:3000"), 1U);
  EXPECT_EQ(count_of(text, "\nloop from a pod on n~"), 2U) << text;
}

// Whatever names a cluster gives: no character that moves a cursor, and every lane begins in the same column.
TEST(Lanes, of_hostile_names_stay_in_their_columns) {
  const char* names[] = {"\x1b[2J\x1b[H",
                         "a\nb\tc",
                         "\xE2\x80\xAE"
                         "desrever",
                         "\xE7\x8C\xAB\xE7\x8C\xAB\xE7\x8C\xAB\xE7\x8C\xAB\xE7\x8C\xAB\xE7\x8C\xAB\xE7\x8C\xAB\xE7\x8C"
                         "\xAB\xE7\x8C\xAB\xE7\x8C\xAB\xE7\x8C\xAB\xE7\x8C\xAB",
                         "e\xCC\x81\xCC\x81\xCC\x81",
                         "\xF0\x9F\x90\x88\xE2\x80\x8D\xE2\xAC\x9B",
                         "",
                         "                                       "};
  for (const char* name : names) {
    TinyLog log;
    log.watcher().pod(0, "p1", "Job", name).step(0, second, name);
    auto slice = TinyLog::slice_of("s", "p1");
    slice.endpoints[0].addresses = {name};
    log.add("slice", "a0", second, test::json(model::ObjectChange{false, test::json(slice)}));
    const auto history = log.window("a0", second, 2 * second, {second}).ended(38 * second).folded();
    for (const bool unicode : {true, false}) {
      for (const int width : {60, 80, 120}) {
        for (const std::string& line : draw_lanes(history, test::accusing(history, {"p1"}), {width, false, unicode})) {
          for (const unsigned char byte : line) ASSERT_GE(byte, 0x20) << line;
          const bool title = line.starts_with("Job/");
          const bool legend =
              line.find("routable") != std::string::npos || line.find("all failed") != std::string::npos;
          if (!title && !legend) EXPECT_EQ(columns(line), static_cast<std::size_t>(width)) << line;
        }
      }
    }
  }
}

}  // namespace
}  // namespace straycat::report
