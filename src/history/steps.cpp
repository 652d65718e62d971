// Steps, phases, notes, the end of the run.
#include <algorithm>

#include "folding.hpp"

namespace straycat::history {
namespace {

void step_started(History& history, Placed at, const Event& event) {
  Step step;
  step.record = event.body.get<StepRecord>();
  step.started = at;
  history.steps.push_back(std::move(step));
}

void step_ended(History& history, Placed at, const Event& event) {
  const auto record = event.body.get<StepRecord>();
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

bool fold_step(History& history, const Clocks& clocks, const Event& event) {
  const Placed at = clocks.place(event.clock, event.at.ns);
  if (event.kind == StepRecord::started) {
    step_started(history, at, event);
  } else if (event.kind == StepRecord::ended) {
    step_ended(history, at, event);
  } else if (event.kind == NoteRecord::kind) {
    history.notes.emplace_back(at, event.body.get<NoteRecord>().text);
  } else if (event.kind == RunEnded::kind) {
    history.ended = event.body.get<RunEnded>();
  } else {
    return false;
  }
  return true;
}

void close_phases(History& history) {
  open_phases(history);
  if (history.phases.empty()) return;
  ScenarioPhase& last = history.phases.back();
  last.to = {history.end, 0};
  last.closed = history.ended && history.ended->reason == "finished";
}

}  // namespace straycat::history
