// Every state of an agent's life, and everything that can come in it.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/life.hpp"

namespace straycat::agent {
namespace {

using State = AgentLife::State;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> words(const std::vector<Todo>& all) {
  std::vector<std::string> out;
  for (const Todo& one : all) out.push_back(to_string(one));
  return out;
}

constexpr Tasking usual{.flows = true, .watches = true, .awaits = true, .bounded = false};

// A life that was brought into a state on the shortest way.
AgentLife life_in(State state, Tasking tasking = usual) {
  AgentLife life(tasking);
  (void)life.begin();
  if (state == State::opening) return life;
  (void)life.resume(came::WatchesStand{});
  if (state == State::draining) (void)life.resume(came::Signal{});
  if (state == State::proving || state == State::over) (void)life.resume(came::Idle{});
  if (state == State::over) (void)life.resume(came::Proven{});
  EXPECT_EQ(life.state(), state);
  return life;
}

struct Case {
  State before;
  std::string what;
  Came came;
  std::vector<std::string> todo;
  State after;
};

TEST(AgentLife, EveryTransition) {
  const came::WatchesStand stand;
  const came::PatienceOver patience;
  const came::Idle idle;
  const came::LengthOver length;
  const came::Signal signal;
  const came::DrainOver drained;
  const came::Proven proven;
  const came::ReaderGone gone;
  const std::vector<Case> table{
      {State::opening, "watches stand", stand, {"begin flows"}, State::sending},
      {State::opening, "patience", patience, {"begin flows"}, State::sending},
      {State::opening, "idle", idle, {}, State::opening},
      {State::opening, "length", length, {}, State::opening},
      {State::opening, "signal", signal, {"stop flows"}, State::draining},
      {State::opening, "drained", drained, {}, State::opening},
      {State::opening, "proven", proven, {}, State::opening},
      {State::opening, "reader gone", gone, {"finish: output"}, State::over},

      {State::sending, "watches stand", stand, {}, State::sending},
      {State::sending, "patience", patience, {}, State::sending},
      {State::sending, "idle", idle, {"prove watches"}, State::proving},
      {State::sending, "length", length, {"stop flows"}, State::draining},
      {State::sending, "signal", signal, {"stop flows"}, State::draining},
      {State::sending, "drained", drained, {}, State::sending},
      {State::sending, "proven", proven, {}, State::sending},
      {State::sending, "reader gone", gone, {"finish: output"}, State::over},

      {State::draining, "watches stand", stand, {}, State::draining},
      {State::draining, "patience", patience, {}, State::draining},
      {State::draining, "idle", idle, {"prove watches"}, State::proving},
      {State::draining, "length", length, {}, State::draining},
      {State::draining, "signal", signal, {"finish: signal"}, State::over},
      {State::draining, "drained", drained, {"prove watches"}, State::proving},
      {State::draining, "proven", proven, {}, State::draining},
      {State::draining, "reader gone", gone, {"finish: signal"}, State::over},

      {State::proving, "watches stand", stand, {}, State::proving},
      {State::proving, "patience", patience, {}, State::proving},
      {State::proving, "idle", idle, {}, State::proving},
      {State::proving, "length", length, {}, State::proving},
      {State::proving, "signal", signal, {"finish: finished"}, State::over},
      {State::proving, "drained", drained, {}, State::proving},
      {State::proving, "proven", proven, {"finish: finished"}, State::over},
      {State::proving, "reader gone", gone, {"finish: finished"}, State::over},

      {State::over, "watches stand", stand, {}, State::over},
      {State::over, "patience", patience, {}, State::over},
      {State::over, "idle", idle, {}, State::over},
      {State::over, "length", length, {}, State::over},
      {State::over, "signal", signal, {}, State::over},
      {State::over, "drained", drained, {}, State::over},
      {State::over, "proven", proven, {}, State::over},
      {State::over, "reader gone", gone, {}, State::over},
  };
  for (const Case& one : table) {
    SCOPED_TRACE(one.what + " in state " + std::to_string(static_cast<int>(one.before)));
    AgentLife life = life_in(one.before);
    EXPECT_EQ(words(life.resume(one.came)), one.todo);
    EXPECT_EQ(life.state(), one.after);
  }
}

TEST(AgentLife, BeginsAtOnceWhereNoWatchComesFirst) {
  AgentLife url(Tasking{.flows = true, .watches = false, .awaits = false, .bounded = true});
  EXPECT_THAT(words(url.begin()), ElementsAre("begin flows")) << "the flows' own pace bounds them";
  EXPECT_EQ(url.state(), State::sending);
  AgentLife beacon(Tasking{.flows = false, .watches = true, .awaits = false, .bounded = true});
  EXPECT_THAT(words(beacon.begin()), ElementsAre("begin flows", "await length"));
  AgentLife service(usual);
  EXPECT_THAT(words(service.begin()), ElementsAre("await watches"));
}

TEST(AgentLife, WithoutWatchesNothingIsToBeProven) {
  const Tasking bare{.flows = true, .watches = false, .awaits = false, .bounded = false};
  AgentLife by_itself(bare);
  (void)by_itself.begin();
  EXPECT_THAT(words(by_itself.resume(came::Idle{})), ElementsAre("finish: finished"));
  AgentLife told(bare);
  (void)told.begin();
  EXPECT_THAT(words(told.resume(came::Signal{})), ElementsAre("stop flows"));
  EXPECT_THAT(words(told.resume(came::DrainOver{})), ElementsAre("finish: signal"));
  EXPECT_TRUE(told.over());
}

TEST(AgentLife, TheFirstReasonIsTheOneThatIsTold) {
  AgentLife life = life_in(State::sending);
  (void)life.resume(came::LengthOver{});
  (void)life.resume(came::Idle{});
  EXPECT_THAT(words(life.resume(came::ReaderGone{})), ElementsAre("finish: finished"));
}

TEST(AgentLife, WatchesThatComeWhileItDrainsBeginNothing) {
  AgentLife life = life_in(State::opening);
  (void)life.resume(came::Signal{});
  EXPECT_THAT(words(life.resume(came::WatchesStand{})), IsEmpty());
  EXPECT_THAT(words(life.resume(came::Idle{})), ElementsAre("prove watches"));
  EXPECT_THAT(words(life.resume(came::Proven{})), ElementsAre("finish: signal"));
}

}  // namespace
}  // namespace straycat::agent
