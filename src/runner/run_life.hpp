// The run's life as a state machine without I/O: it is told what came, and says what to do. Private to `runner`.
//
//   working --a step failed, a prober is lost--> doubting --it was the cluster, or it was not--+
//     |  |                                                                                     |
//     |  +--signal, deadline, no log, no cluster--> cutting --the steps are over--+            |
//     |                                                ^                          |            |
//     |                                                +--------------------------|------------+
//     +--the steps are over----------------------------------> finishing <--------+
//                                                                  |
//                        over <--told and cleaned up---------------+
//
// The first thing that ends a run is what the log says ended it. A command of the person's is never cut short for the
// sake of the measurement around it: what would have ended the run ends it when the command is over.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <straycat/core/vocabulary.hpp>

namespace straycat::runner {

// What came.
namespace came {
struct Signal {
  bool for_command = false;  // a command of the person's runs, and takes signals
  bool hangup = false;       // of a terminal: it may come twice, and never means "at once"
};
struct DeadlinePassed {
  std::string why;
};
struct LogBroken {
  std::string why;
  bool command_runs = false;
};
struct ClusterEnded {
  std::string why;
  bool command_runs = false;
};
struct VantageLost {  // the last one that spoke
  std::string why;
  bool command_runs = false;
};
struct CommandOver {};
struct WorkOver {     // the steps are carried out, or one failed, or they were cut
  std::string error;  // of the step that failed
  bool failed = false;
  RunEnd end = RunEnd::failed;  // if it failed: what that makes of the run
};
struct DoubtOver {};
struct Finished {
  std::string left;  // what could not be cleaned up
};
struct Broke {  // what carried the run out failed itself
  std::string why;
};
}  // namespace came
using Came = std::variant<came::Signal, came::DeadlinePassed, came::LogBroken, came::ClusterEnded, came::VantageLost,
                          came::CommandOver, came::WorkOver, came::DoubtOver, came::Finished, came::Broke>;

// What to do.
namespace todo {
struct PassOn {  // the signal, to the command
  bool operator==(const PassOn&) const = default;
};
struct CutWork {  // then say WorkOver
  bool operator==(const CutWork&) const = default;
};
struct AwaitCluster {  // whether it has ended: say ClusterEnded, or in a moment DoubtOver
  bool operator==(const AwaitCluster&) const = default;
};
struct GiveUpCluster {  // nothing is asked of it any more
  std::string why;
  bool operator==(const GiveUpCluster&) const = default;
};
struct Finish {      // end the traffic, prove the watches, clean up; say Finished
  std::string step;  // why the step that is open, if one is, did not come to its end
  bool operator==(const Finish&) const = default;
};
struct Say {  // the log's last record
  RunEnd end = RunEnd::finished;
  std::string error;
  bool operator==(const Say&) const = default;
};
struct Abandon {  // end the loop at once
  bool operator==(const Abandon&) const = default;
};
}  // namespace todo
using Todo = std::variant<todo::PassOn, todo::CutWork, todo::AwaitCluster, todo::GiveUpCluster, todo::Finish, todo::Say,
                          todo::Abandon>;
[[nodiscard]] std::string to_string(const Todo& todo);  // "cut work", "say: lost, the cluster ended"

class RunLife {
 public:
  // `lifeline`: whether it is told when the cluster ends; else a failure is never doubted.
  explicit RunLife(bool lifeline) : lifeline_(lifeline) {}

  std::vector<Todo> resume(const Came& came);

  enum class State { working, doubting, cutting, finishing, over };
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] RunEnd end() const { return cause_ ? cause_->end : RunEnd::finished; }
  [[nodiscard]] std::string error() const { return cause_ ? cause_->error : left_; }

 private:
  struct Cause {
    RunEnd end = RunEnd::failed;
    std::string error;
  };

  std::vector<Todo> on(const came::Signal& what);
  std::vector<Todo> on(const came::DeadlinePassed& what);
  std::vector<Todo> on(const came::LogBroken& what);
  std::vector<Todo> on(const came::ClusterEnded& what);
  std::vector<Todo> on(const came::VantageLost& what);
  std::vector<Todo> on(const came::CommandOver& what);
  std::vector<Todo> on(const came::WorkOver& what);
  std::vector<Todo> on(const came::DoubtOver& what);
  std::vector<Todo> on(const came::Finished& what);
  std::vector<Todo> on(const came::Broke& what);

  std::vector<Todo> cut(Cause cause);                       // from working or doubting
  std::vector<Todo> cut_unless(bool command, Cause cause);  // or when the command is over
  std::vector<Todo> doubt(Cause cause);
  std::vector<Todo> finish();
  std::vector<Todo> abandon(const std::string& why);
  [[nodiscard]] bool at_work() const { return state_ == State::working || state_ == State::doubting; }

  bool lifeline_;
  State state_ = State::working;
  std::optional<Cause> cause_;    // what ended it
  std::optional<Cause> waiting_;  // what will end it when the command is over
  bool work_over_ = false;
  std::string left_;  // what could not be cleaned up, in a run that nothing ended
};

}  // namespace straycat::runner
