#include "runner/agent_stream.hpp"

#include <fmt/format.h>

#include <straycat/core/records.hpp>

namespace straycat::runner {

namespace {

// What an agent says (src/README.md). A pod that writes "run.ended" or "step.started" does not speak for the runner.
bool may_say(Topic topic) {
  switch (topic) {
    case Topic::vantage:
    case Topic::attempt_failed:
    case Topic::attempts_window:
    case Topic::probe_direct:
    case Topic::vantage_health:
    case Topic::vantage_summary:
    case Topic::watch_started:
    case Topic::watch_gap:
    case Topic::watch_ended:
    case Topic::note:
    case Topic::slice:
    case Topic::service:
    case Topic::beacon:
      return true;
    case Topic::header:
    case Topic::step_started:
    case Topic::step_ended:
    case Topic::fault_started:
    case Topic::fault_ended:
    case Topic::clock_bound:
    case Topic::vantage_lost:
    case Topic::cluster_lost:
    case Topic::run_ended:
    case Topic::pod:
    case Topic::workload:
    case Topic::node:
    case Topic::network_policy:
    case Topic::kube_event:
    case Topic::unknown:
      return false;
  }
  return false;
}

}  // namespace

std::optional<Event> AgentStream::take(std::string_view line) {
  if (line.empty()) return std::nullopt;
  auto event = from_line(line);
  if (!event || event->clock != vantage_ || !may_say(event->kind.topic())) {
    if (foreign_++ == 0) first_foreign_ = line.substr(0, 200);
    return std::nullopt;
  }
  if (event->number < next_) return std::nullopt;  // the log from its beginning, after a reconnect
  missing_ += event->number - next_;
  next_ = event->number + 1;
  introduced_ = true;
  finished_ = finished_ || event->kind == VantageSummary::kind;
  return std::move(*event);
}

std::string foreign_note(const AgentStream& stream) {
  if (stream.foreign() == 0) return {};
  return fmt::format("{} lines of the vantage point {} were no records of its own; the first: {}", stream.foreign(),
                     stream.vantage(), stream.first_foreign());
}

}  // namespace straycat::runner
