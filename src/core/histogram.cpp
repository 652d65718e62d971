#include <algorithm>
#include <bit>
#include <cmath>

#include <nlohmann/json.hpp>

#include <straycat/core/histogram.hpp>

namespace straycat {
namespace {

constexpr int sub_bits = 7;
constexpr std::uint64_t sub_count = 1u << sub_bits;

// Values below 2^7 have a bucket each; above, the leading bit picks the power of two and the next seven bits the
// bucket.
std::uint32_t bucket_of(std::uint64_t value) {
  if (value < sub_count) return static_cast<std::uint32_t>(value);
  const int shift = std::bit_width(value) - 1 - sub_bits;
  return static_cast<std::uint32_t>((static_cast<std::uint64_t>(shift) + 1) * sub_count +
                                    ((value >> shift) - sub_count));
}

std::uint64_t upper_edge(std::uint32_t bucket) {
  if (bucket < sub_count) return bucket;
  const std::uint64_t shift = bucket / sub_count - 1;
  if (shift > 56) return static_cast<std::uint64_t>(INT64_MAX);
  const std::uint64_t edge = ((bucket % sub_count + sub_count + 1) << shift) - 1;
  return std::min<std::uint64_t>(edge, INT64_MAX);
}

}  // namespace

void Histogram::record(Nanos value, std::uint64_t count) {
  if (count == 0) return;
  const Nanos kept = std::max(value, Nanos{0});
  buckets_[bucket_of(static_cast<std::uint64_t>(kept.count()))] += count;
  min_ = count_ == 0 ? kept : std::min(min_, kept);
  max_ = std::max(max_, kept);
  count_ += count;
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  for (const auto& [bucket, count] : other.buckets_) buckets_[bucket] += count;
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  count_ += other.count_;
}

Nanos Histogram::quantile(double q) const {
  if (count_ == 0) return Nanos{0};
  const auto wanted =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (const auto& [bucket, count] : buckets_) {
    seen += count;
    if (seen >= wanted) return std::min(Nanos{static_cast<std::int64_t>(upper_edge(bucket))}, max_);
  }
  return max_;
}

void to_json(nlohmann::json& out, const Histogram& histogram) {
  nlohmann::json buckets = nlohmann::json::array();
  for (const auto& [bucket, count] : histogram.buckets_) buckets.push_back(nlohmann::json::array({bucket, count}));
  out = nlohmann::json::object(
      {{"minNs", histogram.min_.count()}, {"maxNs", histogram.max_.count()}, {"buckets", std::move(buckets)}});
}

void from_json(const nlohmann::json& in, Histogram& histogram) {
  histogram = {};
  const auto buckets = in.find("buckets");
  if (buckets == in.end() || !buckets->is_array()) return;
  for (const nlohmann::json& pair : *buckets) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number_integer() || !pair[1].is_number_integer()) continue;
    const auto count = pair[1].get<std::uint64_t>();
    histogram.buckets_[pair[0].get<std::uint32_t>()] += count;
    histogram.count_ += count;
  }
  histogram.min_ = Nanos{in.value("minNs", std::int64_t{0})};
  histogram.max_ = Nanos{in.value("maxNs", std::int64_t{0})};
}

}  // namespace straycat
