#include <random>

#include <gtest/gtest.h>

#include <straycat/probe/pacing.hpp>

namespace straycat::probe {

void PrintTo(const Turn& turn, std::ostream* out) {
  *out << (turn.what == Turn::What::wait   ? "wait until "
           : turn.what == Turn::What::send ? "send, due "
                                           : "stop at ")
       << turn.at.count() << " ns, skipped " << turn.skipped;
}

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using What = Turn::What;

TEST(Pacing, SlotsOfEachShapeComeAtTheirTimes) {
  struct Case {
    const char* name;
    std::vector<Stretch> stretches;
    std::uint64_t number;
    Nanos due;
  };
  const Stretch level{Nanos{0}, 100, 100};
  const Stretch ramp{seconds{10}, 0, 100};  // 500 slots in all; n-th at sqrt(n/5) s
  const Case cases[] = {
      {"the first at once", {level}, 0, Nanos{0}},
      {"evenly", {level}, 7, milliseconds{70}},
      {"far out, without drift", {level}, 8'640'000, seconds{86'400}},
      {"a ramp begins at once", {ramp}, 0, Nanos{0}},
      {"and is steep", {ramp}, 5, seconds{1}},
      {"and ends", {ramp}, 500, Nanos::max()},
      {"downwards", {{seconds{10}, 100, 0}}, 375, seconds{5}},
      {"steps: within the first", {{seconds{1}, 10, 10}, level}, 9, milliseconds{900}},
      {"steps: at the edge", {{seconds{1}, 10, 10}, level}, 10, seconds{1}},
      {"steps: in the second", {{seconds{1}, 10, 10}, level}, 11, milliseconds{1010}},
      {"a silent stretch", {{seconds{3}, 0, 0}, level}, 0, seconds{3}},
      {"no stretch", {}, 0, Nanos::max()},
      {"never", {{Nanos{0}, 0, 0}}, 0, Nanos::max()},
  };
  for (const Case& c : cases) EXPECT_EQ(due(c.stretches, c.number), c.due) << c.name;
}

TEST(Pacing, TheOpenLoopsRule) {
  Pace pace = constant_rate(100);
  pace.catch_up = 4;
  Pace three = pace;
  three.max_attempts = 3;
  Pace one_second = pace;
  one_second.max_length = seconds{1};
  struct Case {
    const char* name;
    Pace pace;
    Nanos elapsed;
    Progress progress;
    Turn turn;
  };
  const Case cases[] = {
      {"the first", pace, Nanos{0}, {0, 0}, {What::send, Nanos{0}, 0}},
      {"not yet", pace, milliseconds{9}, {1, 1}, {What::wait, milliseconds{10}, 0}},
      {"now", pace, milliseconds{10}, {1, 1}, {What::send, milliseconds{10}, 0}},
      {"late: the intended start stays", pace, milliseconds{35}, {1, 1}, {What::send, milliseconds{10}, 0}},
      {"as late as may be made up for", pace, milliseconds{40}, {1, 1}, {What::send, milliseconds{10}, 0}},
      {"later: the oldest are given up", pace, milliseconds{100}, {1, 1}, {What::send, milliseconds{70}, 6}},
      {"enough", three, milliseconds{100}, {9, 3}, {What::stop, milliseconds{100}, 0}},
      {"skipped ones do not count as sent", three, milliseconds{100}, {9, 2}, {What::send, milliseconds{90}, 0}},
      {"time is up", one_second, seconds{1}, {99, 99}, {What::stop, seconds{1}, 0}},
      {"the last slot is within the length", one_second, milliseconds{995}, {100, 100}, {What::wait, seconds{1}, 0}},
  };
  for (const Case& c : cases) EXPECT_EQ(next(c.pace, c.elapsed, c.progress), c.turn) << c.name;
}

// Whatever the loop's delays: slots = sent + skipped, starts are in order and never early, a burst is never longer than
// the cap, and nothing is skipped while the loop keeps up.
TEST(Pacing, AnyLoopKeepsThePromises) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 100; ++round) {
    const double rate = 1 + static_cast<double>(random() % 5000);
    Pace pace = constant_rate(rate);
    pace.catch_up = 1 + random() % 50;
    Pacer pacer(pace);
    const bool keeps_up = round % 2 == 0;
    Nanos now{0}, last_intended{-1};
    for (int i = 0; i < 500; ++i) {
      std::uint64_t burst = 0;
      Turn turn = pacer.next(now);
      for (; turn.what == What::send; turn = pacer.next(now)) {
        EXPECT_GT(turn.at, last_intended);
        EXPECT_LE(turn.at, now);
        last_intended = turn.at;
        ++burst;
      }
      ASSERT_EQ(turn.what, What::wait);
      ASSERT_GT(turn.at, now);
      EXPECT_LE(burst, pace.catch_up);
      now = keeps_up ? turn.at : turn.at + Nanos{random() % 500'000'000};
    }
    EXPECT_EQ(pacer.sent() + pacer.skipped(), slots_due(pace.stretches, last_intended));
    if (keeps_up) {
      EXPECT_EQ(pacer.skipped(), 0u);
    }
  }
}

TEST(Pacing, TheUsualCapIs50MillisecondsOfTheRateOrSixteen) {
  for (const auto& [rate, cap] : {std::pair{100.0, 16u}, std::pair{10'000.0, 500u}}) {
    Pacer pacer(constant_rate(rate));
    std::uint64_t burst = 0;
    while (pacer.next(seconds{10}).what == What::send) ++burst;
    EXPECT_EQ(burst, cap);
    EXPECT_EQ(pacer.skipped(), static_cast<std::uint64_t>(rate) * 10 + 1 - cap);
  }
}

TEST(Pacing, AClosedLoopPausesAfterEachEnd) {
  Pacer pacer(closed_loop(2, milliseconds{1000}));
  EXPECT_EQ(pacer.next(Nanos{0}), (Turn{What::send, Nanos{0}, 0}));
  EXPECT_EQ(pacer.next(Nanos{0}), (Turn{What::wait, milliseconds{500}, 0}))
      << "the second worker starts half a pause later";
  EXPECT_EQ(pacer.next(milliseconds{501}), (Turn{What::send, milliseconds{500}, 0}));
  EXPECT_EQ(pacer.next(milliseconds{600}), (Turn{What::wait, Nanos::max(), 0})) << "both are busy";
  pacer.ended(milliseconds{700});
  EXPECT_EQ(pacer.next(milliseconds{700}), (Turn{What::wait, milliseconds{1700}, 0}));
  EXPECT_EQ(pacer.next(milliseconds{1700}), (Turn{What::send, milliseconds{1700}, 0}));
  EXPECT_EQ(pacer.sent(), 3u);
  EXPECT_EQ(pacer.skipped(), 0u);
}

TEST(Pacing, AClosedLoopStops) {
  Pace pace = closed_loop(1, Nanos{0});
  pace.max_attempts = 2;
  pace.max_length = seconds{5};
  Pacer pacer(pace);
  EXPECT_EQ(pacer.next(Nanos{0}).what, What::send);
  EXPECT_EQ(pacer.next(Nanos{1}), (Turn{What::wait, seconds{5}, 0})) << "busy: at the latest when time is up";
  pacer.ended(Nanos{2});
  EXPECT_EQ(pacer.next(Nanos{2}).what, What::send);
  pacer.ended(Nanos{3});
  EXPECT_EQ(pacer.next(Nanos{3}).what, What::stop);
}

}  // namespace
}  // namespace straycat::probe
