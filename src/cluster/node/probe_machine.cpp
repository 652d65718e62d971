#include "cluster/node/probe_machine.hpp"

#include <algorithm>

namespace straycat::cluster {

using std::chrono::milliseconds;
using std::chrono::seconds;

ProbeMachine::ProbeMachine(ProbeKind kind, ProbeSpec spec, Stamp accepted)
    : kind_(kind), spec_(std::move(spec)), tick_(accepted + seconds{spec_.period}) {}

void ProbeMachine::container_started(Stamp now) {
  started_ = now;
  passing_ = kind_ == ProbeKind::liveness;
  failed_ = busy_ = on_hold_ = false;
  last_.reset();
  run_ = 0;
  if (kind_ == ProbeKind::readiness) ask_soon(now);
}

void ProbeMachine::container_stopped() {
  started_.reset();
  prompts_.clear();
  passing_ = busy_ = false;
}

void ProbeMachine::ask_soon(Stamp now) { prompts_ = {now, now + milliseconds{100}, now + seconds{1}}; }

// Kubelet drops the beats that it missed while a probe was under way, all but one.
void ProbeMachine::advance(Stamp now) {
  tick_ = tick_ + seconds{spec_.period};
  if (tick_ < now) tick_ = now;
}

bool ProbeMachine::poll(Stamp now, bool container_up) {
  if (busy_ || !started_) return false;
  bool beat = false;
  if (!prompts_.empty() && prompts_.front() <= now) {
    std::erase_if(prompts_, [&](Stamp prompt) { return prompt <= now; });
    tick_ = now + seconds{spec_.period};
    beat = true;
  } else if (tick_ <= now) {
    advance(now);
    beat = true;
  }
  const bool started_long_enough = now - *started_ >= seconds{spec_.initial_delay};
  const bool wanted = kind_ == ProbeKind::startup ? !container_up : container_up;
  busy_ = beat && !on_hold_ && started_long_enough && wanted;
  return busy_;
}

bool ProbeMachine::finish(ProbeOutcome outcome, Stamp now) {
  if (!busy_) return false;
  busy_ = false;
  if (tick_ < now) tick_ = now;
  run_ = last_ == outcome ? run_ + 1 : 1;
  last_ = outcome;
  const bool success = outcome == ProbeOutcome::success;
  if (success) prompts_.clear();
  if (run_ < (success ? spec_.success_threshold : spec_.failure_threshold)) return false;
  const bool changed = passing_ != success || (!success && !failed_);
  passing_ = success;
  failed_ = !success;
  if (!success && kind_ != ProbeKind::readiness) on_hold_ = true;  // until the next container
  return changed;
}

std::optional<Stamp> ProbeMachine::next() const {
  if (busy_ || !started_ || on_hold_) return std::nullopt;
  return prompts_.empty() ? tick_ : std::min(prompts_.front(), tick_);
}

}  // namespace straycat::cluster
