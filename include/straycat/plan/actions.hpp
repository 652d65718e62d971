// What holds of the actions of all verbs. A verb is its type in plan.hpp and one file in each room that has a folder
// verbs/ (plan: its words and its JSON form; scenario: how it is written; runner: what it does, and the rights that it
// takes), named as the enum Verb names it. The build makes each room's table of the files, and what is missing, in any
// of them, does not compile.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>
#include <variant>

#include <straycat/plan/plan.hpp>

namespace straycat::plan {

template <Verb verb, std::size_t at = 0>
consteval std::size_t place_of() {
  static_assert(at < std::variant_size_v<Action>, "a verb without its type among the actions (plan.hpp)");
  if constexpr (std::variant_alternative_t<at, Action>::verb == verb)
    return at;
  else
    return place_of<verb, at + 1>();
}

// The type of a verb's action: ActionOf<Verb::pause> is Pause.
template <Verb verb>
using ActionOf = std::variant_alternative_t<place_of<verb>(), Action>;

// Calls f with a value of each action's type, in the order of their verbs' enum.
template <class F, std::size_t... At>
void each_action(F&& f, std::index_sequence<At...>) {
  (f(std::variant_alternative_t<At, Action>{}), ...);
}
template <class F>
void each_action(F&& f) {
  each_action(f, std::make_index_sequence<std::variant_size_v<Action>>{});
}

}  // namespace straycat::plan
