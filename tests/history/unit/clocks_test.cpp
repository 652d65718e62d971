// Several clocks on one: what bounds them, what is only guessed, and what follows from either.
#include <gtest/gtest.h>

#include "history/support/tiny_log.hpp"
#include "history/support/told.hpp"

namespace straycat::history {
namespace {

using test::TinyLog;

struct Bounds {
  const char* vantage;
  std::int64_t lower, upper;
};
struct Offsets {
  const char* what;
  std::vector<Bounds> bounds;
  std::vector<const char*>
      vantages;         // each says one thing, at 5000 of its own clock; the runner answers at 1000 of its
  const char* offsets;  // "a0 0+-0": reference = own + offset +- error; the runner's first
};

// "?": no bound.
std::string offset_text(const std::string& name, std::int64_t offset, std::int64_t error) {
  return error >= unbounded ? fmt::format("{} {}?", name, offset) : fmt::format("{} {}+-{}", name, offset, error);
}

std::string offsets_of(const History& history) {
  std::vector<std::string> parts = {offset_text("runner", history.zero.ns, history.zero.error_ns)};
  for (const Vantage& vantage : history.vantages)
    parts.push_back(offset_text(vantage.record.id, vantage.offset_ns, vantage.error_ns));
  return test::joined(parts);
}

History heard(const Offsets& row) {
  TinyLog log;
  for (const char* vantage : row.vantages) log.vantage(vantage, 5000);
  for (const Bounds& one : row.bounds) log.bound(one.vantage, one.lower, one.upper);
  return log.step(1000, 1100, "p").ended(2000).folded();
}

TEST(Clocks, are_placed_on_the_first_vantage_points) {
  const Offsets table[] = {
      {"the runner alone", {}, {}, "runner 0+-0"},
      {"one, bounded", {{"a0", 4000, 4100}}, {"a0"}, "runner 4050+-51, a0 0+-0"},
      {"the tightest of several bounds counts, each side by itself",
       {{"a0", 3000, 4100}, {"a0", 4000, 9000}, {"a0", 3900, 4200}},
       {"a0"},
       "runner 4050+-51, a0 0+-0"},
      {"a bound of no length", {{"a0", 4000, 4000}}, {"a0"}, "runner 4000+-1, a0 0+-0"},
      {"bounds that contradict each other leave what lies between them in doubt",
       {{"a0", 4200, 5000}, {"a0", 3000, 4000}},
       {"a0"},
       "runner 4100+-101, a0 0+-0"},
      // By the log's order: what a vantage point said at 5000 stood there when the runner wrote at 0 (its bounds) or
      // 1000.
      {"not bounded: the order of the log gives a guess", {}, {"a0"}, "runner 4000?, a0 0+-0"},
      {"bounded from below alone", {{"a0", 4200, unbounded}}, {"a0"}, "runner 5000?, a0 0+-0"},
      {"bounded from above alone", {{"a0", -unbounded, 5200}}, {"a0"}, "runner 5000?, a0 0+-0"},
      {"two, both bounded: their errors add up",
       {{"a0", 4000, 4100}, {"a1", 3000, 3020}},
       {"a0", "a1"},
       "runner 4050+-51, a0 0+-0, a1 1040+-62"},
      {"three: the order in which they speak decides whose clock it is",
       {{"a0", 4000, 4000}, {"a1", 3000, 3000}, {"a2", 2000, 2000}},
       {"a2", "a0", "a1"},
       "runner 2000+-1, a2 0+-0, a0 -2000+-2, a1 -1000+-2"},
      {"the second is not bounded: nothing of it is sure",
       {{"a0", 4000, 4100}},
       {"a0", "a1"},
       "runner 4050+-51, a0 0+-0, a1 -950?"},
      {"the first is not bounded: nothing of any other is sure",
       {{"a1", 4000, 4100}},
       {"a0", "a1"},
       "runner 5000?, a0 0+-0, a1 950?"},
      {"a bound of somebody who never speaks", {{"a9", 1, 2}, {"a0", 4000, 4100}}, {"a0"}, "runner 4050+-51, a0 0+-0"},
      {"the runner is no vantage point, whoever bounds it",
       {{"runner", 7, 8}, {"a0", 4000, 4100}},
       {"a0"},
       "runner 4050+-51, a0 0+-0"},
  };
  for (const Offsets& row : table) EXPECT_EQ(offsets_of(heard(row)), row.offsets) << row.what;
}

// Of each record the instants move, the lengths and what means "none" stay.
TEST(Clocks, move_the_instants_of_every_record) {
  TinyLog log;
  log.vantage("a0", 0).vantage("a1", 10'000).bound("a0", 0, 0).bound("a1", 10'000, 10'000);
  log.watch_from("a1", "endpointslices", 10'001).gap("a1", "endpointslices", 10'020, 10'030);
  log.slice("a1", 10'005, "s", "p1");
  VantageHealth health;
  health.from_ns = 10'040;
  health.to_ns = 10'050;
  health.loop_lag_ns = 77;
  log.add(VantageHealth::kind, "a1", 10'050, test::json(health));
  log.window("a1", 10'010, 10'020, {10'012, 10'015}).window("a1", 10'020, 10'040, {}, {10'025});
  log.probe("a1", 10'013, "p1", true);
  const History history = log.ended(100).folded();

  const Vantage& vantage = *history.vantage("a1");
  EXPECT_EQ(vantage.first_ns, 0);
  EXPECT_EQ(vantage.last_ns, 50);
  EXPECT_EQ(vantage.health.at(0).from_ns, 40);
  EXPECT_EQ(vantage.health.at(0).loop_lag_ns, 77);
  EXPECT_EQ(test::watches_of(history), "a1 endpointslices [] open 1..100 gaps 20..30 +-2");
  EXPECT_EQ(test::changes_of(history.views.at(0)), "5 p1 joined");
  EXPECT_EQ(history.views[0].error_ns, 2);
  EXPECT_EQ(history.views[0].endpoints.at(0).probes.at(0).started_ns, 13);
  EXPECT_EQ(history.views[0].endpoints.at(0).probes.at(0).ended_ns, 23);

  const Traffic& traffic = history.traffic.at(0);
  EXPECT_EQ(traffic.error_ns, 2);
  const AttemptWindow& quiet = traffic.windows.at(0);
  EXPECT_EQ((std::vector{quiet.from_ns, quiet.to_ns, quiet.first_start_ns, quiet.last_start_ns, quiet.first_ok_start_ns,
                         quiet.last_ok_start_ns, quiet.max_gap_ns}),
            (std::vector<std::int64_t>{10, 20, 12, 15, 12, 15, 3}));
  EXPECT_EQ(quiet.first_failed_start_ns, 0);  // none failed: 0 is no instant
  EXPECT_EQ(traffic.windows.at(1).first_failed_start_ns, 25);
  EXPECT_EQ(traffic.windows.at(1).last_ok_start_ns, 0);
  EXPECT_EQ(traffic.failures.at(0).started_ns, 25);
  EXPECT_EQ(traffic.failures.at(0).ended_ns, 35);
}

TEST(Clocks, say_how_early_and_how_late_it_may_have_been) {
  EXPECT_EQ((Placed{100, 7}.earliest()), 93);
  EXPECT_EQ((Placed{100, 7}.latest()), 107);
  EXPECT_TRUE((Placed{100, 7}.bounded()));
  EXPECT_FALSE((Placed{100, unbounded}.bounded()));
  EXPECT_EQ((Placed{100, unbounded}.earliest()), -unbounded);
  EXPECT_EQ((Placed{100, unbounded}.latest()), unbounded);
}

// The wall clock is the header's, on the run's zero.
TEST(Clocks, tell_the_wall_time_from_the_runs_zero) {
  TinyLog log;
  const History history = log.vantage("a0", 9000).bound("a0", 9000, 9000).ended(500).folded();
  EXPECT_EQ(history.zero, (Placed{9000, 1}));
  EXPECT_EQ(history.wall_ns(9500), 1'700'000'000'000'000'500);
  EXPECT_DOUBLE_EQ(history.relative_ms(9'009'000), 9.0);
}

TEST(Places, are_told_as_the_vantage_point_introduced_itself) {
  struct Row {
    const char* id;
    Place where;
    const char *node, *place;
  };
  const Row table[] = {{"a0", Place::pod, "n1", "a pod on n1"},
                       {"a1", Place::node, "n2", "n2"},
                       {"a2", Place::pod, "", "a2"},
                       {"a3", Place::host, "n1", "straycat's own machine"},
                       {"a4", Place::api, "", "the API server's proxy"}};
  TinyLog log;
  for (const Row& row : table) {
    VantageRecord record;
    record.where = row.where;
    record.node = row.node;
    record.id = "liar";  // a vantage point's name is its clock's
    log.add(VantageRecord::kind, row.id, 1, test::json(record));
  }
  const History history = log.ended(9).folded();
  for (const Row& row : table) EXPECT_EQ(history.place(row.id), row.place);
  EXPECT_EQ(history.place("a9"), "a9");
  EXPECT_EQ(history.vantage("liar"), nullptr);
}

}  // namespace
}  // namespace straycat::history
