// The picture of a run on the page: what each mark says and where it stands.
#include <regex>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "report/html/lanes.hpp"
#include "report/html/markup.hpp"
#include "report/html/outcomes.hpp"
#include "report/support/tiny_runs.hpp"

namespace straycat::report {
namespace {

using test::count_of;
using test::has;
using test::second;
using test::TinyLog;
using Lines = std::vector<std::string>;

// The marks of one class: "1.5..3 story", in seconds from the axis' start.
Lines marks(const std::string& page, const std::string& css) {
  const std::regex rect(
      "<rect class=\"([^\"]*)\"[^>]*data-a=\"(-?[0-9]+)\"( data-b=\"(-?[0-9]+)\")?[^>]*?(/>|><title>([^<]*)<)");
  Lines all;
  for (std::sregex_iterator at(page.begin(), page.end(), rect), end; at != end; ++at) {
    if ((*at)[1] != css) continue;
    const double from = std::stod((*at)[2]) / 1e9;
    std::string line = fmt::format("{:g}", from);
    if ((*at)[4].matched) line += fmt::format("..{:g}", std::stod((*at)[4]) / 1e9);
    if ((*at)[6].matched) line += " " + (*at)[6].str();
    all.push_back(std::move(line));
  }
  return all;
}

std::string page_of(const history::History& history, const diagnose::Verdict& verdict) {
  return draw_page_lanes(history, verdict, page_axis(history));
}

TEST(PageLanes, faults_on_order_have_a_lane_with_their_names) {
  auto history = test::small_article().folded();
  EXPECT_EQ(page_of(history, {}).find("faults on order"), std::string::npos);
  auto from = history.zero, to = history.zero;
  from.ns += 5 * second;
  to.ns += 12 * second;
  history.faults.push_back({{"way", "drop", {"p1"}, "30% of <what>"}, from, to});
  const std::string page = page_of(history, {});
  EXPECT_EQ(marks(page, "fault"), (Lines{"5..12 fault drop of step way (7.00 s) 30% of &lt;what&gt;"}));
  EXPECT_NE(page.find("y=\"84%\">drop</text>"), std::string::npos);
}

// --- the axis and its marks
// -------------------------------------------------------------------------------------------

TEST(PageAxis, begins_with_the_first_step_and_has_a_length) {
  TinyLog log;
  log.vantage("a0", 5 * second).bound("a0", 0, 0);
  EXPECT_EQ(page_axis(log.folded()).from, 0);
  EXPECT_EQ(page_axis(log.folded()).to, 5 * second);
  log.step(3 * second, 4 * second, "a");
  EXPECT_EQ(page_axis(log.folded()).from, 3 * second);
  EXPECT_EQ(page_axis(TinyLog().folded()).length(), 1'000'000);  // of a log of one instant, too
}

TEST(PageAxis, places_what_lies_outside_at_its_edges) {
  const TimeAxis axis{100, 300};
  const std::tuple<std::int64_t, double, std::int64_t> table[] = {
      {100, 0, 0}, {200, 50, 500'000}, {300, 100, 1'000'000}, {0, 0, 0}, {999, 100, 1'000'000}, {101, 0.5, 5'000}};
  for (const auto& [ns, percent, units] : table) {
    EXPECT_DOUBLE_EQ(axis.percent(ns), percent) << ns;
    EXPECT_EQ(axis.units(ns), units) << ns;
  }
}

TEST(PageAxis, has_five_to_ten_ticks_at_round_seconds) {
  const std::regex tick(">([0-9.e+-]+) s</text>");
  const std::pair<double, const char*> table[] = {{0.01, "0 0.002 0.004 0.006 0.008"},
                                                  {1, "0 0.2 0.4 0.6 0.8"},
                                                  {2, "0 0.5 1 1.5"},
                                                  {38, "0 5 10 15 20 25 30 35"},
                                                  {80, "0 10 20 30 40 50 60 70"},
                                                  {3600, "0 500 1000 1500 2000 2500 3000 3500"}};
  for (const auto& [seconds, ticks] : table) {
    const std::string drawn = draw_axis({7, 7 + static_cast<std::int64_t>(seconds * 1e9)});
    Lines found;
    for (std::sregex_iterator at(drawn.begin(), drawn.end(), tick), end; at != end; ++at) found.push_back((*at)[1]);
    std::string text;
    for (const std::string& one : found) text += (text.empty() ? "" : " ") + one;
    EXPECT_EQ(text, ticks) << seconds;
  }
}

TEST(PageMarks, are_bars_or_have_a_width_of_their_own) {
  const TimeAxis axis{100, 300};
  EXPECT_EQ(
      draw_bar({150, 200, "x", "", 10, 80, false}, axis),
      "<rect class=\"x\" x=\"25.000%\" width=\"25.000%\" y=\"10.0%\" height=\"80.0%\" data-a=\"50\" data-b=\"100\"/>");
  EXPECT_EQ(draw_bar({150, 150, "x", "a<b", 0, 100, true}, axis),
            "<rect class=\"x\" x=\"25.000%\" width=\"2\" y=\"0.0%\" height=\"100.0%\" data-a=\"50\" tabindex=\"0\" "
            "role=\"img\"><title>a&lt;b</title></rect>");
  EXPECT_EQ(draw_bar({0, 900, "x", "", 0, 100, false}, axis),
            "<rect class=\"x\" x=\"0.000%\" width=\"100.000%\" y=\"0.0%\" height=\"100.0%\" data-a=\"-100\" "
            "data-b=\"800\"/>");
  EXPECT_EQ(draw_bar({200, 150, "x", "", 0, 100, false}, axis),
            "<rect class=\"x\" x=\"50.000%\" width=\"2\" y=\"0.0%\" height=\"100.0%\" data-a=\"100\"/>");
}

TEST(PageMarks, of_nothing_are_nothing) {
  EXPECT_EQ(draw_band(""), "");
  EXPECT_EQ(draw_path("x", ""), "");
  EXPECT_EQ(draw_path("x", "M0,0"), "<path class=\"x\" d=\"M0,0\"/>");
}

TEST(PageTables, align_numbers_and_mark_what_is_bad) {
  Table table{"a \"b\"", {"name", "#count", ""}, "", 0};
  table.row({"x", "1", "y"});
  table.row({"z", "2", ""}, true);
  EXPECT_EQ(table.count, 2U);
  EXPECT_EQ(table.draw(),
            "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"a &quot;b&quot;\"><table><tr><th "
            "scope=\"col\">name</th><th scope=\"col\" class=\"num\">count</th><td></td></tr>\n<tr><td>x</td><td "
            "class=\"num\">1</td><td>y</td></tr>\n<tr class=\"bad\"><td>z</td><td class=\"num\">2</td><td></td></tr>\n"
            "</table></div>\n");
}

// --- lanes
// -----------------------------------------------------------------------------------------------------------

TEST(PageLanes, show_phases_and_steps) {
  const auto history = test::small_article().folded();
  const std::string page = page_of(history, {});
  EXPECT_EQ(marks(page, "phase even"),
            (Lines{"0..8 phase deployed: 0.0 ms to 8.00 s", "15..30 phase job: 15.00 s to 30.00 s"}));
  EXPECT_EQ(marks(page, "phase odd"),
            (Lines{"8..15 phase rolled: 8.00 s to 15.00 s", "30..38 phase after: 30.00 s to 38.00 s"}));
  EXPECT_EQ(marks(page, "step").size(), 4U);
  EXPECT_EQ(marks(page, "step")[2], "15..22 step wait until the job is over: wait until the job is over (7.00 s)");
  EXPECT_EQ(marks(page, "step failed"), Lines{});
}

TEST(PageLanes, show_a_step_that_failed_and_one_that_never_ended) {
  TinyLog log;
  log.step(0, 2 * second, "a", "first", Verb::apply, "no <file>").step(3 * second, 0, "a", "second");
  log.watcher().window("a0", second, 2 * second, {second});
  const std::string page = page_of(log.ended(10 * second).folded(), {});
  EXPECT_EQ(marks(page, "step failed"), Lines{"0..2 step first: first (2.00 s) FAILED: no &lt;file&gt;"});
  EXPECT_EQ(marks(page, "step"), Lines{"3..10 step second: second (7.00 s)"});
}

TEST(PageLanes, show_each_state_of_an_endpoint) {
  const auto history = test::small_article().folded();
  const std::string page = page_of(history, test::accusing(history, {"p3"}));
  const std::string p1 = ": 10.0.0.1:3000 pod p1 of Deployment/web; reached directly it answered 0 of 0 times";
  EXPECT_EQ(marks(page, "notready")[0], "2..3 listed, not ready for 1.00 s" + p1);
  EXPECT_EQ(marks(page, "ready")[0], "3..11 ready, routable for 8.00 s" + p1);
  EXPECT_EQ(marks(page, "serving"), Lines{"11..13 terminating, still serving for 2.00 s" + p1});
  const std::string p3 = ": 10.0.0.3:3000 pod p3 of Job/migrate; reached directly it answered 0 of 0 times";
  EXPECT_EQ(marks(page, "ready stray"), Lines{"16..22 ready, routable for 6.00 s" + p3});
  EXPECT_EQ(marks(page, "notready stray"), Lines{"22..26 listed, not ready for 4.00 s" + p3});
  EXPECT_LT(page.find("Deployment/web <small>"), page.find("Job/migrate <strong"));  // strays stand last
  EXPECT_EQ(count_of(page, "<div class=\"owner"), 2U);
}

TEST(PageLanes, draw_no_more_endpoints_than_there_is_room_for_and_strays_first) {
  std::string words;
  for (int i = 1; i <= 700; ++i) words += fmt::format("p{} ", i);
  TinyLog log;
  log.watcher().slice("a0", second, "s", words).window("a0", second, 2 * second, {second});
  const auto history = log.ended(10 * second).folded();
  const auto lanes = [&](const diagnose::Verdict& verdict) {
    const std::string page = page_of(history, verdict);
    return std::tuple(count_of(page, "<div class=\"lane endpoint\">"),
                      count_of(page, "<div class=\"lane endpoint stray\">"),
                      has(page, "200 more endpoints are not drawn"));
  };
  EXPECT_EQ(lanes({}), std::tuple(500U, 0U, true));
  EXPECT_EQ(lanes(test::accusing(history, {"p600", "p700"})), std::tuple(498U, 2U, true));
  std::vector<std::string> all;
  for (int i = 1; i <= 700; ++i) all.push_back(fmt::format("p{}", i));
  EXPECT_EQ(lanes(test::accusing(history, all)), std::tuple(0U, 500U, true));
}

TEST(PageLanes, show_kubernetes_events_warnings_first) {
  TinyLog log;
  log.watcher().window("a0", second, 2 * second, {second});
  for (std::int64_t i = 0; i < 600; ++i) {
    model::KubeEvent event;
    event.type = i % 6 == 0 ? "Warning" : "Normal";
    event.reason = "Unhealthy";
    event.message = "probe failed";
    event.regarding = {"Pod", "shop", "p1", ""};
    log.add("kube.event", "runner", i * 10'000'000, test::json(model::ObjectChange{false, test::json(event)}));
  }
  const std::string page = page_of(log.ended(10 * second).folded(), {});
  EXPECT_EQ(marks(page, "kevent warning").size(), 100U);
  EXPECT_EQ(marks(page, "kevent").size(), 300U);
  EXPECT_EQ(marks(page, "kevent warning")[1], "0.06 Pod/p1 Unhealthy: probe failed");
  EXPECT_EQ(page_of(test::small_article().folded(), {}).find("Kubernetes Events"), std::string::npos);
}

TEST(PageLanes, hatch_what_was_not_seen) {
  TinyLog log;
  log.watcher().window("a0", second, 2 * second, {second}).window("a0", 9 * second, 10 * second, {9 * second});
  log.slice("a0", second, "s", "p1").gap("a0", "endpointslices", 4 * second, 6 * second);
  VantageHealth health;
  health.from_ns = 7 * second;
  health.to_ns = 8 * second;
  health.limit = Limit::stopped;
  health.loop_lag_ns = second;
  log.add(VantageHealth::kind, "a0", 8 * second, test::json(health));
  EXPECT_EQ(marks(page_of(log.ended(10 * second).folded(), {}), "blind"),
            (Lines{"4..6 the endpoints were not watched for 2.00 s", "7..8 the prober stood still for 1.00 s",
                   "4..6 watch of endpointslices blind for 2.00 s: connection lost",
                   "7..8 the prober a0 was at its own limit (stopped)"}));
}

TEST(PageLanes, hatch_a_silence_much_longer_than_the_pace) {
  TinyLog log;
  log.watcher();
  for (int i = 0; i < 100; ++i) {
    const std::int64_t at = second + i * second / 20 + (i >= 50 ? 3 * second : 0);
    log.window("a0", at, at + second / 20, {at});
  }
  EXPECT_EQ(marks(page_of(log.ended(10 * second).folded(), {}), "blind"),
            Lines{"3.45..6.5 no request began for 3.05 s"});
}

TEST(PageLanes, join_a_change_with_the_failure_beside_it) {
  const auto history = test::small_article().folded();
  const std::string page = page_of(history, {});
  EXPECT_TRUE(has(page,
                  "<div class=\"guide onset flip\" data-a=\"16000000000\" data-b=\"17250000000\" "
                  "style=\"left:42.105%;width:3.289%\"><b>first failure 1.25 s after 10.0.0.3 joined</b></div>"));
  EXPECT_TRUE(has(page,
                  "<div class=\"guide end flip\" data-a=\"21750000000\" data-b=\"22000000000\" "
                  "style=\"left:57.237%;width:0.658%\"><b>last failure 250.0 ms before 10.0.0.3 left</b></div>"));
  EXPECT_EQ(count_of(page, "class=\"guide"), 2U);
}

TEST(PageLanes, draw_few_guides) {
  TinyLog log;
  log.watcher();
  for (int i = 0; i < 20; ++i) {
    const std::int64_t at = (10 + 100 * i) * second;
    log.slice("a0", at, "s", i % 2 == 0 ? "p1" : "").window("a0", at, at + second, {}, {at + 1});
    log.window("a0", at + second, at + 100 * second, test::every(at + second, at + 100 * second, second));
  }
  EXPECT_EQ(count_of(page_of(log.ended(2500 * second).folded(), {}), "class=\"guide"), 12U);
}

// --- outcomes
// ---------------------------------------------------------------------------------------------------------

// "from,to,answered,failed" of each column, in tenths of a second.
std::string columns_of(const std::string& page) {
  static const std::regex column("([0-9]+),([0-9]+),([0-9]+),([0-9]+),[^;]*;");
  static const std::regex data("data-columns=\"([^\"]*)\"");
  std::smatch found;
  EXPECT_TRUE(std::regex_search(page, found, data));
  const std::string text = found[1];
  std::string out;
  for (std::sregex_iterator at(text.begin(), text.end(), column), end; at != end; ++at) {
    out += fmt::format("{}{}..{} {}/{}", out.empty() ? "" : ", ", std::stol((*at)[1]) / 100'000,
                       std::stol((*at)[2]) / 100'000, (*at)[3].str(), (*at)[4].str());
  }
  return out;
}

TEST(PageOutcomes, are_columns_of_whole_windows) {
  TinyLog log;
  log.watcher();
  test::half_seconds(log, 1, 7, {3, 4}, {4, 5});
  const auto history = log.ended(10 * second).folded();
  const auto drawn = [&](std::size_t most) {
    return columns_of(draw_outcomes(history, history.traffic[0], page_axis(history), most));
  };
  EXPECT_EQ(drawn(60), "10..20 2/0, 20..30 2/0, 30..40 0/2, 40..50 1/1, 50..60 2/0, 60..70 2/0");
  EXPECT_EQ(drawn(5), "10..30 4/0, 30..50 1/3, 50..70 4/0");
  EXPECT_EQ(drawn(1), "10..70 9/3");
}

TEST(PageOutcomes, tell_each_kind_in_a_lane_of_its_own) {
  TinyLog log;
  log.watcher().window("a0", second, 2 * second, {second}, {second + 1, second + 2});
  AttemptWindow window;
  window.traffic = "loop";
  window.from_ns = 2 * second;
  window.to_ns = 3 * second;
  window.sent = 3;
  window.failed = {{"reset", 2}, {"of-tomorrow<", 1}};
  window.failed_not_kept = 3;
  window.first_start_ns = window.last_start_ns = window.first_failed_start_ns = window.last_failed_start_ns =
      window.from_ns;
  const auto history = log.add(AttemptWindow::kind, "a0", 3 * second, test::json(window)).ended(4 * second).folded();
  const std::string page = draw_outcomes(history, history.traffic[0], page_axis(history), 900);
  EXPECT_TRUE(has(page, "aria-label=\"requests loop from a0: 6 sent, 5 failed\""));
  EXPECT_TRUE(has(page, "aria-label=\"connection refused: 2 of 6\""));
  EXPECT_TRUE(has(page, "aria-label=\"of-tomorrow&lt;: 1 of 6\""));
  EXPECT_EQ(marks(page, "mark"), (Lines{"1 failed attempt 0: refused", "1 failed attempt 1: refused"}));
}

TEST(PageOutcomes, table_tells_the_same_as_the_lane) {
  TinyLog log;
  log.watcher();
  test::half_seconds(log, 1, 4, {2, 3});
  const auto history = log.ended(10 * second).folded();
  const std::string table = outcomes_table(history.traffic[0], page_axis(history), 60);
  EXPECT_TRUE(has(table,
                  "<td class=\"num\">2.00 s</td><td class=\"num\">3.00 s</td><td class=\"num\">0</td><td "
                  "class=\"num\">2</td><td>2 connection refused</td>"))
      << table;
  EXPECT_EQ(count_of(table, "<tr>"), 4U);
}

}  // namespace
}  // namespace straycat::report
