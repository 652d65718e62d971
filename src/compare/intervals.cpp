#include "compare/intervals.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace straycat::compare {

Range share_range(double share, double n) {
  if (n <= 0) return {0, 1};
  const double z2 = deviations * deviations;
  const double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double half = deviations * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n);
  // What was seen lies within, whatever the last digits of a double say.
  return {std::clamp(middle - half, 0.0, share), std::clamp(middle + half, share, 1.0)};
}

Range difference_range(double a, const Range& of_a, double b, const Range& of_b) {
  const double difference = b - a;
  return {difference - std::hypot(b - of_b.low, of_a.high - a), difference + std::hypot(of_b.high - b, a - of_a.low)};
}

std::optional<Range> quantile_range(const Histogram& values, double q) {
  const auto n = static_cast<double>(values.count());
  const double half = deviations * std::sqrt(n * q * (1 - q));
  const double low = std::floor(n * q - half), high = std::ceil(n * q + half) + 1;
  if (low < 1 || high > n) return std::nullopt;
  const auto at = [&](double rank) { return static_cast<double>(values.quantile(rank / n).count()); };
  return Range{at(low), at(high)};
}

double design_effect(const std::vector<Block>& blocks) {
  std::map<std::size_t, Block> strata;
  for (const Block& block : blocks) {
    strata[block.stratum].attempts += block.attempts;
    strata[block.stratum].failed += block.failed;
  }
  double seen = 0, independent = 0, attempts = 0;
  for (const Block& block : blocks) {
    const Block& all = strata[block.stratum];
    const double share = all.attempts > 0 ? all.failed / all.attempts : 0;
    seen += std::pow(block.failed - share * block.attempts, 2);
    independent += block.attempts * share * (1 - share);
    attempts += block.attempts;
  }
  if (independent <= 0) return 1;
  // The shares are estimated from the same blocks, one for each stratum.
  const auto count = static_cast<double>(blocks.size()), free = count - static_cast<double>(strata.size());
  return std::clamp(seen / independent * (free > 0 ? count / free : 1), 1.0, std::max(1.0, attempts));
}

}  // namespace straycat::compare
