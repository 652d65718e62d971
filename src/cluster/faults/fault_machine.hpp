// When each fault on order begins and ends, decided without I/O.
//
//   resume(input, now) -> what is to be done, in order. Whoever owns it does that, feeds what came of a Begin or a
//   Rehearse back, and calls resume(Tick{}) at `wake_at()`.
//
// A fault ends when its time is over, when it is asked to stop, or when its object goes; one without a time is over as
// soon as it has begun. What has ended never begins again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/model/fault.hpp>

namespace straycat::cluster {

// A fault as its object orders it.
struct FaultOrder {
  std::string id;  // the object's uid
  std::string ns, name;
  model::Fault fault;
  bool rehearsal = false;  // only whether it can be done is asked
  bool operator==(const FaultOrder&) const = default;
};

namespace fault_came {
struct Ordered {
  FaultOrder order;
  std::string wrong;  // "" = it is an order; else what is wrong with it
  bool stop = false;  // it is to end now
};
struct Gone {
  std::string id;
};
struct Done {  // what a Begin or a Rehearse came to
  std::string id;
  Result<> result;
};
struct Tick {};
}  // namespace fault_came
using FaultCame = std::variant<fault_came::Ordered, fault_came::Gone, fault_came::Done, fault_came::Tick>;

namespace fault_todo {
struct Rehearse {
  FaultOrder order;
  bool operator==(const Rehearse&) const = default;
};
struct Begin {
  FaultOrder order;
  bool operator==(const Begin&) const = default;
};
struct End {
  FaultOrder order;
  bool operator==(const End&) const = default;
};
// Its status, but for the times, which whoever writes it takes.
struct Tell {
  FaultOrder order;
  FaultPhase phase;
  std::string message;
  bool operator==(const Tell&) const = default;
};
}  // namespace fault_todo
using FaultTodo = std::variant<fault_todo::Rehearse, fault_todo::Begin, fault_todo::End, fault_todo::Tell>;

class FaultMachine {
 public:
  std::vector<FaultTodo> resume(const FaultCame& came, Stamp now);
  [[nodiscard]] std::optional<Stamp> wake_at() const;
  // Those under way, in the order in which they began.
  [[nodiscard]] std::vector<FaultOrder> active() const;

 private:
  enum class At { beginning, active, over };
  struct Life {
    FaultOrder order;
    At at = At::beginning;
    std::uint64_t number = 0;  // of its beginning
    Stamp until;               // active
    bool stop = false;         // asked to end before it had begun
  };
  void on(const fault_came::Ordered& came);
  void on(const fault_came::Gone& came);
  void on(const fault_came::Done& came);
  void on(const fault_came::Tick& came);
  void end(Life& life, bool tell);

  std::map<std::string, Life> lives_;  // by id
  std::uint64_t begun_ = 0;
  Stamp now_;
  std::vector<FaultTodo> todo_;
};

}  // namespace straycat::cluster
