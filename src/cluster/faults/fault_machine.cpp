#include "cluster/faults/fault_machine.hpp"

#include <algorithm>
#include <utility>

namespace straycat::cluster {

std::vector<FaultTodo> FaultMachine::resume(const FaultCame& came, Stamp now) {
  now_ = now;
  std::visit([this](const auto& one) { on(one); }, came);
  return std::exchange(todo_, {});
}

void FaultMachine::on(const fault_came::Ordered& came) {
  const auto [at, fresh] = lives_.try_emplace(came.order.id);
  Life& life = at->second;
  if (!fresh) {
    life.stop = life.stop || came.stop;
    if (came.stop && life.at == At::active) end(life, true);
    return;
  }
  life.order = came.order;
  life.stop = came.stop;
  if (!came.wrong.empty()) {
    life.at = At::over;
    todo_.emplace_back(fault_todo::Tell{life.order, FaultPhase::refused, came.wrong});
  } else if (life.order.rehearsal) {
    todo_.emplace_back(fault_todo::Rehearse{life.order});
  } else {
    todo_.emplace_back(fault_todo::Begin{life.order});
  }
}

void FaultMachine::on(const fault_came::Gone& came) {
  const auto found = lives_.find(came.id);
  if (found == lives_.end()) return;
  if (found->second.at == At::active) end(found->second, false);
  lives_.erase(found);
}

void FaultMachine::on(const fault_came::Done& came) {
  const auto found = lives_.find(came.id);
  if (found == lives_.end() || found->second.at != At::beginning) return;
  Life& life = found->second;
  life.at = At::over;
  if (!came.result) {
    todo_.emplace_back(fault_todo::Tell{life.order, FaultPhase::refused, came.result.error().message});
    return;
  }
  if (life.order.rehearsal) {
    todo_.emplace_back(fault_todo::Tell{life.order, FaultPhase::possible, ""});
    return;
  }
  todo_.emplace_back(fault_todo::Tell{life.order, FaultPhase::active, ""});
  life.at = At::active;
  life.number = ++begun_;
  life.until = now_ + life.order.fault.lasts;
  if (life.order.fault.lasts <= Nanos{} || life.stop) end(life, true);
}

void FaultMachine::on(const fault_came::Tick&) {
  for (auto& [id, life] : lives_)
    if (life.at == At::active && life.until <= now_) end(life, true);
}

void FaultMachine::end(Life& life, bool tell) {
  life.at = At::over;
  todo_.emplace_back(fault_todo::End{life.order});
  if (tell) todo_.emplace_back(fault_todo::Tell{life.order, FaultPhase::ended, ""});
}

std::optional<Stamp> FaultMachine::wake_at() const {
  std::optional<Stamp> next;
  for (const auto& [id, life] : lives_)
    if (life.at == At::active) next = next ? std::min(*next, life.until) : life.until;
  return next;
}

std::vector<FaultOrder> FaultMachine::active() const {
  std::vector<const Life*> lives;
  for (const auto& [id, life] : lives_)
    if (life.at == At::active) lives.push_back(&life);
  std::sort(lives.begin(), lives.end(), [](const Life* a, const Life* b) { return a->number < b->number; });
  std::vector<FaultOrder> out;
  for (const Life* life : lives) out.push_back(life->order);
  return out;
}

}  // namespace straycat::cluster
