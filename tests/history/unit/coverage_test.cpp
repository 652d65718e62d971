// What was watched and what was not: gaps, blind stretches, denials, vantage points that fell silent.
#include <functional>

#include <gtest/gtest.h>

#include "history/support/tiny_log.hpp"
#include "history/support/told.hpp"

namespace straycat::history {
namespace {

using test::spans_of;
using test::TinyLog;

constexpr const char* slice_watch = "endpointslices";
constexpr const char* ours = "kubernetes.io/service-name=sayhi";
constexpr const char* others = "kubernetes.io/service-name=other";

void denied(TinyLog& log, const std::string& clock, const std::string& resource, std::int64_t at) {
  WatchRecord record;
  record.resource = resource;
  record.end = WatchEnd::denied;
  log.add(WatchRecord::ended, clock, at, test::json(record));
}

// --- the stretches in which a Service's endpoints were not watched
// ---------------------------------------------------

struct Watched {
  const char* what;
  std::function<void(TinyLog&)> says;
  const char* blind;
};

const std::vector<Watched> watched = {
    {"from the beginning to the end", [](TinyLog& log) { log.watch_from("a0", slice_watch, 0); }, ""},
    {"never", [](TinyLog&) {}, "0..100"},
    {"begun late", [](TinyLog& log) { log.watch_from("a0", slice_watch, 10); }, "0..10"},
    {"ended early", [](TinyLog& log) { log.watch_from("a0", slice_watch, 0).watch_to("a0", slice_watch, 60); },
     "60..100"},
    {"ended and begun again",
     [](TinyLog& log) {
       log.watch_from("a0", slice_watch, 0)
           .watch_to("a0", slice_watch, 30)
           .watch_from("a0", slice_watch, 40)
           .watch_to("a0", slice_watch, 90);
     },
     "30..40, 90..100"},
    {"said to begin twice",
     [](TinyLog& log) { log.watch_from("a0", slice_watch, 5).watch_from("a0", slice_watch, 20); }, "0..5"},
    {"said to end twice",
     [](TinyLog& log) {
       log.watch_from("a0", slice_watch, 0).watch_to("a0", slice_watch, 50).watch_to("a0", slice_watch, 70);
     },
     "50..100"},
    {"ended without a beginning", [](TinyLog& log) { log.watch_to("a0", slice_watch, 50); }, "0..100"},
    {"a gap", [](TinyLog& log) { log.watch_from("a0", slice_watch, 0).gap("a0", slice_watch, 20, 30); }, "20..30"},
    {"gaps that overlap, in any order",
     [](TinyLog& log) {
       log.watch_from("a0", slice_watch, 0)
           .gap("a0", slice_watch, 25, 40)
           .gap("a0", slice_watch, 20, 30)
           .gap("a0", slice_watch, 60, 61);
     },
     "20..40, 60..61"},
    {"a gap that begins before the watch does",
     [](TinyLog& log) { log.watch_from("a0", slice_watch, 10).gap("a0", slice_watch, 5, 20); }, "0..20"},
    {"a gap after its end",
     [](TinyLog& log) {
       log.watch_from("a0", slice_watch, 0).watch_to("a0", slice_watch, 50).gap("a0", slice_watch, 40, 70);
     },
     "40..100"},
    {"another Service's slices alone", [](TinyLog& log) { log.watch_from("a0", slice_watch, 0, others); }, "0..100"},
    {"its own by name", [](TinyLog& log) { log.watch_from("a0", slice_watch, 0, ours); }, ""},
    {"another vantage point's watch", [](TinyLog& log) { log.watch_from("a1", slice_watch, 0); }, "0..100"},
    {"pods are no slices", [](TinyLog& log) { log.watch_from("a0", "pods", 0); }, "0..100"},
    {"a gap in another Service's",
     [](TinyLog& log) {
       log.watch_from("a0", slice_watch, 0, ours)
           .watch_from("a0", slice_watch, 0, others)
           .gap("a0", slice_watch, 5, 9, others);
     },
     ""},
    {"a gap in one of two watches that both see it",
     [](TinyLog& log) {
       log.watch_from("a0", slice_watch, 0, ours).watch_from("a0", slice_watch, 0).gap("a0", slice_watch, 20, 30, ours);
     },
     ""},
    {"one watch follows another, with a gap where they meet",
     [](TinyLog& log) {
       log.watch_from("a0", slice_watch, 0, ours)
           .watch_to("a0", slice_watch, 40, ours)
           .watch_from("a0", slice_watch, 30);
       log.gap("a0", slice_watch, 35, 50);
     },
     "40..50"},
    {"denied",
     [](TinyLog& log) {
       log.watch_from("a0", slice_watch, 0);
       denied(log, "a0", slice_watch, 30);
     },
     "0..100"},
};

TEST(Blind, is_what_no_watch_of_the_vantage_point_saw) {
  for (const Watched& row : watched) {
    TinyLog log;
    log.vantage("a0", 0).bound("a0", 0, 0);
    row.says(log);
    const History history = log.window("a0", 1, 2, {1}).ended(100).folded();
    EXPECT_EQ(spans_of(history.views.at(0).blind), row.blind) << row.what;
  }
}

struct Edge {
  const char* what;
  std::int64_t joins, leaves;  // 0: it stays
  const char* stays;
};

// The watch is open from 10, blind from 40 to 50, and ends at 90.
TEST(Blind, edges_are_no_onsets) {
  const Edge table[] = {
      {"seen to join and to leave", 20, 30, "p1 20..30"},
      {"there when the watch began", 10, 30, "p1 <10..30"},
      {"listed before the watch was said to begin", 5, 30, "p1 <5..30"},
      {"first seen where a gap ends", 50, 60, "p1 <50..60"},
      {"joined in the instant in which a gap begins", 40, 60, "p1 <40..60"},
      {"joined just after a gap", 51, 60, "p1 51..60"},
      {"stays to the end: who closed the watch had seen enough", 20, 0, "p1 20..100>"},
  };
  for (const Edge& row : table) {
    TinyLog log;
    log.vantage("a0", 0).bound("a0", 0, 0).watch_from("a0", slice_watch, 10).slice("a0", row.joins, "s", "p1");
    if (row.leaves != 0) log.slice("a0", row.leaves, "s", "");
    log.gap("a0", slice_watch, 40, 50).watch_to("a0", slice_watch, 90);
    const History history = log.window("a0", 1, 2, {1}).ended(100).folded();
    EXPECT_EQ(test::stays_of(history.views.at(0)), row.stays) << row.what;
  }
}

// --- whether absence is evidence
// -----------------------------------------------------------------------------------------

struct Covered {
  const char* what;
  const char* resource;
  Span span;
  bool covered;
};

TEST(Coverage, holds_only_where_a_watch_saw_the_whole_span) {
  TinyLog log;
  log.vantage("a0", 0).bound("a0", -2, 2);  // the runner's instants are +- 3
  log.watch_from("runner", "pods", 10).gap("runner", "pods", 40, 50).watch_to("runner", "pods", 90);
  log.watch_from("runner", "events", 10);
  log.watch_from("runner", "services", 10, "app=sayhi").watch_from("runner", slice_watch, 10, ours);
  log.watch_from("a0", "nodes", 10).watch_to("a0", "nodes", 30).watch_from("a0", "nodes", 30);
  log.watch_from("runner", "jobs", 10);
  denied(log, "runner", "jobs", 60);
  const History history = log.ended(100).folded();
  const Covered table[] = {
      {"inside", "pods", {20, 30}, true},
      {"up to the edges, less the clock's error", "pods", {13, 36}, true},
      {"too near behind its beginning", "pods", {12, 36}, false},
      {"too near before the gap", "pods", {13, 37}, false},
      {"after the gap", "pods", {53, 87}, true},
      {"too near behind the gap", "pods", {52, 87}, false},
      {"over the gap", "pods", {20, 80}, false},
      {"past its end", "pods", {60, 95}, false},
      {"to the end of the log", "events", {20, 97}, true},
      {"past the end of the log", "events", {20, 98}, false},
      {"some of them only", "services", {20, 30}, false},
      {"slices are watched by name", slice_watch, {20, 30}, true},
      {"two stretches that touch are two", "nodes", {25, 35}, false},
      {"the first of them", "nodes", {10, 30}, true},
      {"denied", "jobs", {20, 30}, false},
      {"not watched at all", "cronjobs", {20, 30}, false},
  };
  for (const Covered& row : table) EXPECT_EQ(history.covered(row.resource, row.span), row.covered) << row.what;
}

TEST(Coverage, of_a_clock_that_nothing_bounds_is_none) {
  TinyLog log;
  log.vantage("a0", 0).watch_from("runner", "pods", 10).watch_from("a0", "nodes", 10);
  const History history = log.ended(100).folded();
  EXPECT_FALSE(history.covered("pods", {20, 30}));
  EXPECT_TRUE(history.covered("nodes", {20, 30}));
}

// --- vantage points
// ---------------------------------------------------------------------------------------------------

VantageSummary summary(std::map<std::string, std::uint64_t> sent) {
  VantageSummary summary;
  summary.sent = std::move(sent);
  summary.reason = VantageEnd::finished;
  return summary;
}

struct Counted {
  const char* what;
  std::map<std::string, std::uint64_t> said;
  std::uint64_t missing;
};

// The log holds 3 attempts of "loop" and 2 of "side".
TEST(Vantages, lost_what_they_sent_and_the_windows_do_not_tell) {
  const Counted table[] = {
      {"all is told", {{"loop", 3}, {"side", 2}}, 0},
      {"some of one is missing", {{"loop", 5}, {"side", 2}}, 2},
      {"some of each", {{"loop", 4}, {"side", 9}}, 8},
      {"all of a third, of which no record came", {{"loop", 3}, {"side", 2}, {"third", 7}}, 7},
      {"one that sent nothing", {{"loop", 3}, {"side", 2}, {"third", 0}}, 0},
      {"more is told than it says", {{"loop", 1}}, 0},
  };
  for (const Counted& row : table) {
    TinyLog log;
    log.watcher().window("a0", 1, 9, {2, 3}, {4}).window("a0", 1, 9, {5, 6}, {}, true, "side");
    log.add(VantageSummary::kind, "a0", 90, test::json(summary(row.said)));
    const History history = log.ended(100).folded();
    EXPECT_EQ(history.vantage("a0")->records_missing, row.missing) << row.what;
    EXPECT_TRUE(history.vantage("a0")->summed_up);
  }
}

TEST(Vantages, each_answer_for_their_own_summary) {
  TinyLog log;
  log.watcher("a0").watcher("a1").window("a0", 1, 9, {2, 3}).window("a1", 1, 9, {4});
  log.add(VantageSummary::kind, "a0", 90, test::json(summary({{"loop", 2}})));
  log.add(VantageSummary::kind, "a1", 90, test::json(summary({{"loop", 2}})));
  const History history = log.ended(100).folded();
  EXPECT_EQ(history.vantage("a0")->records_missing, 0U);
  EXPECT_EQ(history.vantage("a1")->records_missing, 1U);
}

TEST(Vantages, sum_up_what_they_could_not_do) {
  TinyLog log;
  log.watcher();
  for (const std::int64_t at : {20, 30}) {
    VantageHealth health;
    health.from_ns = at - 10;
    health.to_ns = at;
    health.local_exhaustion = 2;
    health.records_lost = 3;
    health.skipped = 4;
    log.add(VantageHealth::kind, "a0", at, test::json(health));
  }
  VantageLost lost;
  lost.vantage = "a0";
  lost.missing = 5;
  log.add(VantageLost::kind, "runner", 40, test::json(lost));
  const History history = log.ended(100).folded();
  const Vantage& vantage = *history.vantage("a0");
  EXPECT_EQ(vantage.local_exhaustion, 4U);
  EXPECT_EQ(vantage.records_lost, 6U);
  EXPECT_EQ(vantage.skipped, 8U);
  EXPECT_EQ(vantage.records_missing, 5U);
  EXPECT_EQ(vantage.lost_reason, "lost");
  EXPECT_FALSE(vantage.summed_up);
  EXPECT_EQ(vantage.first_ns, 0);
  EXPECT_EQ(vantage.last_ns, 30);
}

// One that was lost before it said a word is known by the runner's record alone.
TEST(Vantages, that_never_spoke_are_known_by_their_loss) {
  TinyLog log;
  VantageLost lost;
  lost.vantage = "a7";
  lost.reason = "its pod was evicted";
  log.watcher().add(VantageLost::kind, "runner", 40, test::json(lost));
  const History history = log.ended(100).folded();
  ASSERT_NE(history.vantage("a7"), nullptr);
  EXPECT_EQ(history.vantage("a7")->lost_reason, "its pod was evicted");
  EXPECT_EQ(history.vantage("a7")->error_ns, unbounded);
}

}  // namespace
}  // namespace straycat::history
