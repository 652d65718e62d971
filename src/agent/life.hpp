// The agent's life as a state machine without I/O: it is told what came, and says what to do. Private to `agent`.
//
//   opening --watches stand, or patience--> sending --told to end, or its time is over--> draining
//                                              |                                             | nothing is under way
//                                              +--the pace is over--+                        | any more, or its time
//                                                                   v                        v
//                                                 over <--proven-- proving <-----------------+
//
// Traffic begins when its endpoints are watched, so that no first failure falls into a blind stretch; when it has
// ended, the watches say whether they saw all that it stood on. A second signal ends it at once, as people expect of
// Ctrl-C, and so does a reader that is gone: nobody would hear the rest.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include <straycat/core/vocabulary.hpp>

namespace straycat::agent {

// What came.
namespace came {
struct WatchesStand {};  // each watch of slices is open, or over
struct PatienceOver {};
struct Idle {};  // no flow will send any more, and nothing of one is under way
struct LengthOver {};
struct Signal {};
struct DrainOver {};
struct Proven {};
struct ReaderGone {};
}  // namespace came
using Came = std::variant<came::WatchesStand, came::PatienceOver, came::Idle, came::LengthOver, came::Signal,
                          came::DrainOver, came::Proven, came::ReaderGone>;

// What to do.
namespace todo {
struct AwaitWatches {  // say WatchesStand; in time, PatienceOver
  bool operator==(const AwaitWatches&) const = default;
};
struct BeginFlows {  // say Idle when they have ended by themselves
  bool operator==(const BeginFlows&) const = default;
};
struct AwaitLength {  // say LengthOver when the orders' time is over
  bool operator==(const AwaitLength&) const = default;
};
struct StopFlows {  // send nothing more; say Idle when nothing is under way; in time, DrainOver
  bool operator==(const StopFlows&) const = default;
};
struct ProveWatches {  // say Proven
  bool operator==(const ProveWatches&) const = default;
};
struct Finish {  // write the summary, and end
  VantageEnd reason = VantageEnd::finished;
  bool operator==(const Finish&) const = default;
};
}  // namespace todo
using Todo = std::variant<todo::AwaitWatches, todo::BeginFlows, todo::AwaitLength, todo::StopFlows, todo::ProveWatches,
                          todo::Finish>;
[[nodiscard]] std::string to_string(const Todo& todo);  // "begin flows", "finish: signal"

// What its orders give it to do.
struct Tasking {
  bool flows = false;    // there is traffic
  bool watches = false;  // there is something to watch: slices, or the beacon
  bool awaits = false;   // traffic of a Service, whose watch comes first
  bool bounded = false;  // it ends by itself after some time
};

class AgentLife {
 public:
  explicit AgentLife(Tasking tasking) : tasking_(tasking) {}

  std::vector<Todo> begin();
  std::vector<Todo> resume(const Came& came);

  enum class State { opening, sending, draining, proving, over };
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool over() const { return state_ == State::over; }

 private:
  std::vector<Todo> on(const came::WatchesStand&) { return state_ == State::opening ? send() : nothing(); }
  std::vector<Todo> on(const came::PatienceOver&) { return state_ == State::opening ? send() : nothing(); }
  std::vector<Todo> on(const came::Idle&);
  std::vector<Todo> on(const came::LengthOver&);
  std::vector<Todo> on(const came::Signal&);
  std::vector<Todo> on(const came::DrainOver&) { return state_ == State::draining ? prove() : nothing(); }
  std::vector<Todo> on(const came::Proven&) { return state_ == State::proving ? finish() : nothing(); }
  std::vector<Todo> on(const came::ReaderGone&);

  static std::vector<Todo> nothing() { return {}; }
  std::vector<Todo> send();
  std::vector<Todo> drain(VantageEnd reason);
  std::vector<Todo> prove();
  std::vector<Todo> finish();

  Tasking tasking_;
  State state_ = State::opening;
  VantageEnd reason_ = VantageEnd::finished;
};

}  // namespace straycat::agent
