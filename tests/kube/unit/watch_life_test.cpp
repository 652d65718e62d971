// What a log is told of a watch, from every state.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <straycat/kube/watch_life.hpp>

namespace straycat::kube {
namespace {

using State = WatchLife::State;

constexpr Stamp now{50};

WatchLife life_in(State state) {
  WatchLife life("pods", "app=x");
  if (state != State::unlisted) (void)life.resume(watched::Listed{{10}});
  if (state == State::open || state == State::over) (void)life.resume(watched::Told{{20}});
  if (state == State::over) (void)life.resume(watched::Closed{{30}});
  EXPECT_EQ(life.state(), state);
  return life;
}

std::string told(const std::optional<WatchWord>& word) { return word ? to_string(*word) : ""; }

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
    State before;
    Watched what;
    std::string told;
    State after;
  };
  const std::vector<Case> table{
      {State::unlisted, listed, "watch.started pods app=x", State::listed},
      {State::unlisted, change, "", State::unlisted},
      {State::unlisted, blind, "watch.gap pods app=x 30..40, lost: reset", State::unlisted},
      {State::unlisted, denied, "watch.ended pods app=x: denied, 403: no", State::over},
      {State::unlisted, absent, "watch.ended pods app=x: absent, 404: no", State::over},
      {State::unlisted, unproven, "", State::unlisted},
      {State::unlisted, died, "watch.ended pods app=x: died, out of memory", State::over},
      {State::unlisted, closed, "", State::over},

      {State::listed, listed, "", State::listed},
      {State::listed, change, "", State::open},
      {State::listed, blind, "watch.gap pods app=x 30..40, lost: reset", State::open},
      {State::listed, denied, "watch.ended pods app=x: denied, 403: no", State::over},
      {State::listed, absent, "watch.ended pods app=x: absent, 404: no", State::over},
      {State::listed, unproven, doubt, State::listed},
      {State::listed, died, "watch.ended pods app=x: died, out of memory", State::over},
      {State::listed, closed, "watch.ended pods app=x: closed", State::over},

      {State::open, listed, "", State::open},
      {State::open, change, "", State::open},
      {State::open, blind, "watch.gap pods app=x 30..40, lost: reset", State::open},
      {State::open, denied, "watch.ended pods app=x: denied, 403: no", State::over},
      {State::open, absent, "watch.ended pods app=x: absent, 404: no", State::over},
      {State::open, unproven, doubt, State::open},
      {State::open, died, "watch.ended pods app=x: died, out of memory", State::over},
      {State::open, closed, "watch.ended pods app=x: closed", State::over},

      {State::over, listed, "", State::over},
      {State::over, change, "", State::over},
      {State::over, blind, "", State::over},
      {State::over, denied, "", State::over},
      {State::over, absent, "", State::over},
      {State::over, unproven, "", State::over},
      {State::over, died, "", State::over},
      {State::over, closed, "", State::over},
  };
  for (std::size_t row = 0; row < table.size(); ++row) {
    SCOPED_TRACE("row " + std::to_string(row));
    WatchLife life = life_in(table[row].before);
    const auto word = life.resume(table[row].what);
    EXPECT_EQ(told(word), table[row].told);
    if (word) {
      EXPECT_EQ(word->at, now);
    }
    EXPECT_EQ(life.state(), table[row].after);
    EXPECT_EQ(life.settled(), table[row].after == State::open || table[row].after == State::over);
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
