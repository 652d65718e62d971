// The life of a vantage point as the runner sees it, as a state machine without I/O. Private to `runner`.
//
//   starting --its first record--> speaking --told to end--> stopping --its summary--> over
//      |                              |                         |                       ^
//      |                              +--its summary, unasked, or its end: LOST---------+
//      +--its end, or patience: it never spoke----------------------------------------->+
//
// Whoever is lost while it speaks is told of at once: its traffic has stopped, and what follows is not measured.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace straycat::runner {

namespace vantage_came {
struct Spoke {};  // its first record
struct SummedUp {};
struct Gone {  // its process or its pod has ended; some of its records may still be on their way
  std::string how;
};
struct RecordsOver {  // no record comes any more
  std::string why;    // "" = in good order
};
struct Hopeless {  // it cannot start
  std::string why;
};
struct StopAsked {};
struct TimeUp {};  // what the last Wait gave it
}  // namespace vantage_came
using VantageCame =
    std::variant<vantage_came::Spoke, vantage_came::SummedUp, vantage_came::Gone, vantage_came::RecordsOver,
                 vantage_came::Hopeless, vantage_came::StopAsked, vantage_came::TimeUp>;

namespace vantage_todo {
struct Began {  // it speaks
  bool operator==(const Began&) const = default;
};
struct NeverBegan {
  std::string why;
  bool operator==(const NeverBegan&) const = default;
};
struct AskToEnd {
  bool operator==(const AskToEnd&) const = default;
};
struct Hurry {  // only its last records are awaited: not for long
  bool operator==(const Hurry&) const = default;
};
struct Kill {
  bool operator==(const Kill&) const = default;
};
struct Lost {  // say so in the log
  std::string why;
  bool early = false;  // its traffic should have gone on
  bool operator==(const Lost&) const = default;
};
struct Ended {  // nothing is awaited of it any more
  bool operator==(const Ended&) const = default;
};
}  // namespace vantage_todo
using VantageTodo = std::variant<vantage_todo::Began, vantage_todo::NeverBegan, vantage_todo::AskToEnd,
                                 vantage_todo::Hurry, vantage_todo::Kill, vantage_todo::Lost, vantage_todo::Ended>;
[[nodiscard]] std::string to_string(const VantageTodo& todo);  // "lost early: killed by signal 9"

class VantageLife {
 public:
  std::vector<VantageTodo> resume(const VantageCame& came);

  enum class State { starting, speaking, stopping, over };
  [[nodiscard]] State state() const { return state_; }

 private:
  using Todos = std::vector<VantageTodo>;
  Todos on(const vantage_came::Spoke&);
  Todos on(const vantage_came::SummedUp&);
  Todos on(const vantage_came::Gone& what);
  Todos on(const vantage_came::RecordsOver& what);
  Todos on(const vantage_came::Hopeless& what);
  Todos on(const vantage_came::StopAsked&);
  Todos on(const vantage_came::TimeUp&);

  // Over, before it was asked to.
  Todos never(const std::string& why);
  Todos lose(const std::string& why);
  [[nodiscard]] std::string with_how(const std::string& why) const { return how_.empty() ? why : why + ": " + how_; }

  State state_ = State::starting;
  bool asked_ = false;  // to end
  bool gone_ = false;
  std::string how_;  // it went
};

}  // namespace straycat::runner
