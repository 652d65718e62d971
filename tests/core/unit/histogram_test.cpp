#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <straycat/core/histogram.hpp>

namespace straycat {
namespace {

TEST(Histogram, QuantilesStayWithinTheirError) {
  std::mt19937_64 random(7);
  std::vector<std::int64_t> values;
  Histogram histogram;
  for (int i = 0; i < 20'000; ++i) {
    const auto value = static_cast<std::int64_t>(random() >> (random() % 50 + 8));
    values.push_back(value);
    histogram.record(Nanos{value});
  }
  std::sort(values.begin(), values.end());
  for (const double q : {0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank =
        std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size()))));
    const double exact = static_cast<double>(values[rank - 1]);
    EXPECT_NEAR(static_cast<double>(histogram.quantile(q).count()), exact, exact * 0.008 + 1) << q;
  }
  EXPECT_EQ(histogram.min().count(), values.front());
  EXPECT_EQ(histogram.max().count(), values.back());
  EXPECT_EQ(histogram.count(), values.size());
}

TEST(Histogram, MergingEqualsRecordingAll) {
  Histogram one, other, all;
  for (int i = 0; i < 500; ++i) {
    (i % 2 == 0 ? one : other).record(Nanos{i * 977});
    all.record(Nanos{i * 977});
  }
  one.merge(other);
  EXPECT_EQ(one, all);
  one.merge(Histogram{});
  EXPECT_EQ(one, all);
}

TEST(Histogram, ReadsBackFromTheLog) {
  Histogram histogram;
  for (const std::int64_t ns : {0L, 1L, 127L, 128L, 1'000'000L, 9'000'000'000'000'000'000L})
    histogram.record(Nanos{ns}, 3);
  EXPECT_EQ(nlohmann::json(histogram).get<Histogram>(), histogram);
  EXPECT_EQ(nlohmann::json::parse(R"({"buckets":[1,["x",2],[3]]})").get<Histogram>().count(), 0u);
}

TEST(Histogram, NegativeCountsAsZeroAndEmptyAnswersZero) {
  Histogram histogram;
  EXPECT_EQ(histogram.quantile(0.5).count(), 0);
  histogram.record(Nanos{-5});
  EXPECT_EQ(histogram.max().count(), 0);
  EXPECT_EQ(histogram.count(), 1u);
}

}  // namespace
}  // namespace straycat
