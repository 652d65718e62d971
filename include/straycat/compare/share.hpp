// How well a share is known that was seen in so many trials.
#pragma once

namespace straycat::compare {

// Standard deviations: 99.7 % for one figure, so that a comparison of 15 of them cries wolf in 2 of 100 cases.
inline constexpr double deviations = 3;

struct Range {
  double low = 0, high = 0;
};

// Wilson's score interval of a share that was seen in n trials; n need not be whole.
[[nodiscard]] Range share_range(double share, double n);

}  // namespace straycat::compare
