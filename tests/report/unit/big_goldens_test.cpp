// Runs of the largest kinds, generated: 5,000 endpoints, and an hour at 10,000 requests a second.
#include <gtest/gtest.h>

#include "report/support/runs.hpp"

namespace straycat::report {
namespace {

constexpr std::int64_t big_second = 1'000'000'000;
constexpr std::int64_t window_length = big_second / 5;  // of a window

// The page and the JSON are some hundred kilobytes: the forms that a person reads are kept whole.
void expect_goldens(const std::string& name, const test::Run& run) {
  const std::string path = "tests/report/goldens/" + name;
  test::expect_golden(path + ".txt", render_text(run.history, run.verdict, TextStyle{80, false, true}));
  test::expect_golden(path + ".md", render_markdown(run.history, run.verdict));
  test::expect_golden(path + ".junit.xml", render_junit(run.history, run.verdict, false));
  EXPECT_LT(render_html(run.history, run.verdict).size(), 2u << 20);
  EXPECT_LE(test::split_lines(render_markdown(run.history, run.verdict)).size(), 60u);
  EXPECT_LT(test::split_lines(render_text(run.history, run.verdict, {})).size(), 1500u);
}

TEST(BigGoldens, five_thousand_endpoints) {
  test::World world = test::article();
  for (int i = 0; i < 5000; ++i) world.pods.push_back({"more-" + std::to_string(i), 0, 1});
  world.direct_probes = false;
  world.traffic_to = 4;
  expect_goldens("endpoints-5000", test::run_of(world));
}

AttemptWindow window_at(std::int64_t at, std::uint64_t sent, std::uint64_t failed) {
  AttemptWindow window;
  window.traffic = "loop";
  window.from_ns = at, window.to_ns = at + window_length;
  window.sent = sent, window.ok = sent - failed;
  window.first_start_ns = window.first_ok_start_ns = at + 1000;
  window.last_start_ns = at + window_length - 1000, window.last_ok_start_ns = at + window_length - 2000;
  window.last_ok_end_ns = at + window_length + 500'000;
  window.max_gap_ns = 400'000;
  window.latency.record(Nanos{1'500'000 + at % 997 * 1000}, sent - failed);
  window.lateness.record(Nanos{60'000}, sent);
  if (failed == 0) return window;
  window.failed["refused"] = failed;
  window.failed_not_kept = failed - 1;
  window.first_failed_start_ns = at + 2000, window.last_failed_start_ns = at + window_length - 1500;
  return window;
}

AttemptFailed failure_at(std::int64_t at, std::uint64_t id) {
  AttemptFailed failed;
  failed.traffic = "loop", failed.id = id;
  failed.intended_ns = failed.started_ns = at + 2000, failed.connect_ns = at + 50'000, failed.ended_ns = at + 400'000;
  failed.failure = {FailureKind::refused, Phase::connect, 111, "(7) Failed to connect to sayhi port 80: refused"};
  return failed;
}

// The article's run, and then an hour in which a tenth of every tenth minute failed.
EventLog hour() {
  EventLog log;
  for (Event& event : test::read(test::file_of("tests/logs/article.jsonl")).events)
    if (!event.kind.text().starts_with("attempt") && event.kind != "run.ended" && event.kind != "vantage.summary" &&
        event.kind != "vantage.health")
      log.events.push_back(std::move(event));
  const std::int64_t begin = 5040 * big_second;  // on the vantage point's clock
  for (std::int64_t i = 0; i < 3600 * 5; ++i) {
    const std::int64_t at = begin + i * window_length;
    const std::uint64_t failed = i % 3000 < 50 ? 1000 : 0;
    if (failed > 0)
      log.events.push_back(
          {0, AttemptFailed::kind, "a0", {at + big_second / 100}, failure_at(at, static_cast<std::uint64_t>(i))});
    log.events.push_back({0, AttemptWindow::kind, "a0", {at + window_length + 2'000'000}, window_at(at, 2000, failed)});
  }
  log.events.push_back({0, RunEnded::kind, "runner", {3640 * big_second}, RunEnded{RunEnd::finished, ""}});
  for (std::size_t i = 0; i < log.events.size(); ++i) log.events[i].number = i;
  return log;
}

TEST(BigGoldens, an_hour_at_ten_thousand_a_second) {
  const test::Run run = test::run_of(hour());
  EXPECT_EQ(run.history.totals.attempts, 36'000'000u);
  expect_goldens("hour", run);
}

}  // namespace
}  // namespace straycat::report
