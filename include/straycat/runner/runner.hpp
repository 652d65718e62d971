// Carries a Plan out against a cluster and writes the log. The only room that waits.
#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include <straycat/core/event.hpp>
#include <straycat/core/result.hpp>
#include <straycat/core/vocabulary.hpp>
#include <straycat/kube/config.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::runner {

// A process that the run stands on: its cluster's, when that was started for it.
struct Lifeline {
  int descriptor = -1;                 // readable when it has ended: pidfd_open(2)
  std::string what;                    // "the embedded cluster"
  std::function<std::string()> how{};  // how it ended: "killed by signal 9 (Killed)"
};

struct Options {
  kube::Config cluster;
  kube::ConfigRequest sign_in{};     // what `cluster` was loaded from: a vantage point beside us signs in by itself
  std::vector<std::string> notes{};  // told in the log at the start
  std::string ns;                    // "" = make a namespace of the run's own, and delete it at the end
  std::string agent_image = "straycat/agent";
  std::optional<Lifeline> lifeline{};
  // What asks a program to end (core/signals.hpp) ends the run early, cleanly; while a command runs it is passed on to
  // that instead.
  bool interrupted_by_signals = true;
  std::uint64_t seed = 0;
  std::string run_id;  // "" = made up
  std::string version;
  std::string again{};  // the command that makes this run again; for the log
};

// Called for each event as it is written, for live progress.
using OnEvent = std::function<void(const Event&)>;

using End = RunEnd;

struct Outcome {
  End end = End::finished;
  std::string error;  // what ended it, when it is not finished; what could not be cleaned up
  // Of the plan's command, when it had one that ended: its exit code, or 128 + the signal that killed it.
  std::optional<int> command_status{};
};

// Runs the plan; blocks until the run has ended and everything it made in the cluster is gone. The log always ends with
// run.ended, whatever happened. Errors only for what prevented a log (the stream is broken).
[[nodiscard]] Result<Outcome> run(const plan::Plan& plan, const Options& options, std::ostream& log,
                                  const OnEvent& on_event);

}  // namespace straycat::runner
