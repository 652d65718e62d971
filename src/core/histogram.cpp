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

bool by_index(const Histogram::Bucket& a, const Histogram::Bucket& b) { return a.index < b.index; }

}  // namespace

Histogram::Histogram(Nanos min, Nanos max, std::vector<Bucket> buckets) : min_(min), max_(max) {
  if (!std::is_sorted(buckets.begin(), buckets.end(), by_index)) std::sort(buckets.begin(), buckets.end(), by_index);
  buckets_.reserve(buckets.size());
  for (const Bucket& bucket : buckets) {
    if (buckets_.empty() || buckets_.back().index != bucket.index) buckets_.push_back({bucket.index, 0});
    buckets_.back().count += bucket.count;
    count_ += bucket.count;
  }
}

void Histogram::record(Nanos value, std::uint64_t count) {
  if (count == 0) return;
  const Nanos kept = std::max(value, Nanos{0});
  const Bucket wanted{bucket_of(static_cast<std::uint64_t>(kept.count())), 0};
  auto found = std::lower_bound(buckets_.begin(), buckets_.end(), wanted, by_index);
  if (found == buckets_.end() || found->index != wanted.index) found = buckets_.insert(found, wanted);
  found->count += count;
  min_ = count_ == 0 ? kept : std::min(min_, kept);
  max_ = std::max(max_, kept);
  count_ += count;
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  std::vector<Bucket> missing;
  auto mine = buckets_.begin();
  for (const Bucket& bucket : other.buckets_) {
    while (mine != buckets_.end() && mine->index < bucket.index) ++mine;
    if (mine != buckets_.end() && mine->index == bucket.index) {
      mine->count += bucket.count;
    } else {
      missing.push_back(bucket);
    }
  }
  add_missing(missing);
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  count_ += other.count_;
}

void Histogram::add_missing(const std::vector<Bucket>& missing) {
  if (missing.empty()) return;
  const auto before = static_cast<std::ptrdiff_t>(buckets_.size());
  buckets_.reserve(buckets_.size() + missing.size());  // exactly: thousands of them are kept
  buckets_.insert(buckets_.end(), missing.begin(), missing.end());
  std::inplace_merge(buckets_.begin(), buckets_.begin() + before, buckets_.end(), by_index);
}

Nanos Histogram::quantile(double q) const {
  if (count_ == 0) return Nanos{0};
  const auto wanted =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (const auto [bucket, count] : buckets_) {
    seen += count;
    if (seen >= wanted) return std::min(Nanos{static_cast<std::int64_t>(upper_edge(bucket))}, max_);
  }
  return max_;
}

void to_json(nlohmann::json& out, const Histogram& histogram) {
  nlohmann::json buckets = nlohmann::json::array();
  for (const auto [bucket, count] : histogram.buckets_)
    buckets.push_back(nlohmann::json::array({std::uint64_t{bucket}, std::uint64_t{count}}));
  out = nlohmann::json::object(
      {{"minNs", histogram.min_.count()}, {"maxNs", histogram.max_.count()}, {"buckets", std::move(buckets)}});
}

void from_json(const nlohmann::json& in, Histogram& histogram) {
  histogram = {};
  const auto buckets = in.find("buckets");
  if (buckets == in.end() || !buckets->is_array()) return;
  std::vector<Histogram::Bucket> read;
  for (const nlohmann::json& pair : *buckets) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number_integer() || !pair[1].is_number_integer()) continue;
    if (const auto index = pair[0].get<std::uint64_t>(); index < Histogram::buckets_end)
      read.push_back({index, pair[1].get<std::uint64_t>()});
  }
  histogram = {Nanos{in.value("minNs", std::int64_t{0})}, Nanos{in.value("maxNs", std::int64_t{0})}, std::move(read)};
}

}  // namespace straycat
