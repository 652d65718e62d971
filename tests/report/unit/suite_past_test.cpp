// How often a case was flaky, over the suites that were kept.
#include <gmock/gmock.h>

#include <straycat/report/suite.hpp>
#include <straycat/suite/past.hpp>

namespace straycat::suite {
namespace {

using testing::HasSubstr;

CaseResult result_of(const std::string& name, Outcome outcome) {
  CaseResult one;
  one.of.name = one.of.folder = name;
  one.of.file = name + ".yaml";
  one.outcome = outcome;
  return one;
}

// As a suite writes it, so that what one end writes is what the other is given.
std::string written(std::vector<CaseResult> cases, std::int64_t wall_s) {
  Answer answer;
  answer.cases = std::move(cases);
  answer.wall_ns = wall_s * 1'000'000'000;
  return report::render_suite_lines(answer);
}

PastSuite past_of(std::vector<CaseResult> cases, std::int64_t wall_s) {
  const Result<PastSuite> past = read_past(written(std::move(cases), wall_s));
  EXPECT_TRUE(past) << past.error().message;
  return past ? *past : PastSuite{};
}

TEST(SuitePast, ReadsWhatASuiteWrites) {
  using enum Outcome;
  std::vector<CaseResult> all;
  for (const Outcome outcome : {passed, flaky, failed, inconclusive, broken, left_out})
    all.push_back(result_of(std::string(to_string(outcome)), outcome));
  const PastSuite past = past_of(all, 1'700'000'000);
  ASSERT_EQ(past.cases.size(), 6u);
  for (const auto& [name, outcome] : past.cases) EXPECT_EQ(name, to_string(outcome));
  EXPECT_THAT(past.started, HasSubstr("2023-11-14"));
}

TEST(SuitePast, RefusesWhatIsNone) {
  const std::string good = written({result_of("a", Outcome::passed)}, 1);
  const std::string first = good.substr(0, good.find('\n') + 1);
  EXPECT_THAT(read_past(first).error().message, HasSubstr("did not end"));
  EXPECT_THAT(read_past("").error().message, HasSubstr("did not end"));
  EXPECT_THAT(read_past(first + "{\"format\":\"other\"}\n").error().message, HasSubstr("line 2"));
  EXPECT_THAT(read_past("\n").error().message, HasSubstr("line 1"));
  EXPECT_THAT(read_past(good.substr(0, good.size() - 5)).error().message, HasSubstr("line 2"));
  EXPECT_THAT(read_past("[[[[[[").error().message, HasSubstr("line 1"));
}

TEST(SuitePast, CountsByCase) {
  using enum Outcome;
  const std::vector<Record> records = tally({past_of({result_of("a", passed), result_of("b", flaky)}, 100),
                                             past_of({result_of("a", failed), result_of("b", passed)}, 200),
                                             past_of({result_of("a", broken), result_of("c", left_out)}, 300)});
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].told(), 2u);  // what broke tells nothing of it
  EXPECT_EQ(records[0].count(failed), 1u);
  EXPECT_LT(records[0].last_passed, records[0].last_not_passed);
  EXPECT_EQ(records[1].count(flaky), 1u);
  EXPECT_EQ(records[2].told(), 0u);
  EXPECT_EQ(records[2].last_not_passed, "");
  EXPECT_TRUE(tally({}).empty());
}

TEST(SuitePast, TellsTheFlakiestFirstAndHowWellItIsKnown) {
  using enum Outcome;
  std::vector<PastSuite> all;
  for (int i = 0; i < 20; ++i)
    all.push_back(past_of({result_of("always", passed), result_of("now and then", i < 2 ? flaky : passed)}, i));
  const report::Past past{tally(all), all.size(), "first", "last"};
  const std::string text = report::render_past_text(past, {100, false, true});
  EXPECT_LT(text.find("now and then"), text.find("always"));
  EXPECT_THAT(text, HasSubstr("1 of 2 scenarios was flaky at least once in 20 suites, first to last"));
  const auto json = report::render_past_json(past);
  EXPECT_DOUBLE_EQ(json["cases"][0]["flakeRate"].get<double>(), 0.1);
  EXPECT_LT(json["cases"][0]["flakeRateLow"].get<double>(), 0.1);
  EXPECT_GT(json["cases"][0]["flakeRateHigh"].get<double>(), 0.3);
  EXPECT_EQ(json["cases"][1]["flakeRate"].get<double>(), 0.0);
  EXPECT_GT(json["cases"][1]["flakeRateHigh"].get<double>(), 0.2);  // 20 suites prove no rate of 0
}

}  // namespace
}  // namespace straycat::suite
