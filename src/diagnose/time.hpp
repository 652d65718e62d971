// Lengths of time in a log, in nanoseconds.
#pragma once

#include <cstdint>

namespace straycat::diagnose {

inline constexpr std::int64_t second = 1'000'000'000;

}  // namespace straycat::diagnose
