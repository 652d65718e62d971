// The tables of tiny worlds, by the files that hold them: for what must hold of every rule.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <straycat/core/event.hpp>

namespace straycat::test {

struct TinyWorld {
  std::string name;
  std::function<EventLog()> log;
  std::string expected;  // the beginning of brief()
};
inline void PrintTo(const TinyWorld& world, std::ostream* out) { *out << world.name; }

[[nodiscard]] std::vector<TinyWorld> general_worlds();  // rules_test.cpp
[[nodiscard]] std::vector<TinyWorld> special_worlds();  // special_rules_test.cpp
[[nodiscard]] std::vector<TinyWorld> steady_worlds();   // steady_rules_test.cpp
[[nodiscard]] std::vector<TinyWorld> slice_worlds();    // slice_rules_test.cpp

}  // namespace straycat::test
