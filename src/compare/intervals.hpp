// Intervals that know the size of their sample. Private to `compare`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <straycat/compare/share.hpp>
#include <straycat/core/histogram.hpp>

namespace straycat::compare {

// Of b - a, each known within its range: Newcombe's method 10 for shares, and the same by any other interval (MOVER).
[[nodiscard]] Range difference_range(double a, const Range& of_a, double b, const Range& of_b);
// Of a quantile, by order statistics; none when there are too few values to bound it.
[[nodiscard]] std::optional<Range> quantile_range(const Histogram& values, double q);

// Requests of one second or so. Blocks of one stratum are alike: of one phase, while the same endpoints were routable.
struct Block {
  double attempts = 0, failed = 0;
  std::size_t stratum = 0;
};
// How much more failures vary between the blocks of a stratum than independent ones would: failures come in bursts, and
// thirty in one burst are not thirty trials. That one phase fails and another does not is no chance, and counts for
// nothing here. At least 1.
[[nodiscard]] double design_effect(const std::vector<Block>& blocks);

}  // namespace straycat::compare
