#include <random>

#include <gtest/gtest.h>

#include <straycat/core/time.hpp>

namespace straycat {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsGoSyntax) {
  const std::pair<const char*, Nanos> table[] = {{"300ms", 300ms}, {"1s", 1s},        {"2m30s", 150s}, {"1h", 1h},
                                                 {"0s", 0s},       {"1.5s", 1500ms},  {"10us", 10us},  {"10µs", 10us},
                                                 {"7ns", 7ns},     {"1h1m1s", 3661s}, {".5s", 500ms}};
  for (const auto& [text, length] : table) {
    const Result<Nanos> read = parse_duration(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(*read, length) << text;
  }
}

TEST(Duration, RefusesWhatHasNoUnitOrIsNoLength) {
  for (const char* text :
       {"", "5", "-1s", "+1s", "s", "1 s", "1sec", "1d", "1e3s", "nan", "infs", "1s ", "99999999999h"}) {
    const Result<Nanos> read = parse_duration(text);
    EXPECT_FALSE(read) << text;
    if (!read) EXPECT_EQ(read.error().fault, Fault::bad_input) << text;
  }
}

TEST(Duration, WhatIsWrittenReadsBack) {
  std::mt19937_64 random(20261124);
  for (int i = 0; i < 2000; ++i) {
    // Whole microseconds below a day: what people write. Sub-microsecond rests of long times are rounded in print.
    const Nanos length{static_cast<std::int64_t>(random() % 86'400'000'000) * 1000};
    const std::string text = format_duration(length);
    const Result<Nanos> read = parse_duration(text);
    ASSERT_TRUE(read) << text;
    EXPECT_LE(std::abs((*read - length).count()), 1000) << text;
  }
}

TEST(Duration, ReadsWell) {
  EXPECT_EQ(format_duration(0s), "0s");
  EXPECT_EQ(format_duration(1500ms), "1.5s");
  EXPECT_EQ(format_duration(300ms), "300ms");
  EXPECT_EQ(format_duration(150s), "2m30s");
  EXPECT_EQ(format_duration(-2s), "-2s");
  EXPECT_EQ(format_duration(1h), "1h");
}

TEST(Wall, ReadsKubernetesTimes) {
  EXPECT_EQ(*parse_wall("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(*parse_wall("1970-01-01T00:00:01.5Z"), 1'500'000'000);
  EXPECT_EQ(*parse_wall("1970-01-01T01:00:00+01:00"), 0);
  EXPECT_EQ(*parse_wall("2026-11-23T13:38:42.123456Z") % 1'000'000'000, 123'456'000);
  for (const char* text : {"", "yesterday", "2026-11-23", "2026-11-23T13:38:42", "2026-11-23T13:38:42x"})
    EXPECT_FALSE(parse_wall(text)) << text;
}

TEST(Wall, WritesRfc3339) {
  EXPECT_EQ(format_wall(*parse_wall("2026-11-23T13:38:42.123Z")), "2026-11-23T13:38:42.123Z");
  EXPECT_EQ(format_wall(-1), "1969-12-31T23:59:59.999Z");
}

TEST(Clock, MonotonicTimeDoesNotRunBackwards) {
  Stamp last = monotonic_now();
  for (int i = 0; i < 1000; ++i) {
    const Stamp now = monotonic_now();
    ASSERT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace straycat
