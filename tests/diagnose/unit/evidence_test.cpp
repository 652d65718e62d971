// Over every rule's tiny worlds: names do not matter, and what is taken away makes nobody else the culprit.
#include <cstdlib>
#include <regex>

#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"
#include "diagnose/support/tiny_worlds.hpp"

namespace straycat::diagnose {
namespace {

using test::TinyWorld;

bool every_kind() { return std::getenv("STRAYCAT_EVERY_EVIDENCE") != nullptr; }

// Every third; all of them (some minutes) where the environment says so as the tests are listed and run.
std::vector<TinyWorld> some_worlds() {
  std::vector<TinyWorld> all;
  for (const auto& some : {test::general_worlds(), test::special_worlds(), test::steady_worlds(), test::slice_worlds()})
    all.insert(all.end(), some.begin(), some.end());
  std::erase_if(all, [n = 0](const TinyWorld&) mutable { return n++ % 3 != 0 && !every_kind(); });
  return all;
}

// A kind of evidence, and the watch that would have brought it: without it nothing says that there was none.
struct Evidence {
  const char* topic;
  const char* resource;
};
constexpr Evidence kinds[] = {{"pod", "pods"},
                              {"workload", ""},
                              {"kube.event", "events"},
                              {"service", "services"},
                              {"slice", "endpointslices"},
                              {"probe.direct", ""},
                              {"vantage.health", ""},
                              {"clock.bound", ""},
                              {"networkpolicy", "networkpolicies"}};

EventLog without_kind(EventLog log, const Evidence& kind) {
  return test::without(std::move(log), [&](const Event& event) {
    const bool its_watch =
        event.kind == WatchRecord::started && *kind.resource != 0 && event.body.value("resource", "") == kind.resource;
    return event.kind == std::string_view(kind.topic) || its_watch;
  });
}

// Whether the whole log's verdict names the same object, or a cause that refines this one.
bool told_before(const Verdict& whole, const Finding& finding) {
  return std::any_of(whole.findings.begin(), whole.findings.end(), [&](const Finding& one) {
    if (one.cause == finding.cause || finding::refines(one.cause, finding.cause)) return true;
    return finding.workload && one.workload && one.workload->display() == finding.workload->display();
  });
}

void expect_nobody_else(const TinyWorld& world, const Verdict& whole, const Evidence& kind) {
  const auto verdict = test::judged(without_kind(world.log(), kind));
  if (whole.failed > 0 && verdict.failed > 0)
    EXPECT_NE(verdict.conclusion, Conclusion::none) << world.name << " without " << kind.topic;
  if (verdict.conclusion != Conclusion::found) return;
  for (const Finding& finding : verdict.findings) {
    if (finding.explained == 0 || finding.cause == finding::Cause::unexplained) continue;
    EXPECT_TRUE(told_before(whole, finding))
        << world.name << " without " << kind.topic << ": " << test::brief(verdict) << "\nwhole: " << test::brief(whole);
  }
}

class EveryRule : public testing::TestWithParam<TinyWorld> {};

// One kind of evidence a world (STRAYCAT_EVERY_EVIDENCE=1: all of them): the worlds take turns.
TEST_P(EveryRule, accuses_nobody_else_for_want_of_evidence) {
  const auto whole = test::judged(GetParam().log());
  if (whole.conclusion != Conclusion::found) return;
  const auto turn = std::hash<std::string>{}(GetParam().name) % std::size(kinds);
  for (std::size_t i = 0; i < std::size(kinds); ++i)
    if (every_kind() || i == turn) expect_nobody_else(GetParam(), whole, kinds[i]);
}

// Names sort otherwise, are longer, and hold what a pattern could trip over.
TEST_P(EveryRule, does_not_ask_for_names) {
  const EventLog log = GetParam().log();
  const auto renamed = [](std::string text) {
    text = std::regex_replace(text, std::regex("sayhi"), "zz-front.9");
    return std::regex_replace(text, std::regex("shop"), "a-b");
  };
  const auto verdict = test::judged(test::read(renamed(test::lines_of(log))));
  EXPECT_EQ(test::brief(verdict), renamed(test::brief(test::judged(log))));
}

INSTANTIATE_TEST_SUITE_P(Worlds, EveryRule, testing::ValuesIn(some_worlds()),
                         [](const auto& param) { return param.param.name + "_" + std::to_string(param.index); });

}  // namespace
}  // namespace straycat::diagnose
