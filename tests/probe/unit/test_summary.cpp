#include <cerrno>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <straycat/probe/summary_text.hpp>

namespace straycat::probe {
namespace {

constexpr std::int64_t ms = 1'000'000;

Attempt attempt(std::int64_t started_ms, std::int64_t ended_ms) {
  Attempt out;
  out.intended = out.started = {started_ms * ms};
  out.ended = {ended_ms * ms};
  out.remote_address = "10.96.0.7";
  out.status = 200;
  return out;
}

Attempt failed(std::int64_t started_ms, std::int64_t ended_ms, FailureKind kind = FailureKind::refused) {
  Attempt out = attempt(started_ms, ended_ms);
  out.status = 0;
  out.failure = Failure{kind, Phase::connect, 111, "(7) Connection refused"};
  return out;
}

void play(Tally& tally, const std::vector<Attempt>& attempts) {
  for (const Attempt& one : attempts) tally.started(one.intended, one.started);
  for (const Attempt& one : attempts) tally.ended(one);
}

TEST(Summary, CountsByKindWithFirstAndLast) {
  Tally tally(Stamp{0});
  play(tally, {attempt(0, 1), failed(10, 11), failed(20, 21), failed(30, 31, FailureKind::reset), attempt(40, 41)});
  const Summary summary = tally.finish({50 * ms});
  EXPECT_EQ(summary.sent, 5U);
  EXPECT_EQ(summary.ok, 2U);
  EXPECT_EQ(summary.failed(), 3U);
  const FailureGroup& refused = summary.failures.at(FailureKind::refused);
  EXPECT_EQ(refused.count, 2U);
  EXPECT_EQ(refused.first, Stamp{11 * ms});
  EXPECT_EQ(refused.last, Stamp{21 * ms});
  EXPECT_EQ(summary.statuses.at(200), 2U);
  EXPECT_EQ(summary.families.at("IPv4"), (Count{5, 3}));
}

TEST(Summary, TellsInWhichWaysOneKindCameAbout) {
  Tally tally(Stamp{0});
  std::vector<Attempt> attempts(4, failed(1, 2, FailureKind::reset));
  attempts[0].failure = attempts[1].failure = Failure{FailureKind::reset, Phase::send, EPIPE, "(55)"};
  attempts[2].failure = Failure{FailureKind::reset, Phase::first_byte, ECONNRESET, "(56)"};
  attempts[3].failure = Failure{FailureKind::reset, Phase::body, 0, "(56)"};
  play(tally, attempts);
  const Outcome outcome{tally.finish({50 * ms}), {}};
  const std::map<Way, std::uint64_t> ways{
      {{Phase::send, EPIPE}, 2}, {{Phase::first_byte, ECONNRESET}, 1}, {{Phase::body, 0}, 1}};
  EXPECT_EQ(outcome.whole.failures.at(FailureKind::reset).ways, ways);
  EXPECT_NE(render_text(outcome, {}).find("at send (EPIPE) 2, at first_byte (ECONNRESET) 1, at body 1; first"),
            std::string::npos);
}

TEST(Summary, AFamilyThatWasPassedOverForTheOtherCountsAsFailed) {
  Tally tally(Stamp{0});
  Attempt fell_back = attempt(0, 1);
  fell_back.tried_ipv4 = fell_back.tried_ipv6 = 1;
  Attempt v6 = attempt(1, 2);
  v6.remote_address = "::1";
  v6.tried_ipv6 = 1;
  Attempt nameless = failed(2, 3, FailureKind::name_not_found);
  nameless.remote_address = "";
  play(tally, {fell_back, v6, nameless});
  const std::map<std::string, Count> families{{"IPv4", {1, 0}}, {"IPv6", {2, 1}}, {"no address", {1, 1}}};
  EXPECT_EQ(tally.finish({9 * ms}).families, families);
}

TEST(Summary, VersionsAndSourcesAreCounted) {
  Tally tally(Stamp{0});
  Attempt one = attempt(0, 1);
  one.http_version = 20;
  one.local_address = "127.0.0.1";
  play(tally, {one, one});
  tally.own_ports(2);
  const auto json = to_json({tally.finish({9 * ms}), {}}, {});
  EXPECT_EQ(json["versions"].dump(), R"({"HTTP/2":2})");
  EXPECT_EQ(json["sources"].dump(), R"({"127.0.0.1":2})");
  EXPECT_EQ(json["ownPorts"], 2);
}

TEST(Summary, TheLongestGapIsBetweenSuccessesAndReachesToBothEnds) {
  struct Case {
    const char* name;
    std::vector<Attempt> attempts;
    std::int64_t gap, from;
  };
  const Case cases[] = {
      {"between two", {attempt(1, 2), failed(3, 4), attempt(8, 9), attempt(9, 10)}, 7, 2},
      {"before the first", {failed(0, 1), attempt(7, 8), attempt(8, 9)}, 8, 0},
      {"after the last", {attempt(0, 1), failed(5, 6)}, 9, 1},
      {"no success at all", {failed(0, 1), failed(5, 6)}, 10, 0},
      {"one that ends late makes none", {attempt(0, 9), attempt(1, 2), attempt(2, 3)}, 9, 0},
  };
  for (const Case& c : cases) {
    Tally tally(Stamp{0});
    play(tally, c.attempts);
    const Summary summary = tally.finish({10 * ms});
    EXPECT_EQ(summary.longest_gap, Nanos{c.gap * ms}) << c.name;
    EXPECT_EQ(summary.gap_from, Stamp{c.from * ms}) << c.name;
  }
}

TEST(Summary, SeveralBodiesAreSeenUpToSixteen) {
  Tally tally(Stamp{0});
  for (int i = 0; i < 40; ++i) {
    Attempt one = attempt(i, i + 1);
    one.body_sha256 = std::to_string(i % 20);
    play(tally, {one});
  }
  const Summary summary = tally.finish({50 * ms});
  EXPECT_EQ(summary.bodies.size(), 17U);
  EXPECT_EQ(summary.bodies.at("other"), 8U);
  EXPECT_EQ(summary.bodies.at("3"), 2U);
}

TEST(Summary, AFailureWithinALimitOfTheProbersIsItsOwn) {
  Tally tally(Stamp{0});
  const std::vector<Attempt> attempts{
      failed(100, 110, FailureKind::connect_timeout), failed(480, 700, FailureKind::connect_timeout), failed(520, 530),
      failed(650, 660, FailureKind::connect_timeout), failed(950, 951, FailureKind::local_exhaustion)};
  play(tally, attempts);
  tally.limit(Limit::stopped, {500 * ms}, {600 * ms});
  tally.limit(Limit::stopped, {600 * ms}, {640 * ms});
  const Summary summary = tally.finish({1000 * ms});
  ASSERT_EQ(summary.limits.size(), 1U);
  EXPECT_EQ(summary.limits[0], (LimitSpan{Limit::stopped, {500 * ms}, {640 * ms}}));
  EXPECT_EQ(summary.failures.at(FailureKind::connect_timeout).own, 1U) << "the one that was under way";
  EXPECT_EQ(summary.failures.at(FailureKind::refused).own, 0U) << "a refusal is one, however late it is read";
  EXPECT_EQ(summary.failures.at(FailureKind::local_exhaustion).own, 1U);
  EXPECT_EQ(summary.own_failures(), 2U);
}

TEST(Summary, TheJudgementBlamesNobodyForTheProbersTroubles) {
  struct Case {
    const char* name;
    std::uint64_t ok, blamed, own, skipped;
    double allowed;
    Judgement judgement;
  };
  const Case cases[] = {
      {"clean", 100, 0, 0, 0, 0, Judgement::passed},
      {"one failed", 99, 1, 0, 0, 0, Judgement::failed},
      {"as many as allowed", 999, 1, 0, 0, 0.001, Judgement::passed},
      {"one more", 998, 2, 0, 0, 0.001, Judgement::failed},
      {"only its own", 90, 0, 10, 0, 0, Judgement::inconclusive},
      {"both", 90, 1, 9, 0, 0, Judgement::failed},
      {"could not send", 90, 0, 0, 10, 0, Judgement::inconclusive},
      {"nothing", 0, 0, 0, 0, 0, Judgement::inconclusive},
  };
  for (const Case& c : cases) {
    Summary summary;
    summary.sent = c.ok + c.blamed + c.own;
    summary.ok = c.ok;
    summary.skipped = c.skipped;
    if (c.blamed + c.own > 0) summary.failures[FailureKind::refused].count = c.blamed + c.own;
    if (c.own > 0) summary.failures[FailureKind::refused].own = c.own;
    EXPECT_EQ(judge(summary, {true, c.allowed}), c.judgement) << c.name;
  }
}

TEST(Summary, AnAllowanceMayBeACount) {
  Summary summary;
  summary.sent = 1000;
  summary.ok = 998;
  summary.failures[FailureKind::refused].count = 2;
  EXPECT_EQ(judge(summary, {false, 2}), Judgement::passed);
  EXPECT_EQ(judge(summary, {false, 1}), Judgement::failed);
}

TEST(Summary, AStretchThatLostRequestsMakesAPassInconclusive) {
  for (const auto& [limit, judgement] : {std::pair{Limit::cpu, Judgement::passed},
                                         {Limit::stopped, Judgement::inconclusive},
                                         {Limit::ports, Judgement::inconclusive}}) {
    Tally tally(Stamp{0});
    play(tally, {attempt(0, 1), attempt(40, 41)});
    tally.limit(limit, {5 * ms}, {12 * ms});
    EXPECT_EQ(judge(tally.finish({50 * ms}), {}), judgement) << to_string(limit);
  }
}

TEST(Summary, WhatIsUnderWayAtTheEndHasNoOutcome) {
  Tally tally(Stamp{0});
  tally.started({0}, {0});
  const Summary summary = tally.finish({50 * ms});
  EXPECT_EQ(summary.unfinished, 1U);
  EXPECT_EQ(judge(summary, {}), Judgement::inconclusive);
}

Outcome outcome() {
  Tally tally(Stamp{0});
  play(tally, {attempt(0, 1), failed(10, 11, FailureKind::reset), attempt(40, 41)});
  tally.limit(Limit::cpu, {5 * ms}, {12 * ms});
  return {tally.finish({50 * ms}), {}};
}

TEST(Summary, TextForPeople) {
  const auto text = render_text(outcome(), {"GET http://sayhi/hi", "100/s", {}, "", 0, true});
  EXPECT_EQ(text, R"(GET http://sayhi/hi, 100/s, 0.1 s (interrupted)
  sent 3, ok 2, failed 1 (33.3 %)
  reset                  1  at connect (ECONNREFUSED); first +0.011 s, last +0.011 s; 1 of them the prober's own
      (7) Connection refused
  longest gap      40.0 ms between two successes, from +0.001 s
  latency          p50 1.00 ms, p90 1.00 ms, p99 1.00 ms, p99.9 1.00 ms, max 1.00 ms
  prober's delay   p50 0.00 ms, p90 0.00 ms, p99 0.00 ms, p99.9 0.00 ms, max 0.00 ms
  +0.005 s to +0.012 s: the prober, not the target: it did not get the processor in time
inconclusive: where requests failed or were not sent, the prober was at a limit of its own
)");
}

TEST(Summary, JsonForPrograms) {
  const auto json = to_json(outcome(), {"GET http://sayhi/hi", "100/s", {}, "true", 7, false});
  EXPECT_EQ(json["sent"], 3);
  EXPECT_EQ(json["ok"], 2);
  EXPECT_EQ(json["failures"]["reset"]["count"], 1);
  EXPECT_EQ(json["failures"]["reset"]["firstMs"], 11.0);
  EXPECT_EQ(json["failures"]["reset"]["ways"].dump(),
            R"([{"count":1,"errno":111,"error":"ECONNREFUSED","phase":"connect"}])");
  EXPECT_EQ(json["limits"][0]["limit"], "cpu");
  EXPECT_EQ(json["judgement"], "inconclusive");
  EXPECT_EQ(json["command"]["status"], 7);
  EXPECT_EQ(json["latencyMs"]["p50"], 1.0);
}

}  // namespace
}  // namespace straycat::probe
