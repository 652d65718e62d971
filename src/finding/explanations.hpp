// The table of explanations, in two halves by the order of Cause.
#pragma once

#include <vector>

#include <straycat/finding/explain.hpp>

namespace straycat::finding {

[[nodiscard]] std::vector<Explanation> explanations_of_endpoints();  // who stands there, starts and ends, ports
[[nodiscard]] std::vector<Explanation> explanations_of_the_rest();   // nobody there, the way, the program

}  // namespace straycat::finding
