// Steps, phases, notes, the end of the run.
#include <algorithm>

#include "folding.hpp"

namespace straycat::history {
namespace {

void step_started(History& history, Placed at, const LogLine& line) {
  Step step;
  step.record = line.read<StepRecord>(history.odd);
  step.started = at;
  history.steps.push_back(std::move(step));
}

void step_ended(History& history, Placed at, const LogLine& line) {
  const auto record = line.read<StepRecord>(history.odd);
  const auto found = std::find_if(history.steps.rbegin(), history.steps.rend(),
                                  [&](const Step& step) { return step.record.index == record.index && !step.ended; });
  if (found == history.steps.rend()) return;
  found->ended = at;
  found->record.ok = record.ok;
  found->record.error = record.error;
}

void open_phases(History& history) {
  for (const Step& step : history.steps) {
    const std::string& name = step.record.phase;
    if (name.empty() || (!history.phases.empty() && history.phases.back().name == name)) continue;
    if (!history.phases.empty()) {
      history.phases.back().to = step.started;
      history.phases.back().closed = true;
    }
    history.phases.push_back({name, step.started, {}, false});
  }
}

}  // namespace

void fold_step(History& history, const Clocks& clocks, const LogLine& line) {
  const Placed at = clocks.place(line.clock(), line.at().ns);
  line.topic() == StepRecord::started ? step_started(history, at, line) : step_ended(history, at, line);
}

void fold_fault(History& history, const Clocks& clocks, const LogLine& line) {
  const Placed at = clocks.place(line.clock(), line.at().ns);
  auto record = line.read<FaultRecord>(history.odd);
  if (line.topic() == FaultRecord::started) {
    history.faults.push_back({std::move(record), at, std::nullopt});
    return;
  }
  const auto found = std::find_if(history.faults.rbegin(), history.faults.rend(),
                                  [&](const Fault& one) { return one.record.step == record.step && !one.ended; });
  if (found == history.faults.rend()) return;
  found->ended = at;
  if (!record.detail.empty()) found->record.detail = record.detail;
}

void fold_note(History& history, const Clocks& clocks, const LogLine& line) {
  history.notes.emplace_back(clocks.place(line.clock(), line.at().ns), line.read<NoteRecord>(history.odd).text);
}

void close_phases(History& history) {
  open_phases(history);
  if (history.phases.empty()) return;
  ScenarioPhase& last = history.phases.back();
  last.to = {history.end, 0};
  last.closed = history.ended && history.ended->reason == RunEnd::finished;
}

}  // namespace straycat::history
