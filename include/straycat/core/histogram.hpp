// A log-linear histogram of durations: fixed relative error, size independent of the number of samples.
#pragma once

#include <cstdint>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <straycat/core/time.hpp>

namespace straycat {

// Counts durations (negative ones as 0) in buckets of at most 0.8 % relative width (2^7 sub-buckets a power of two).
// Sparse: costs memory only for the buckets hit.
class Histogram {
 public:
  // Eight bytes: a log of an hour is some millions of them.
  struct Bucket {
    std::uint64_t index : 16 = 0;
    std::uint64_t count : 48 = 0;
    bool operator==(const Bucket&) const = default;
  };
  static constexpr std::uint64_t buckets_end = 58 * 128;  // above every index (durations are below 2^63 ns)
  Histogram() = default;
  // As it was written down: buckets in any order, one index perhaps twice; indices below buckets_end.
  Histogram(Nanos min, Nanos max, std::vector<Bucket> buckets);

  void record(Nanos value, std::uint64_t count = 1);
  void merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  // The upper edge of the bucket that holds the q-quantile (0 <= q <= 1); 0 when empty.
  [[nodiscard]] Nanos quantile(double q) const;
  [[nodiscard]] Nanos max() const { return max_; }
  [[nodiscard]] Nanos min() const { return count_ == 0 ? Nanos{0} : min_; }

  bool operator==(const Histogram&) const = default;
  friend void to_json(nlohmann::json& out,
                      const Histogram& histogram);  // {"minNs":..,"maxNs":..,"buckets":[[index,count],..]}
  friend void from_json(const nlohmann::json& in, Histogram& histogram);

 private:
  void add_missing(const std::vector<Bucket>& missing);

  std::vector<Bucket> buckets_;  // by index, each index once
  std::uint64_t count_ = 0;
  Nanos min_{0};
  Nanos max_{0};
};

}  // namespace straycat
