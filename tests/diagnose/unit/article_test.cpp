// The logs that other rooms' tests read too (tests/logs), and the verdicts on them (tests/diagnose/goldens).
#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"

namespace straycat::diagnose {
namespace {

using test::World;

World inconclusive() {
  World world = test::article();
  world.direct_probes = false;
  return world;
}

// Names that try to be more than names.
World hostile() {
  test::Names names{"shop", "s$(id)", "web\x1b[2J'\"", "<script>alert(1)</script>\r\n`x`", "app", "a'b;c", "Job"};
  return test::article(names);
}

// The header, the plan, and nothing else.
EventLog empty() {
  auto log = test::log_of(test::article());
  log.events.resize(1);
  return log;
}

struct Saved {
  const char* name;
  std::function<EventLog()> log;
};

const std::vector<Saved>& saved() {
  static const std::vector<Saved> all = {
      {"article", [] { return test::log_of(test::article()); }},
      {"fixed", [] { return test::log_of(test::fixed()); }},
      {"inconclusive", [] { return test::log_of(inconclusive()); }},
      {"cut", [] { return test::cut_at(test::log_of(test::article()), 0.6); }},
      {"empty", empty},
      {"hostile", [] { return test::log_of(hostile()); }},
  };
  return all;
}

void PrintTo(const Saved& one, std::ostream* out) { *out << one.name; }

class Goldens : public testing::TestWithParam<Saved> {};

TEST_P(Goldens, log_and_verdict) {
  const std::string name = GetParam().name;
  const auto text = test::lines_of(GetParam().log());
  test::expect_golden("tests/logs/" + name + ".jsonl", text);
  auto log = test::read(text);
  log.cut = name == "cut";
  test::expect_golden("tests/diagnose/goldens/" + name + ".json", to_json(test::judged(log)).dump(2) + "\n");
}

INSTANTIATE_TEST_SUITE_P(Saved, Goldens, testing::ValuesIn(saved()),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(Article, tells_the_cause_in_one_sentence) {
  const auto verdict = test::judged(test::article());
  EXPECT_EQ(verdict.headline,
            "108 of 680 requests failed: Service/sayhi also selects the pods of Job/sayhi (label app=sayhi), which do "
            "not serve it: connections that "
            "land there fail (connection refused).");
  for (const auto& rival : verdict.findings.at(0).rivals)
    EXPECT_TRUE(rival.excluded) << to_string(rival.cause) << ": " << rival.reason;
  for (const auto& phase : verdict.phases)
    EXPECT_EQ(phase.state, phase.phase == "job" ? "failing" : phase.phase == "deployed" ? "not shown" : "clean");
}

TEST(Hostile, lines_hold_no_control_characters) {
  const auto verdict = test::judged(hostile());
  ASSERT_FALSE(verdict.findings.empty());
  const auto clean = [](const std::string& text) {
    return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  };
  EXPECT_TRUE(clean(verdict.headline));
  for (const auto& one : verdict.findings[0].evidence) {
    EXPECT_TRUE(clean(one.text)) << one.text;
    EXPECT_TRUE(clean(one.kubectl)) << one.kubectl;
    EXPECT_EQ(one.kubectl.find("$(id)") != std::string::npos,
              one.kubectl.find("'kubernetes.io/service-name=s$(id)'") != std::string::npos)
        << one.kubectl;
  }
}

}  // namespace
}  // namespace straycat::diagnose
