// What the requests met: totals, bursts and their edges, the attempts around an instant, durations, cut logs.
#include <functional>

#include <gtest/gtest.h>

#include "history/support/tiny_log.hpp"
#include "history/support/told.hpp"

namespace straycat::history {
namespace {

using test::bursts_of;
using test::Instants;
using test::TinyLog;
using test::totals_text;

constexpr std::int64_t s = 1'000'000'000;

// --- totals
// -----------------------------------------------------------------------------------------------------------

TEST(Totals, count_each_attempt_once) {
  TinyLog log;
  log.watcher().window("a0", 10, 20, {11, 12}, {13});
  log.window("a0", 20, 30, {}, {21, 22}, false).window("a0", 30, 40, {});
  log.window("a0", 10, 20, {11}, {}, true, "side");
  const History history = log.ended(100).folded();
  EXPECT_EQ(totals_text(history.totals), "6 sent, 3 ok, 3 failed, 3 refused");
  EXPECT_EQ(history.totals.failed_not_kept, 2U);
  ASSERT_EQ(history.traffic.size(), 2U);
  EXPECT_EQ(totals_text(history.traffic[0].totals), "5 sent, 2 ok, 3 failed, 3 refused");
  EXPECT_EQ(totals_text(history.traffic[1].totals), "1 sent, 1 ok, 0 failed");
  EXPECT_EQ(history.traffic[0].latency.count(), 2U);
}

// Of a window that an edge cuts each failure that was kept stands where it started, the rest where the window starts.
TEST(Totals, of_a_span_are_the_windows_that_begin_in_it) {
  TinyLog log;
  const History history = log.watcher()
                              .window("a0", 10, 20, {11, 12})
                              .window("a0", 20, 30, {21}, {22})
                              .window("a0", 30, 40, {31, 32, 33})
                              .ended(100)
                              .folded();
  const Traffic& traffic = history.traffic.at(0);
  struct Row {
    Span span;
    const char* totals;
  };
  const Row table[] = {{{0, 100}, "7 sent, 6 ok, 1 failed, 1 refused"},
                       {{10, 20}, "2 sent, 2 ok, 0 failed"},
                       {{11, 20}, "0 sent, 0 ok, 0 failed"},
                       {{10, 21}, "3 sent, 3 ok, 0 failed"},
                       {{10, 23}, "4 sent, 3 ok, 1 failed, 1 refused"},
                       {{22, 30}, "1 sent, 0 ok, 1 failed, 1 refused"},
                       {{30, 30}, "0 sent, 0 ok, 0 failed"},
                       {{31, 90}, "0 sent, 0 ok, 0 failed"},
                       {{90, 10}, "0 sent, 0 ok, 0 failed"}};
  for (const Row& row : table)
    EXPECT_EQ(totals_text(totals_in(traffic, row.span)), row.totals) << row.span.from << " to " << row.span.to;
}

struct Figures {
  const char* what;
  std::uint64_t sent, ok;
  std::map<std::string, std::uint64_t> failed;
  std::size_t kept;  // failures with a record of their own
  const char* totals;
};

// What no outcome is known of is neither answered nor failed; what a damaged log says more of than was sent, was sent.
TEST(Totals, agree_with_each_other) {
  const Figures table[] = {
      {"all ended", 5, 3, {{"refused", 2}}, 0, "5 sent, 3 ok, 2 failed, 2 refused; 0 unfinished"},
      {"some under way at the end",
       101,
       0,
       {{"refused", 87}},
       0,
       "101 sent, 0 ok, 87 failed, 87 refused; 14 unfinished"},
      {"all under way", 4, 0, {}, 0, "4 sent, 0 ok, 0 failed; 4 unfinished"},
      {"more failed than was sent", 1, 1, {{"refused", 5}}, 0, "6 sent, 1 ok, 5 failed, 5 refused; 0 unfinished"},
      {"more is kept than is counted", 2, 1, {{"refused", 1}}, 3, "4 sent, 1 ok, 3 failed, 3 refused; 0 unfinished"},
      {"kept under a kind of tomorrow",
       2,
       0,
       {{"of-tomorrow", 2}},
       2,
       "2 sent, 0 ok, 2 failed, 2 of-tomorrow; 0 unfinished"},
      {"numbers that no sum holds",
       UINT64_MAX,
       UINT64_MAX,
       {{"refused", UINT64_MAX}, {"reset", UINT64_MAX}},
       0,
       "562949953421312 sent, 281474976710656 ok, 281474976710656 failed, 281474976710656 refused, 0 reset; 0 "
       "unfinished"},
  };
  for (const Figures& row : table) {
    TinyLog log;
    log.watcher();
    for (std::size_t i = 0; i < row.kept; ++i) log.failure("a0", 12);
    AttemptWindow window;
    window.traffic = "loop";
    window.from_ns = window.first_start_ns = window.first_failed_start_ns = 10;
    window.to_ns = window.last_start_ns = window.last_failed_start_ns = 20;
    window.sent = row.sent;
    window.ok = row.ok;
    window.failed = row.failed;
    const History history = log.add(AttemptWindow::kind, "a0", 20, test::json(window)).ended(100).folded();
    EXPECT_EQ(fmt::format("{}; {} unfinished", totals_text(history.totals), history.totals.unfinished), row.totals)
        << row.what;
  }
}

// --- what a cut log lacks
// ---------------------------------------------------------------------------------------------

struct Orphans {
  const char* what;
  std::function<void(TinyLog&)> says;
  const char* totals;
  std::size_t windows;
};

TEST(Cut, failures_without_a_window_count_themselves) {
  const Orphans table[] = {
      {"none", [](TinyLog& log) { log.window("a0", 10, 20, {11}); }, "1 sent, 1 ok, 0 failed", 1},
      {"after the last window",
       [](TinyLog& log) { log.window("a0", 10, 20, {11}).failure("a0", 20).failure("a0", 25); },
       "3 sent, 1 ok, 2 failed, 2 refused", 3},
      {"between two", [](TinyLog& log) { log.window("a0", 10, 20, {11}).window("a0", 30, 40, {31}).failure("a0", 25); },
       "3 sent, 2 ok, 1 failed, 1 refused", 3},
      {"before the first", [](TinyLog& log) { log.window("a0", 10, 20, {11}).failure("a0", 9); },
       "2 sent, 1 ok, 1 failed, 1 refused", 2},
      {"two in one instant", [](TinyLog& log) { log.failure("a0", 9).failure("a0", 9); },
       "2 sent, 0 ok, 2 failed, 2 refused", 1},
      {"in a window: it has counted it", [](TinyLog& log) { log.window("a0", 10, 20, {11}, {12}); },
       "2 sent, 1 ok, 1 failed, 1 refused", 1},
      {"of another traffic's window", [](TinyLog& log) { log.window("a0", 10, 20, {11}).failure("a0", 12, "side"); },
       "2 sent, 1 ok, 1 failed, 1 refused", 1},
  };
  for (const Orphans& row : table) {
    TinyLog log;
    row.says(log.watcher());
    const History history = log.folded();
    EXPECT_EQ(totals_text(history.totals), row.totals) << row.what;
    EXPECT_EQ(history.traffic.at(0).windows.size(), row.windows) << row.what;
    EXPECT_TRUE(history.cut) << row.what;
  }
}

// --- the attempts around an instant
// ---------------------------------------------------------------------------------------

std::string around_text(const Traffic& traffic, std::int64_t ns) {
  const Around near = around(traffic, ns);
  return fmt::format("ok {} | {}, failed {} | {}", near.last_ok_before_ns, near.first_ok_after_ns,
                     near.last_failed_before_ns, near.first_failed_after_ns);
}

TEST(Around, tells_what_is_known_nearest) {
  TinyLog log;
  const History history = log.watcher()
                              .window("a0", 100, 200, {110, 120, 190})
                              .window("a0", 200, 300, {210}, {220, 230})
                              .window("a0", 300, 400, {}, {310, 320, 330}, false)
                              .window("a0", 400, 500, {410, 420})
                              .ended(900)
                              .folded();
  struct Row {
    std::int64_t ns;
    const char* text;
  };
  const Row table[] = {
      {50, "ok 0 | 110, failed 0 | 220"},
      {110, "ok 0 | 110, failed 0 | 220"},    // "after" holds the instant itself
      {115, "ok 110 | 190, failed 0 | 220"},  // of a window only its first and last are known: 120 is not
      {200, "ok 190 | 210, failed 0 | 220"},
      {225, "ok 210 | 410, failed 220 | 230"},  // kept failures are known one by one
      {315, "ok 210 | 410, failed 310 | 330"},  // the others by their window's edges
      {600, "ok 420 | 0, failed 330 | 0"},
  };
  for (const Row& row : table) EXPECT_EQ(around_text(history.traffic.at(0), row.ns), row.text) << row.ns;
}

TEST(Gaps, are_the_longest_silence_inside_a_span) {
  TinyLog log;
  const History history = log.watcher()
                              .window("a0", 100, 200, {110, 150, 160})
                              .window("a0", 200, 300, {})
                              .window("a0", 300, 400, {390})
                              .window("a0", 400, 500, {410, 420})
                              .ended(900)
                              .folded();
  struct Row {
    Span span;
    std::int64_t gap;
  };
  const Row table[] = {
      {{100, 200}, 40},   // 110 to 150, and as long from 160 to the end
      {{100, 500}, 230},  // 160 to 390, over an empty window
      {{100, 380}, 220},  // 160 to the end: what begins at 390 lies outside
      {{400, 900}, 480},  // 420 to the end
      {{600, 700}, 100},  // none at all
      {{0, 105}, 105},    // before the first
  };
  for (const Row& row : table)
    EXPECT_EQ(largest_gap(history.traffic.at(0), row.span), row.gap) << row.span.from << " to " << row.span.to;
}

// --- bursts
// -----------------------------------------------------------------------------------------------------------

struct Stretch {
  const char* what;
  std::function<void(TinyLog&)> says;
  const char* bursts;
};

// One attempt a second of each outcome, in windows of a second, from `from` to `to`.
void each_second(TinyLog& log, std::int64_t from, std::int64_t to, bool ok) {
  for (std::int64_t at = from; at < to; ++at) {
    const Instants one = {at * s + s / 2};
    log.window("a0", at * s, (at + 1) * s, ok ? one : Instants{}, ok ? Instants{} : one);
  }
}

std::string in_tenths(const History& history) {
  // "12.5 s" and not thirteen digits: all instants here are whole tenths of a second.
  std::string text = bursts_of(history, history.traffic.at(0));
  for (std::size_t at = 0; (at = text.find("00000000", at)) != std::string::npos;) text.erase(at, 8);
  return text;
}

const std::vector<Stretch> stretches = {
    {"none", [](TinyLog& log) { each_second(log, 10, 20, true); }, ""},
    {"one, with successes on both sides",
     [](TinyLog& log) {
       each_second(log, 10, 12, true);
       each_second(log, 12, 14, false);
       each_second(log, 14, 20, true);
     },
     "125..135 2 of 2 after 115 before 145"},
    {"nothing before it",
     [](TinyLog& log) {
       each_second(log, 10, 12, false);
       each_second(log, 12, 20, true);
     },
     "105..115 2 of 2 after 0 before 125"},
    {"nothing after it",
     [](TinyLog& log) {
       each_second(log, 10, 12, true);
       each_second(log, 12, 14, false);
     },
     "125..135 2 of 2 after 115 before 0"},
    {"a silence without a change belongs to it",
     [](TinyLog& log) {
       each_second(log, 10, 11, false);
       each_second(log, 11, 40, true);
       each_second(log, 40, 41, false);
     },
     "105..405 2 of 31 after 0 before 0"},
    {"an endpoint change in the silence parts it",
     [](TinyLog& log) {
       log.slice("a0", 25 * s, "s", "p1");
       each_second(log, 10, 11, false);
       each_second(log, 11, 40, true);
       each_second(log, 40, 41, false);
     },
     "105..105 1 of 1 after 0 before 115, 405..405 1 of 1 after 395 before 0"},
    {"a change that moves no proxy does not",
     [](TinyLog& log) {
       log.slice("a0", 25 * s, "s", "p1?");
       each_second(log, 10, 11, false);
       each_second(log, 11, 40, true);
       each_second(log, 40, 41, false);
     },
     "105..405 2 of 31 after 0 before 0"},
    {"too long a silence parts it, change or none",
     [](TinyLog& log) {
       each_second(log, 10, 11, false);
       each_second(log, 11, 120, true);
       each_second(log, 120, 121, false);
     },
     "105..105 1 of 1 after 0 before 115, 1205..1205 1 of 1 after 1195 before 0"},
    {"it begins with what joined and ends with what left",
     [](TinyLog& log) {
       log.slice("a0", 12 * s, "s", "p1").slice("a0", 14 * s, "s", "");
       each_second(log, 10, 12, true);
       each_second(log, 12, 14, false);
       each_second(log, 14, 20, true);
     },
     "125..135 2 of 2 after 115 before 145 onset 120 p1 end 140 p1"},
    {"the nearest change, before or after",
     [](TinyLog& log) {
       log.slice("a0", 9 * s, "s", "p1").slice("a0", 13 * s, "s", "p1 p2");
       each_second(log, 10, 12, true);
       each_second(log, 12, 13, false);
     },
     "125..125 1 of 1 after 115 before 0 onset 130 p2 end 130 p2"},
};

TEST(Bursts, are_stretches_of_failures) {
  for (const Stretch& row : stretches) {
    TinyLog log;
    row.says(log.watcher());
    // A burst's silence is ten times the mean distance of attempts, two seconds at least: 10 s here.
    const History history = log.ended(200 * s).folded();
    EXPECT_EQ(in_tenths(history), row.bursts) << row.what;
  }
}

TEST(Bursts, know_their_kinds_and_when_the_last_one_ended) {
  TinyLog log;
  log.watcher().window("a0", 10, 20, {}, {11, 12}).window("a0", 20, 30, {}, {21}, false);
  AttemptWindow window;
  window.traffic = "loop";
  window.from_ns = 30;
  window.to_ns = 40;
  window.sent = 2;
  window.failed = {{"reset", 1}, {"refused", 1}};
  window.failed_not_kept = 2;
  window.first_start_ns = window.first_failed_start_ns = 31;
  window.last_start_ns = window.last_failed_start_ns = 32;
  const History history = log.add(AttemptWindow::kind, "a0", 40, test::json(window)).ended(100).folded();
  const Burst& burst = history.traffic.at(0).bursts.at(0);
  EXPECT_EQ(burst.failed, 5U);
  EXPECT_EQ(burst.kinds, (std::map<std::string, std::uint64_t>{{"refused", 4}, {"reset", 1}}));
  EXPECT_EQ(burst.last_end_ns, 32);  // it was not kept: its start is all that is known
  TinyLog kept;
  const History known = kept.watcher().window("a0", 10, 20, {}, {11, 12}).ended(100).folded();
  EXPECT_EQ(known.traffic.at(0).bursts.at(0).last_end_ns, 22);
}

TEST(Bursts, of_another_clock_carry_its_error) {
  TinyLog log;
  log.vantage("a0", 0).vantage("a1", 0).bound("a0", 0, 0).bound("a1", -10, 10);
  log.watch_from("runner", "endpointslices", 0).slice("runner", 10, "s", "p1");
  const History history = log.window("a1", 5, 20, {}, {12}).ended(100).folded();
  const Burst& burst = history.traffic.at(0).bursts.at(0);
  ASSERT_TRUE(burst.onset);
  EXPECT_EQ(burst.onset->distance_ns, 2);
  EXPECT_EQ(burst.onset->error_ns, 12 + 1);  // the traffic's clock against the reference, and the runner's
}

TEST(Bursts, of_a_clock_that_nothing_bounds_are_near_nothing_for_sure) {
  TinyLog log;
  log.vantage("a0", 0).vantage("a1", 0).bound("a0", 0, 0);
  log.watch_from("a0", "endpointslices", 0).watch_from("a1", "endpointslices", 0).slice("a1", 10, "s", "p1");
  const History history = log.window("a1", 5, 20, {}, {12}).ended(100).folded();
  EXPECT_EQ(history.traffic.at(0).bursts.at(0).onset->error_ns, unbounded);
}

}  // namespace
}  // namespace straycat::history
