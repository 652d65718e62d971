#include "runner/agent_stream.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <straycat/core/records.hpp>

namespace straycat::runner {

namespace {

// What an agent says (src/README.md). A pod that writes "run.ended" or "step.started" does not speak for the runner.
bool may_say(const std::string& kind) {
  static constexpr std::array kinds{VantageRecord::kind, AttemptFailed::kind,  AttemptWindow::kind,  DirectProbe::kind,
                                    VantageHealth::kind, VantageSummary::kind, WatchRecord::started, WatchRecord::gap,
                                    WatchRecord::ended,  NoteRecord::kind};
  static constexpr std::array<std::string_view, 3> objects{"slice", "service", "beacon"};
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end() ||
         std::find(objects.begin(), objects.end(), kind) != objects.end();
}

}  // namespace

std::optional<Event> AgentStream::take(std::string_view line) {
  if (line.empty()) return std::nullopt;
  auto event = from_line(line);
  if (!event || event->clock != vantage_ || !may_say(event->kind)) {
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

std::optional<VantageLost> loss_of(const AgentStream& stream, bool early) {
  VantageLost lost{.vantage = stream.vantage(), .missing = stream.missing(), .reason = ""};
  if (!stream.finished())
    lost.reason = "its records ended without a summary";
  else if (lost.missing > 0)
    lost.reason = "records are missing";
  else if (early)
    lost.reason = "it was ended by somebody else before the traffic was to stop";
  return lost.reason.empty() ? std::nullopt : std::optional(lost);
}

std::string foreign_note(const AgentStream& stream) {
  if (stream.foreign() == 0) return {};
  return fmt::format("{} lines of the vantage point {} were no records of its own; the first: {}", stream.foreign(),
                     stream.vantage(), stream.first_foreign());
}

}  // namespace straycat::runner
