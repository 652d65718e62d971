// Durations over the run, in few bins.
#include <algorithm>

#include "folding.hpp"

namespace straycat::history {
namespace {

// Twice what the widest page has columns for.
constexpr std::size_t most_durations = 2'048;

void join(Durations& to, const Durations& more) {
  to.from_ns = std::min(to.from_ns, more.from_ns);
  to.latency.merge(more.latency);
  to.lateness.merge(more.lateness);
}

}  // namespace

void DurationBins::add(const AttemptWindow& window) {
  if (window.latency.count() == 0 && window.lateness.count() == 0) return;
  Durations more{window.from_ns, window.latency, window.lateness};
  const auto [found, fresh] = bins_.try_emplace(window.from_ns / width_);
  if (fresh) {
    found->second = std::move(more);
  } else {
    join(found->second, more);
  }
  while (bins_.size() > most_durations) coarsen();
}

void DurationBins::coarsen() {
  width_ *= 2;
  std::map<std::int64_t, Durations> coarse;
  for (auto& [key, bin] : bins_) {
    const auto [found, fresh] = coarse.try_emplace(bin.from_ns / width_);
    if (fresh) {
      found->second = std::move(bin);
    } else {
      join(found->second, bin);
    }
  }
  bins_ = std::move(coarse);
}

std::vector<Durations> DurationBins::take() {
  std::vector<Durations> all;
  all.reserve(bins_.size());
  for (auto& [key, bin] : bins_) all.push_back(std::move(bin));
  bins_.clear();
  std::sort(all.begin(), all.end(), [](const Durations& a, const Durations& b) { return a.from_ns < b.from_ns; });
  return all;
}

}  // namespace straycat::history
