// What a log is told of a watch, from every state.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <straycat/kube/watch_life.hpp>

namespace straycat::kube {
namespace {

using LifeState = WatchLife::State;

constexpr Stamp now{50};

WatchLife life_in(LifeState state) {
  WatchLife life("pods", "app=x");
  if (state != LifeState::unlisted) (void)life.resume(watched::Listed{{10}});
  if (state == LifeState::open || state == LifeState::over) (void)life.resume(watched::Told{{20}});
  if (state == LifeState::over) (void)life.resume(watched::Closed{{30}});
  EXPECT_EQ(life.state(), state);
  return life;
}

std::string word_told(const std::optional<WatchWord>& word) { return word ? to_string(*word) : ""; }

ApiError api_error(int code) { return {code, "", "no", std::nullopt}; }

TEST(WatchLife, EveryTransition) {
  const WatchGap gap{{30}, {40}, "lost: reset", true};
  const watched::Listed listed{now};
  const watched::Told change{now};
  const watched::Blind blind{now, gap};
  const watched::Refused denied{now, api_error(403)}, absent{now, api_error(404)};
  const watched::Unproven unproven{now, "deaf"};
  const watched::Died died{now, "out of memory"};
  const watched::Closed closed{now};
  const std::string doubt = "watch.gap pods app=x 10..50, lost: whether it told everything could not be asked: deaf";
  struct Case {
    LifeState before;
    Watched what;
    std::string told;
    LifeState after;
  };
  const std::vector<Case> table{
      {LifeState::unlisted, listed, "watch.started pods app=x", LifeState::listed},
      {LifeState::unlisted, change, "", LifeState::unlisted},
      {LifeState::unlisted, blind, "watch.gap pods app=x 30..40, lost: reset", LifeState::unlisted},
      {LifeState::unlisted, denied, "watch.ended pods app=x: denied, 403: no", LifeState::over},
      {LifeState::unlisted, absent, "watch.ended pods app=x: absent, 404: no", LifeState::over},
      {LifeState::unlisted, unproven, "", LifeState::unlisted},
      {LifeState::unlisted, died, "watch.ended pods app=x: died, out of memory", LifeState::over},
      {LifeState::unlisted, closed, "", LifeState::over},

      {LifeState::listed, listed, "", LifeState::listed},
      {LifeState::listed, change, "", LifeState::open},
      {LifeState::listed, blind, "watch.gap pods app=x 30..40, lost: reset", LifeState::open},
      {LifeState::listed, denied, "watch.ended pods app=x: denied, 403: no", LifeState::over},
      {LifeState::listed, absent, "watch.ended pods app=x: absent, 404: no", LifeState::over},
      {LifeState::listed, unproven, doubt, LifeState::listed},
      {LifeState::listed, died, "watch.ended pods app=x: died, out of memory", LifeState::over},
      {LifeState::listed, closed, "watch.ended pods app=x: closed", LifeState::over},

      {LifeState::open, listed, "", LifeState::open},
      {LifeState::open, change, "", LifeState::open},
      {LifeState::open, blind, "watch.gap pods app=x 30..40, lost: reset", LifeState::open},
      {LifeState::open, denied, "watch.ended pods app=x: denied, 403: no", LifeState::over},
      {LifeState::open, absent, "watch.ended pods app=x: absent, 404: no", LifeState::over},
      {LifeState::open, unproven, doubt, LifeState::open},
      {LifeState::open, died, "watch.ended pods app=x: died, out of memory", LifeState::over},
      {LifeState::open, closed, "watch.ended pods app=x: closed", LifeState::over},

      {LifeState::over, listed, "", LifeState::over},
      {LifeState::over, change, "", LifeState::over},
      {LifeState::over, blind, "", LifeState::over},
      {LifeState::over, denied, "", LifeState::over},
      {LifeState::over, absent, "", LifeState::over},
      {LifeState::over, unproven, "", LifeState::over},
      {LifeState::over, died, "", LifeState::over},
      {LifeState::over, closed, "", LifeState::over},
  };
  for (std::size_t row = 0; row < table.size(); ++row) {
    SCOPED_TRACE("row " + std::to_string(row));
    WatchLife life = life_in(table[row].before);
    const auto word = life.resume(table[row].what);
    EXPECT_EQ(word_told(word), table[row].told);
    if (word) {
      EXPECT_EQ(word->at, now);
    }
    EXPECT_EQ(life.state(), table[row].after);
    EXPECT_EQ(life.settled(), table[row].after == LifeState::open || table[row].after == LifeState::over);
  }
}

TEST(WatchLife, WhatAWatchSaysIsReadAsWhatHappened) {
  EXPECT_TRUE(std::holds_alternative<watched::Listed>(watched_from(WatchReplaced{}, now)));
  EXPECT_TRUE(std::holds_alternative<watched::Told>(watched_from(WatchApplied{}, now)));
  EXPECT_TRUE(std::holds_alternative<watched::Told>(watched_from(WatchDeleted{}, now)));
  EXPECT_EQ(std::get<watched::Blind>(watched_from(WatchGap{{1}, {2}, "late: x", false}, now)).gap.reason, "late: x");
  EXPECT_EQ(std::get<watched::Refused>(watched_from(WatchDenied{api_error(403)}, now)).error.code, 403);
}

}  // namespace
}  // namespace straycat::kube
