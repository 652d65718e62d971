// Worse, better, the same or not to be told: by tables, and by what must hold for any two runs.
#include <random>

#include <gmock/gmock.h>

#include "compare/intervals.hpp"
#include <straycat/compare/compare.hpp>

namespace straycat::compare {
namespace {

using testing::HasSubstr;

constexpr std::int64_t second = 1'000'000'000;

struct Made {
  history::History history;
  diagnose::Verdict verdict;
  [[nodiscard]] Side side() const { return {history, verdict}; }
};

// `n` requests in twenty seconds, in one phase; the failures spread evenly, or all in the seconds of `only`.
struct Wanted {
  std::uint64_t n = 2000, failed = 0;
  int only = 20;               // how many of the seconds have failures
  double latency_ms = 1;       // of the middle one; they spread by half of it to either side
  std::int64_t outage_ns = 0;  // a stretch of the sixth second on without an answer
};

AttemptWindow second_of(const Wanted& wanted, int at) {
  AttemptWindow window;
  window.from_ns = at * second;
  window.to_ns = window.from_ns + second;
  window.sent = wanted.n / 20;
  const std::uint64_t share = wanted.failed / static_cast<std::uint64_t>(wanted.only);
  const std::uint64_t rest = wanted.failed % static_cast<std::uint64_t>(wanted.only);
  const std::uint64_t bad = at >= wanted.only ? 0 : share + (static_cast<std::uint64_t>(at) < rest ? 1 : 0);
  if (bad > 0) window.failed["refused"] = bad;
  window.ok = window.sent - std::min(bad, window.sent);
  window.first_start_ns = window.first_ok_start_ns = window.from_ns;
  window.last_start_ns = window.last_ok_start_ns = window.to_ns - 1;
  window.first_failed_start_ns = window.last_failed_start_ns = bad > 0 ? window.from_ns + second / 2 : 0;
  return window;
}

void add_outage(const Wanted& wanted, history::Traffic& traffic) {
  for (AttemptWindow& window : traffic.windows) {
    const bool within = window.from_ns >= 6 * second && window.to_ns <= 6 * second + wanted.outage_ns;
    if (!within) continue;
    window.failed["refused"] = window.sent;
    window.ok = 0;
    window.first_ok_start_ns = window.last_ok_start_ns = 0;
    window.first_failed_start_ns = window.from_ns;
    window.last_failed_start_ns = window.to_ns - 1;
  }
}

Made make(const Wanted& wanted) {
  Made made;
  history::Traffic traffic;
  traffic.name = "loop";
  traffic.vantage = "a0";
  for (int at = 0; at < 20; ++at) traffic.windows.push_back(second_of(wanted, at));
  add_outage(wanted, traffic);
  for (const AttemptWindow& window : traffic.windows) traffic.totals.add(window);
  for (std::uint64_t i = 0; i < wanted.n; ++i) {
    const double spread = 0.5 + static_cast<double>(i) / static_cast<double>(wanted.n);
    traffic.latency.record(Nanos{static_cast<std::int64_t>(wanted.latency_ms * spread * 1e6)});
  }
  diagnose::PhaseReport phase;
  phase.phase = "all";
  phase.traffic = traffic.name;
  phase.vantage = traffic.vantage;
  phase.to_ns = 20 * second;
  phase.attempts = traffic.totals.attempts;
  phase.ok = traffic.totals.ok;
  phase.failed = traffic.totals.failed;
  made.verdict.phases.push_back(phase);
  made.verdict.conclusion = diagnose::Conclusion::none;
  made.verdict.exit_code = 0;
  made.history.end = 20 * second;
  made.history.traffic.push_back(std::move(traffic));
  made.history.ended = RunEnded{};
  made.history.ended->reason = RunEnd::finished;
  return made;
}

Change mirrored(Change change) {
  if (change == Change::worse) return Change::better;
  return change == Change::better ? Change::worse : change;
}

const Figure* figure_of(const Comparison& all, std::string_view name) {
  for (const Figure& one : all.figures)
    if (one.name == name) return &one;
  return nullptr;
}

struct Row {
  const char* what;
  Wanted before, after;
  Change whole;
};

TEST(Compare, Table) {
  using enum Change;
  const Row rows[] = {
      {"nothing in either", {2000, 0}, {2000, 0}, same},
      {"1 % of 2,000 is seen", {2000, 0}, {2000, 20}, worse},
      {"and its cure", {2000, 20}, {2000, 0}, better},
      {"0.1 % of 2,000 is not", {2000, 0}, {2000, 2}, cannot_tell},
      {"nor is its cure", {2000, 2}, {2000, 0}, cannot_tell},
      {"0.1 % of 200,000 is", {200'000, 0}, {200'000, 200}, worse},
      {"1 % of 200 is not", {200, 0}, {200, 2}, cannot_tell},
      {"too few to say that nothing changed", {200, 0}, {200, 0}, cannot_tell},
      {"a fifth, and a fifth and one", {2000, 400}, {2000, 420}, cannot_tell},
      {"a fifth, and two fifths", {2000, 400}, {2000, 800}, worse},
      {"a fifth of many, and hardly more", {200'000, 40'000}, {200'000, 40'100}, same},
      {"20 failures in one second are one burst", {2000, 0}, {2000, 12, 1}, cannot_tell},
      {"many bursts where there were none", {2000, 0}, {2000, 400, 8}, worse},
      {"slower by half, and by 10 ms", {20'000, 0, 20, 20}, {20'000, 0, 20, 30}, worse},
      {"slower by a tenth", {20'000, 0, 20, 20}, {20'000, 0, 20, 22}, same},
      {"twice as slow, by a millisecond", {20'000, 0, 20, 1}, {20'000, 0, 20, 2}, same},
      {"faster", {20'000, 0, 20, 30}, {20'000, 0, 20, 15}, better},
  };
  for (const Row& row : rows) {
    const Made before = make(row.before), after = make(row.after);
    const Comparison all = compare(before.side(), after.side());
    EXPECT_EQ(all.whole, row.whole) << row.what << ": " << all.sentence;
    EXPECT_THAT(all.sentence, HasSubstr(std::string(to_string(row.whole)))) << row.what;
  }
}

TEST(Compare, AnOutageThatGrewIsWorseThoughTheShareCannotTell) {
  const Made before = make({2000, 0, 20, 1, 1 * second}), after = make({2000, 0, 20, 1, 5 * second});
  const Comparison all = compare(before.side(), after.side());
  const Figure* gap = figure_of(all, "longest time without an answer");
  ASSERT_NE(gap, nullptr);
  EXPECT_EQ(gap->change, Change::worse);
  EXPECT_EQ(all.whole, Change::worse);
  EXPECT_EQ(exit_code(all.whole), 1);
}

TEST(Compare, ExitCodes) {
  EXPECT_EQ(exit_code(Change::same), 0);
  EXPECT_EQ(exit_code(Change::better), 0);
  EXPECT_EQ(exit_code(Change::cannot_tell), 2);
}

TEST(Compare, WhatPassedAndFailsIsWorse) {
  const Made before = make({});
  Made after = make({});
  after.verdict.exit_code = 1;
  EXPECT_EQ(compare(before.side(), after.side()).whole, Change::worse);
  EXPECT_EQ(compare(after.side(), before.side()).whole, Change::better);
  after.verdict.exit_code = 2;
  EXPECT_EQ(compare(before.side(), after.side()).whole, Change::same) << "the figures still tell";
}

TEST(Compare, WithoutCommonTrafficNothingCanBeTold) {
  const Made before = make({});
  Made after = make({});
  after.history.traffic[0].name = "other";
  const Comparison all = compare(before.side(), after.side());
  EXPECT_EQ(all.whole, Change::cannot_tell);
  EXPECT_THAT(all.sentence, HasSubstr("no traffic"));
}

Wanted any(std::mt19937_64& random) {
  Wanted wanted;
  wanted.n = 20 * (1 + random() % 200);
  wanted.failed = random() % 3 == 0 ? 0 : random() % (wanted.n / 20);
  wanted.only = 1 + static_cast<int>(random() % 20);
  wanted.failed = std::min(wanted.failed, wanted.n / 20 * static_cast<std::uint64_t>(wanted.only));
  wanted.latency_ms = 0.5 + static_cast<double>(random() % 100);
  wanted.outage_ns = random() % 4 == 0 ? static_cast<std::int64_t>(random() % 10) * second : 0;
  return wanted;
}

TEST(Compare, ARunIsNeverWorseThanItself) {
  std::mt19937_64 random(20);
  for (int i = 0; i < 60; ++i) {
    const Made one = make(any(random));
    const Comparison all = compare(one.side(), one.side());
    for (const Figure& figure : all.figures) {
      EXPECT_TRUE(figure.change == Change::same || figure.change == Change::cannot_tell) << figure.name;
      EXPECT_LE(figure.low, 0) << figure.name;
      EXPECT_GE(figure.high, 0) << figure.name;
    }
    EXPECT_TRUE(all.whole == Change::same || all.whole == Change::cannot_tell);
  }
}

TEST(Compare, TheOtherWayRoundIsTheMirror) {
  std::mt19937_64 random(21);
  for (int i = 0; i < 60; ++i) {
    const Made a = make(any(random)), b = make(any(random));
    const Comparison there = compare(a.side(), b.side()), back = compare(b.side(), a.side());
    ASSERT_EQ(there.figures.size(), back.figures.size());
    for (std::size_t k = 0; k < there.figures.size(); ++k) {
      const Figure &one = there.figures[k], &other = back.figures[k];
      EXPECT_EQ(one.change, mirrored(other.change)) << one.name;
      EXPECT_NEAR(one.low, -other.high, 1e-6 * std::max(1.0, std::abs(one.low))) << one.name;
      EXPECT_NEAR(one.high, -other.low, 1e-6 * std::max(1.0, std::abs(one.high))) << one.name;
    }
  }
}

// The bounds of a share hold the truth nearly always, whatever it is: 1,000 draws of each.
TEST(Intervals, HoldTheTruth) {
  std::mt19937_64 random(7);
  for (const double truth : {0.001, 0.01, 0.2, 0.5, 0.99}) {
    int missed = 0;
    for (int i = 0; i < 1000; ++i) {
      std::binomial_distribution<int> draw(500, truth);
      const Range range = share_range(draw(random) / 500.0, 500);
      missed += range.low <= truth && truth <= range.high ? 0 : 1;
    }
    EXPECT_LE(missed, 25) << truth;  // near 0 a discrete share misses more than its 0.3 %: 3 of 500 do, 1.4 % of all
  }
}

TEST(Intervals, OrderStatistics) {
  Histogram few, many;
  for (int i = 1; i <= 100; ++i) few.record(Nanos{i * 1000});
  for (int i = 1; i <= 10'000; ++i) many.record(Nanos{i * 1000});
  EXPECT_FALSE(quantile_range(few, 0.99)) << "the 99th of 100 has nothing above it to bound it";
  ASSERT_TRUE(quantile_range(few, 0.5));
  const auto range = quantile_range(many, 0.5);
  ASSERT_TRUE(range);
  EXPECT_NEAR(range->low, 4'850'000, 50'000);
  EXPECT_NEAR(range->high, 5'150'000, 50'000);
  EXPECT_FALSE(quantile_range(Histogram{}, 0.5));
}

TEST(Intervals, ABurstIsFewTrials) {
  std::vector<Block> even(20, Block{100, 1}), burst(20, Block{100, 0});
  burst[3].failed = 20;
  EXPECT_EQ(design_effect(even), 1);
  EXPECT_GT(design_effect(burst), 15);
  EXPECT_EQ(design_effect({}), 1);
  EXPECT_EQ(design_effect({{10, 10}}), 1);
  // Two phases, one of which fails by half: no bursts.
  std::vector<Block> phases;
  for (std::size_t i = 0; i < 20; ++i) phases.push_back({100, i < 10 ? 0.0 : 50.0, i / 10});
  EXPECT_EQ(design_effect(phases), 1);
  for (Block& block : phases) block.stratum = 0;
  EXPECT_GT(design_effect(phases), 20);
}

}  // namespace
}  // namespace straycat::compare
