// What the embedded cluster calls its version: who reads a log, or talks to a cluster, knows it by that.
#pragma once

#include <string_view>

namespace straycat {

inline constexpr std::string_view embedded_mark = "+straycat";
inline constexpr const char* embedded_version = "v1.36.3+straycat";  // gitVersion and kubeletVersion

// Nodes of one: each gets a sixteenth of the pods' addresses.
inline constexpr int most_embedded_nodes = 16;

}  // namespace straycat
