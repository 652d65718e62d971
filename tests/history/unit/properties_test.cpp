// What must not matter: the order of independent records, where a clock began to count, how attempts were cut into
// windows. Worlds and cuts are drawn from printed seeds.
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "history/support/tiny_log.hpp"
#include "history/support/told.hpp"

namespace straycat::history {
namespace {

using test::Instants;
using test::json;
using test::TinyLog;
using test::told;

std::string told_of(const EventLog& log) {
  const auto history = fold(log);
  EXPECT_TRUE(history) << history.error().message;
  return history ? told(*history) : "";
}

EventLog world_log(std::uint64_t seed) {
  test::World world = test::random_world(seed, true);
  world.slice_gaps = {{20, 20.5}};
  return test::log_of(world);
}

// --- order
// ------------------------------------------------------------------------------------------------------------

// Another merge of the clocks' streams, each in its own order: the pipes between the agents and the runner may be
// quicker or slower.
EventLog merged_anew(const EventLog& log, std::mt19937_64& random) {
  std::map<std::string, std::vector<Event>> streams;
  for (std::size_t i = 1; i < log.events.size(); ++i) streams[log.events[i].clock].push_back(log.events[i]);
  EventLog merged;
  merged.events.push_back(log.events.front());
  std::map<std::string, std::size_t> next;
  while (merged.events.size() < log.events.size()) {
    auto stream = streams.begin();
    std::advance(stream, static_cast<std::ptrdiff_t>(random() % streams.size()));
    if (next[stream->first] == stream->second.size()) continue;
    merged.events.push_back(stream->second[next[stream->first]++]);
  }
  for (std::size_t i = 0; i < merged.events.size(); ++i) merged.events[i].number = i;
  return merged;
}

// Records that carry their own instants, anywhere behind the header.
EventLog shuffled(const EventLog& log, std::mt19937_64& random) {
  const auto stands_alone = [](const Event& event) {
    return event.kind == AttemptWindow::kind || event.kind == AttemptFailed::kind || event.kind == DirectProbe::kind;
  };
  EventLog result = log;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < log.events.size(); ++i) {
    if (stands_alone(log.events[i])) places.push_back(i);
  }
  auto order = places;
  std::shuffle(order.begin(), order.end(), random);
  for (std::size_t i = 0; i < places.size(); ++i) {
    result.events[places[i]] = log.events[order[i]];
    result.events[places[i]].number = places[i];
  }
  return result;
}

TEST(Order, of_independent_records_does_not_matter) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    std::mt19937_64 random(seed);
    const EventLog log = world_log(seed);
    const std::string expected = told_of(log);
    EXPECT_EQ(told_of(merged_anew(log, random)), expected) << "seed " << seed;
    EXPECT_EQ(told_of(shuffled(log, random)), expected) << "seed " << seed;
    EXPECT_EQ(told_of(merged_anew(shuffled(log, random), random)), expected) << "seed " << seed;
  }
}

// --- clocks
// -----------------------------------------------------------------------------------------------------------

// Instants of a body by their names; 0 is none. Lengths (maxGapNs, loopLagNs, a histogram's) are not among them.
void shift_body(json& body, std::int64_t by) {
  static const std::set<std::string> instants = {
      "fromNs",           "toNs",        "startedNs",      "endedNs",       "intendedNs",  "connectNs",
      "firstStartNs",     "lastStartNs", "firstOkStartNs", "lastOkStartNs", "lastOkEndNs", "firstFailedStartNs",
      "lastFailedStartNs"};
  for (auto& [key, value] : body.items()) {
    if (instants.contains(key) && value.is_number() && value != 0) value = value.get<std::int64_t>() + by;
  }
}

// The same log, had this clock begun to count `by` earlier.
EventLog shifted(EventLog log, const std::string& clock, std::int64_t by) {
  for (Event& event : log.events) {
    if (event.clock == clock) {
      event.at.ns += by;
      shift_body(event.body, by);
    }
    if (event.kind != ClockBound::kind) continue;
    const std::int64_t sign = clock == runner_clock ? -1 : event.body["vantage"] == clock ? 1 : 0;
    for (const char* edge : {"lowerNs", "upperNs"})
      event.body[edge] = event.body.value(edge, std::int64_t{0}) + sign * by;
  }
  return log;
}

TEST(Clocks, may_begin_to_count_at_any_time) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    const EventLog log = world_log(seed);
    const std::string expected = told_of(log);
    for (const std::int64_t by : {std::int64_t{1}, std::int64_t{1} << 50, -(std::int64_t{1} << 50)}) {
      EXPECT_EQ(told_of(shifted(log, "a0", by)), expected) << "seed " << seed << " agent by " << by;
      EXPECT_EQ(told_of(shifted(log, "runner", by)), expected) << "seed " << seed << " runner by " << by;
      EXPECT_EQ(told_of(shifted(shifted(log, "runner", by), "a0", -by)), expected) << "seed " << seed << " both " << by;
    }
  }
}

// --- windows
// ----------------------------------------------------------------------------------------------------------

struct Attempts {
  Instants ok, failed;
};

Attempts draw_attempts(std::mt19937_64& random) {
  Attempts attempts;
  std::int64_t at = 1'000'000'000;
  bool failing = false;
  for (int i = 0; i < 400; ++i) {
    at += 1 + static_cast<std::int64_t>(random() % 50'000'000) + (random() % 60 == 0 ? 6'000'000'000 : 0);
    if (random() % 40 == 0) failing = !failing;
    (failing && random() % 3 != 0 ? attempts.failed : attempts.ok).push_back(at);
  }
  return attempts;
}

Instants part(const Instants& all, std::int64_t from, std::int64_t to) {
  return {std::lower_bound(all.begin(), all.end(), from), std::lower_bound(all.begin(), all.end(), to)};
}

// The attempts in windows that end at `edges` (sorted).
History cut_at(const Attempts& attempts, const Instants& edges) {
  TinyLog log;
  log.watcher().slice("a0", 2'000'000'000, "s", "p1").slice("a0", 9'000'000'000, "s", "p1 p2");
  for (std::size_t i = 1; i < edges.size(); ++i) {
    log.window("a0", edges[i - 1], edges[i], part(attempts.ok, edges[i - 1], edges[i]),
               part(attempts.failed, edges[i - 1], edges[i]));
  }
  return log.ended(1'000'000'000'000).folded();
}

// Every 200 ms, as the agent does; and more cuts, as slice changes make them.
Instants edges_of(const Attempts& attempts, std::size_t more, std::mt19937_64& random) {
  const std::int64_t end =
      std::max(attempts.ok.empty() ? 0 : attempts.ok.back(), attempts.failed.empty() ? 0 : attempts.failed.back()) + 1;
  std::set<std::int64_t> edges;
  for (std::int64_t at = 0; at < end; at += 200'000'000) edges.insert(at);
  for (std::size_t i = 0; i < more; ++i)
    edges.insert(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(end)));
  edges.insert(end);
  return {edges.begin(), edges.end()};
}

std::string bursts_by_failures(const Traffic& traffic) {
  std::string text;
  for (const Burst& burst : traffic.bursts)
    text += fmt::format("{}..{} {} end {}\n", burst.first_ns, burst.last_ns, burst.failed, burst.last_end_ns);
  return text;
}

TEST(Windows, cut_finer_tell_no_less) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    const Attempts attempts = draw_attempts(random);
    const History coarse = cut_at(attempts, edges_of(attempts, 0, random));
    const History fine = cut_at(attempts, edges_of(attempts, 300, random));
    const Traffic &a = coarse.traffic.at(0), &b = fine.traffic.at(0);
    EXPECT_EQ(test::totals_text(a.totals), test::totals_text(b.totals)) << "seed " << seed;
    EXPECT_EQ(bursts_by_failures(a), bursts_by_failures(b)) << "seed " << seed;
    const Span whole{0, coarse.end};
    EXPECT_EQ(largest_gap(a, whole), largest_gap(b, whole)) << "seed " << seed;
    ASSERT_EQ(a.bursts.size(), b.bursts.size());
    for (std::size_t i = 0; i < a.bursts.size(); ++i) {
      EXPECT_LE(a.bursts[i].last_ok_before_ns, b.bursts[i].last_ok_before_ns) << "seed " << seed;
      EXPECT_LE(b.bursts[i].attempts, a.bursts[i].attempts) << "seed " << seed;  // fewer that only share a window
    }
  }
}

// With a window for each attempt everything is known: the truth can be looked up in the attempts themselves.
TEST(Windows, of_one_attempt_each_know_all_that_lies_around_an_instant) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    std::mt19937_64 random(seed);
    const Attempts attempts = draw_attempts(random);
    Instants edges = attempts.ok;
    edges.insert(edges.end(), attempts.failed.begin(), attempts.failed.end());
    std::sort(edges.begin(), edges.end());
    edges.push_back(edges.back() + 1);
    const History history = cut_at(attempts, edges);
    for (int i = 0; i < 200; ++i) {
      const auto ns = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(edges.back() + 1'000'000));
      const auto sides = [&](const Instants& all) {
        const auto next = std::lower_bound(all.begin(), all.end(), ns);
        return std::pair{next == all.begin() ? 0 : *std::prev(next), next == all.end() ? 0 : *next};
      };
      const Around near = around(history.traffic.at(0), ns);
      EXPECT_EQ((std::pair{near.last_ok_before_ns, near.first_ok_after_ns}), sides(attempts.ok)) << "seed " << seed;
      EXPECT_EQ((std::pair{near.last_failed_before_ns, near.first_failed_after_ns}), sides(attempts.failed))
          << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace straycat::history
