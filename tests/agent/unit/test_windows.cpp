#include <map>
#include <random>

#include <gtest/gtest.h>

#include "agent/windows.hpp"

namespace straycat::agent {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t ms = 1'000'000;
constexpr Stamp window_at(std::int64_t millis) { return {1'000'000'000'000 + millis * ms}; }

probe::Attempt ended(Stamp started, Stamp end, std::optional<FailureKind> kind = {}, std::string sha256 = {}) {
  probe::Attempt attempt;
  attempt.intended = started;
  attempt.started = started;
  attempt.ended = end;
  attempt.status = kind ? 0 : 200;
  attempt.body_sha256 = std::move(sha256);
  if (kind) attempt.failure = Failure{*kind, Phase::connect, 111, "no"};
  return attempt;
}

TEST(Windows, CountsWhatStartedInThem) {
  Windows windows("t", {}, window_at(0));
  windows.started(window_at(9), window_at(10));
  windows.started(window_at(60), window_at(60));
  windows.started(window_at(150), window_at(155));
  EXPECT_FALSE(windows.ended(ended(window_at(10), window_at(12), {}, "aa")));
  EXPECT_TRUE(windows.ended(ended(window_at(60), window_at(61), FailureKind::refused)));
  windows.tick(window_at(199));
  EXPECT_TRUE(windows.take().empty());
  windows.tick(window_at(205));
  EXPECT_TRUE(windows.take().empty()) << "one of it is still under way";
  EXPECT_FALSE(windows.ended(ended(window_at(155), window_at(400), {}, "bb")));
  const auto told = windows.take();
  ASSERT_EQ(told.size(), 1u);
  const AttemptWindow& window = told.front();
  EXPECT_EQ(window.traffic, "t");
  EXPECT_EQ(window.from_ns, window_at(0).ns);
  EXPECT_EQ(window.to_ns, window_at(200).ns) << "its edge is where it should be, not where the clock was looked at";
  EXPECT_EQ(window.sent, 3u);
  EXPECT_EQ(window.ok, 2u);
  EXPECT_EQ(window.failed, (std::map<std::string, std::uint64_t>{{"refused", 1}}));
  EXPECT_EQ(window.failed_not_kept, 0u);
  EXPECT_EQ(window.first_start_ns, window_at(10).ns);
  EXPECT_EQ(window.last_start_ns, window_at(155).ns);
  EXPECT_EQ(window.first_ok_start_ns, window_at(10).ns);
  EXPECT_EQ(window.last_ok_start_ns, window_at(155).ns);
  EXPECT_EQ(window.last_ok_end_ns, window_at(400).ns);
  EXPECT_EQ(window.first_failed_start_ns, window_at(60).ns);
  EXPECT_EQ(window.last_failed_start_ns, window_at(60).ns);
  EXPECT_EQ(window.max_gap_ns, 95 * ms);
  EXPECT_EQ(window.latency.count(), 2u);
  EXPECT_EQ(window.lateness.max(), milliseconds{5});
  EXPECT_EQ(window.bodies, (std::map<std::string, std::uint64_t>{{"aa", 1}, {"bb", 1}}));
  EXPECT_EQ(window.statuses, (std::map<std::string, std::uint64_t>{{"200", 2}}));
}

TEST(Windows, AChangeOfTheViewCutsThereAndThen) {
  Windows windows("t", {}, window_at(0));
  windows.started(window_at(50), window_at(50));
  windows.cut(window_at(70));
  windows.started(window_at(71), window_at(71));
  windows.ended(ended(window_at(71), window_at(80)));
  windows.ended(ended(window_at(50), window_at(90), FailureKind::refused));
  windows.cut(window_at(100));
  windows.cut(window_at(100));
  const auto told = windows.take();
  ASSERT_EQ(told.size(), 2u) << "two cuts at one instant make no window of no length";
  EXPECT_EQ(told[0].to_ns, window_at(70).ns);
  EXPECT_EQ(told[0].failed.at("refused"), 1u);
  EXPECT_EQ(told[1].from_ns, window_at(70).ns);
  EXPECT_EQ(told[1].to_ns, window_at(100).ns);
  EXPECT_EQ(told[1].ok, 1u);
}

TEST(Windows, AQuietStretchCostsFewRecordsAndStaysCovered) {
  Windows windows("t", {}, window_at(0));
  for (std::int64_t i = 0; i <= 3500; i += 10) windows.tick(window_at(i));
  windows.started(window_at(3500), window_at(3500));
  windows.ended(ended(window_at(3500), window_at(3501)));
  windows.tick(window_at(4000));
  const auto told = windows.take();
  ASSERT_EQ(told.size(), 5u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(told[i].max_gap_ns, 1000 * ms);
  EXPECT_EQ(told[3].to_ns, window_at(3500).ns)
      << "an empty window that has grown too long for one with attempts ends at the first";
  EXPECT_EQ(told[3].sent, 0u);
  EXPECT_EQ(told[4].sent, 1u);
  EXPECT_EQ(told[4].to_ns, window_at(3700).ns);
}

TEST(Windows, FailuresBeyondTheCapAreCounted) {
  Windows windows("t", {.failures_kept = 2, .bodies_kept = 2}, window_at(0));
  int kept = 0;
  for (int i = 0; i < 5; ++i) {
    windows.started(window_at(i), window_at(i));
    kept += windows.ended(ended(window_at(i), window_at(i + 1), FailureKind::refused, "body" + std::to_string(i)));
  }
  windows.finish(window_at(10));
  const auto told = windows.take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(kept, 2);
  EXPECT_EQ(told[0].failed.at("refused"), 5u);
  EXPECT_EQ(told[0].failed_not_kept, 3u);
  EXPECT_EQ(told[0].last_failed_start_ns, window_at(4).ns) << "the last one stays exact";
  EXPECT_EQ(told[0].bodies, (std::map<std::string, std::uint64_t>{{"body0", 1}, {"body1", 1}, {"other", 3}}));
}

TEST(Windows, TheEndTellsAlsoWhatNobodyWaitsFor) {
  Windows windows("t", {}, window_at(0));
  windows.started(window_at(1), window_at(1));
  windows.started(window_at(2), window_at(2));
  windows.ended(ended(window_at(2), window_at(3)));
  windows.tick(window_at(250));
  windows.finish(window_at(300));
  const auto told = windows.take();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].sent, 2u);
  EXPECT_EQ(told[0].ok, 1u);
  EXPECT_TRUE(told[0].failed.empty());
  EXPECT_EQ(told[1].from_ns, window_at(200).ns);
  EXPECT_EQ(told[1].to_ns, window_at(300).ns);
}

// Any mixture of starts, ends, cuts and ticks: the windows tile the time, and every attempt stands in exactly one.
TEST(Windows, TileTheTimeAndLoseNothing) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 50; ++round) {
    Windows windows("t", {.failures_kept = 3}, window_at(0));
    std::vector<Stamp> under_way;
    std::uint64_t sent = 0, ok = 0, failed = 0, kept = 0;
    Stamp now = window_at(0);
    for (int i = 0; i < 1000; ++i) {
      now = now + Nanos{1 + random() % (random() % 50 == 0 ? 2'000'000'000 : 20'000'000)};
      switch (random() % 4) {
        case 0:
          windows.cut(now);
          break;
        case 1:
          windows.tick(now);
          break;
        case 2:
          windows.started(now, now);
          under_way.push_back(now);
          ++sent;
          break;
        default:
          if (under_way.empty()) break;
          std::swap(under_way[random() % under_way.size()], under_way.back());
          const bool good = random() % 2 == 0;
          kept += windows.ended(ended(under_way.back(), now, good ? std::nullopt : std::optional(FailureKind::reset)));
          ++(good ? ok : failed);
          under_way.pop_back();
      }
    }
    windows.finish(now);
    std::map<std::int64_t, AttemptWindow> by_begin;
    for (const AttemptWindow& window : windows.take()) by_begin[window.from_ns] = window;
    std::int64_t edge = window_at(0).ns;
    std::uint64_t sum_sent = 0, sum_ok = 0, sum_failed = 0, not_kept = 0;
    for (const auto& [from, window] : by_begin) {
      EXPECT_EQ(from, edge);
      edge = window.to_ns;
      EXPECT_GT(window.to_ns, from);
      EXPECT_LE(window.to_ns - from, (window.sent == 0 ? 1000 : 200) * ms);
      if (window.sent > 0) {
        EXPECT_GE(window.first_start_ns, from);
        EXPECT_LT(window.last_start_ns, window.to_ns);
      }
      sum_sent += window.sent;
      sum_ok += window.ok;
      for (const auto& [kind, count] : window.failed) sum_failed += count;
      not_kept += window.failed_not_kept;
    }
    EXPECT_TRUE(edge == now.ns || edge == now.ns + 1) << "a start at the very end lies within the last window";
    EXPECT_EQ(sum_sent, sent);
    EXPECT_EQ(sum_ok, ok);
    EXPECT_EQ(sum_failed, failed);
    EXPECT_EQ(kept + not_kept, failed);
  }
}

}  // namespace
}  // namespace straycat::agent
