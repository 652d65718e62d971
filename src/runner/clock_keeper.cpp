#include "runner/clock_keeper.hpp"

#include <algorithm>

namespace straycat::runner {

void ClockKeeper::arrived(Stamp stamped, Stamp arrived) { lower_ = std::max(lower_, stamped.ns - arrived.ns); }

void ClockKeeper::seen(Stamp began, Stamp seen) { upper_ = std::min(upper_, seen.ns - began.ns); }

std::optional<ClockBound> ClockKeeper::tightened() {
  const bool known =
      lower_ != std::numeric_limits<std::int64_t>::min() && upper_ != std::numeric_limits<std::int64_t>::max();
  if (!known || told_ == std::pair{lower_, upper_}) return std::nullopt;
  told_ = {lower_, upper_};
  return ClockBound{.vantage = vantage_, .lower_ns = lower_, .upper_ns = upper_};
}

void BeaconBook::wrote(const std::string& resource_version, Stamp began) {
  writes_.emplace(resource_version, began);
  if (writes_.size() <= 256) return;
  writes_.erase(std::min_element(writes_.begin(), writes_.end(),
                                 [](const auto& a, const auto& b) { return a.second < b.second; }));
}

std::optional<Stamp> BeaconBook::began(const std::string& resource_version) const {
  const auto found = writes_.find(resource_version);
  return found == writes_.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace straycat::runner
