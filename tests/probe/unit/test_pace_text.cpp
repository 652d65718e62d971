#include <gtest/gtest.h>

#include <straycat/probe/pacing.hpp>

namespace straycat::probe {
namespace {

using std::chrono::seconds;

TEST(PaceText, RatesRampsAndSteps) {
  struct Case {
    const char* text;
    std::vector<Stretch> stretches;
  };
  const Case cases[] = {
      {"100/s", {{Nanos{0}, 100, 100}}},
      {"0.5/s", {{Nanos{0}, 0.5, 0.5}}},
      {"30/m", {{Nanos{0}, 0.5, 0.5}}},
      {"100/s:10s", {{seconds{10}, 100, 100}}},
      {"10/s..1000/s:30s", {{seconds{30}, 10, 1000}}},
      {"100/s:10s,1000/s:5s,10/s", {{seconds{10}, 100, 100}, {seconds{5}, 1000, 1000}, {Nanos{0}, 10, 10}}},
  };
  for (const Case& c : cases) {
    const auto pace = parse_pace(c.text);
    ASSERT_TRUE(pace) << c.text << ": " << pace.error().message;
    EXPECT_EQ(pace->stretches, c.stretches) << c.text;
  }
}

TEST(PaceText, WhatIsNoRateIsSaidSo) {
  for (const char* text : {"", "100", "/s", "-1/s", "0/s", "1e9/s", "nan/s", "100/d", "1.2.3/s", "10/s..20/s",
                           "10/s,20/s", "10/s:0s", "10/s:10", "10/s:", ",", "10/s:1s,", "2000000/s"}) {
    const auto pace = parse_pace(text);
    ASSERT_FALSE(pace) << text;
    EXPECT_EQ(pace.error().fault, Fault::bad_input) << text;
    EXPECT_NE(pace.error().message.find("rate"), std::string::npos) << pace.error().message;
  }
}

}  // namespace
}  // namespace straycat::probe
