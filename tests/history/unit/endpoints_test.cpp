// Who stood behind a Service when: slices of a few words, and all that they mean.
#include <gtest/gtest.h>

#include "history/support/tiny_log.hpp"
#include "history/support/told.hpp"

namespace straycat::history {
namespace {

using test::changes_of;
using test::sizes_of;
using test::stays_of;
using test::TinyLog;

struct Line {
  std::int64_t at;
  const char* slice;
  const char* words;
};
struct Told {
  const char* what;
  std::vector<Line> lines;
  const char* changes;
  const char* stays;
  const char* sizes;
};

// The watch is open from 0 to 100; traffic needs one window, so that there is a view.
History played(const std::vector<Line>& lines) {
  TinyLog log;
  log.watcher();
  for (const Line& line : lines) log.slice("a0", line.at, line.slice, line.words);
  return log.window("a0", 1, 2, {1}).ended(100).folded();
}

const ServiceView& view_of(const History& history) { return history.views.at(0); }

const std::vector<Told> lives = {
    {"nothing", {}, "", "", "0..100 0"},
    {"it comes and goes",
     {{10, "s", "p1"}, {20, "s", ""}},
     "10 p1 joined, 20 p1 left",
     "p1 10..20",
     "0..10 0, 10..20 1, 20..100 0"},
    {"it is there to the end", {{10, "s", "p1"}}, "10 p1 joined", "p1 10..100>", "0..10 0, 10..100 1"},
    {"it is listed before it is ready, and after",
     {{10, "s", "p1?"}, {15, "s", "p1"}, {20, "s", "p1?"}, {30, "s", ""}},
     "10 p1 listed, 15 p1 joined, 20 p1 left, 30 p1 unlisted",
     "p1 15..20",
     "0..15 0, 15..20 1, 20..100 0"},
    {"it comes back",
     {{10, "s", "p1"}, {20, "s", ""}, {30, "s", "p1"}, {40, "s", ""}},
     "10 p1 joined, 20 p1 left, 30 p1 joined, 40 p1 left",
     "p1 10..20, p1 30..40",
     "0..10 0, 10..20 1, 20..30 0, 30..40 1, 40..100 0"},
    {"one that terminates is sent nothing while another is ready",
     {{10, "s", "p1 p2"}, {20, "s", "p1~ p2"}, {30, "s", "p2"}},
     "10 p1 joined, 10 p2 joined, 20 p1 left, 30 p1 unlisted",
     "p1 10..20, p2 10..100>",
     "0..10 0, 10..20 2, 20..100 1"},
    {"the last one is sent to for as long as it serves",
     {{10, "s", "p1"}, {20, "s", "p1~"}, {30, "s", "p1!"}, {40, "s", ""}},
     "10 p1 joined, 20 p1 terminating, 30 p1 left, 40 p1 unlisted",
     "p1 10..30",
     "0..10 0, 10..30 1, 30..100 0"},
    {"one that becomes ready ends that",
     {{10, "s", "p1"}, {20, "s", "p1~ p2?"}, {30, "s", "p1~ p2"}},
     "10 p1 joined, 20 p1 terminating, 20 p2 listed, 30 p1 left, 30 p2 joined",
     "p1 10..30, p2 30..100>",
     "0..10 0, 10..30 1, 30..100 1"},
    {"it ends in one slice for what another holds",
     {{10, "s", "p1~"}, {20, "t", "p2"}, {30, "t", "p2!"}},
     "10 p1 joined, 20 p1 left, 20 p2 joined, 30 p1 joined, 30 p2 left",
     "p1 10..20, p1 30..100>, p2 20..30",
     "0..10 0, 10..20 1, 20..30 1, 30..100 1"},
    {"an unready one that begins to terminate",
     {{10, "s", "p1? p2"}, {20, "s", "p1! p2"}, {30, "s", "p2"}},
     "10 p1 listed, 10 p2 joined, 20 p1 terminating, 30 p1 unlisted",
     "p2 10..100>",
     "0..10 0, 10..100 1"},
    {"a slice that says the same again says nothing",
     {{10, "s", "p1 p2"}, {20, "s", "p1 p2"}, {30, "s", "p2 p1"}},
     "10 p1 joined, 10 p2 joined",
     "p1 10..100>, p2 10..100>",
     "0..10 0, 10..100 2"},
    {"a deleted slice takes its endpoints along",
     {{10, "s", "p1"}, {10, "t", "p2"}, {20, "s", "gone"}},
     "10 p1 joined, 10 p2 joined, 20 p1 left",
     "p1 10..20, p2 10..100>",
     "0..10 0, 10..20 2, 20..100 1"},
    {"a slice that nobody knew is deleted", {{10, "s", "gone"}}, "", "", "0..100 0"},
    {"a slice comes again under the same uid",
     {{10, "s", "p1"}, {20, "s", "gone"}, {30, "s", "p1"}},
     "10 p1 joined, 20 p1 left, 30 p1 joined",
     "p1 10..20, p1 30..100>",
     "0..10 0, 10..20 1, 20..30 0, 30..100 1"},
};

const std::vector<Told> moves = {
    {"first into the new slice, then out of the old one: nothing happens to it",
     {{10, "s", "p1 p2"}, {20, "t", "p1"}, {30, "s", "p2"}, {40, "t", ""}},
     "10 p1 joined, 10 p2 joined, 40 p1 left",
     "p1 10..40, p2 10..100>",
     "0..10 0, 10..40 2, 40..100 1"},
    {"first out, then in: it was away between",
     {{10, "s", "p1"}, {20, "s", ""}, {30, "t", "p1"}},
     "10 p1 joined, 20 p1 left, 30 p1 joined",
     "p1 10..20, p1 30..100>",
     "0..10 0, 10..20 1, 20..30 0, 30..100 1"},
    {"out and in at one instant (a list is one): it stood there throughout",
     {{10, "s", "p1"}, {20, "s", ""}, {20, "t", "p1"}},
     "10 p1 joined",
     "p1 10..100>",
     "0..10 0, 10..100 1"},
    {"two slices disagree: ready in one is ready",
     {{10, "s", "p1?"}, {20, "t", "p1"}, {30, "s", "p1"}, {40, "t", "p1?"}, {50, "s", "gone"}, {60, "t", "gone"}},
     "10 p1 listed, 20 p1 joined, 50 p1 left, 60 p1 unlisted",
     "p1 20..50",
     "0..20 0, 20..50 1, 50..100 0"},
    {"two slices disagree: it terminates only where both say so",
     {{10, "s", "p1~"}, {15, "t", "p1?"}, {20, "t", "p1~"}},
     "10 p1 joined, 20 p1 terminating",
     "p1 10..100>",
     "0..10 0, 10..100 1"},
    {"what a list brings at one instant is one change, in whichever order its slices stand",
     {{10, "s", "p1~"}, {10, "t", "p2"}},
     "10 p1 listed, 10 p2 joined",
     "p2 10..100>",
     "0..10 0, 10..100 1"},
};

const std::vector<Told> addresses = {
    {"an address that passes to another pod is another endpoint",
     {{10, "s", "p1@9"}, {20, "s", "p2@9"}},
     "10 p1 joined, 20 p1 left, 20 p2 joined",
     "p1 10..20, p2 20..100>",
     "0..10 0, 10..20 1, 20..100 1"},
    {"a pod of the same name that is made anew is another endpoint",
     {{10, "s", "p1"}, {20, "s", "p1#b"}},
     "10 p1 joined, 20 p1 left, 20 p1 joined",
     "p1 10..20, p1 20..100>",
     "0..10 0, 10..20 1, 20..100 1"},
    {"a pod that changes its address is another endpoint",
     {{10, "s", "p1@7"}, {20, "s", "p1@8"}},
     "10 p1 joined, 20 p1 left, 20 p1 joined",
     "p1 10..20, p1 20..100>",
     "0..10 0, 10..20 1, 20..100 1"},
    {"endpoints made by hand have no pod",
     {{10, "s", "@7 @8"}, {20, "s", "@8"}},
     "10 10.0.0.7 joined, 10 10.0.0.8 joined, 20 10.0.0.7 left",
     "10.0.0.7 10..20, 10.0.0.8 10..100>",
     "0..10 0, 10..20 2, 20..100 1"},
    {"one address twice in one slice is one endpoint",
     {{10, "s", "p1? p1"}, {20, "s", "p1"}},
     "10 p1 joined",
     "p1 10..100>",
     "0..10 0, 10..100 1"},
};

void check(const std::vector<Told>& table) {
  for (const Told& row : table) {
    const History history = played(row.lines);
    EXPECT_EQ(changes_of(view_of(history)), row.changes) << row.what;
    EXPECT_EQ(stays_of(view_of(history)), row.stays) << row.what;
    EXPECT_EQ(sizes_of(view_of(history)), row.sizes) << row.what;
    EXPECT_TRUE(view_of(history).blind.empty()) << row.what;
  }
}

TEST(Endpoints, come_and_go) { check(lives); }
TEST(Endpoints, move_between_slices) { check(moves); }
TEST(Endpoints, are_known_by_address_and_pod) { check(addresses); }

// Whatever the slices say: memberships are the joined and left of the changes, phases have no holes, and both agree
// with routable_at.
TEST(Endpoints, phases_memberships_and_changes_agree) {
  for (const auto* table : {&lives, &moves, &addresses}) {
    for (const Told& row : *table) {
      const History history = played(row.lines);
      const ServiceView& view = view_of(history);
      ASSERT_FALSE(view.phases.empty()) << row.what;
      EXPECT_EQ(view.phases.front().from, history.begin) << row.what;
      EXPECT_EQ(view.phases.back().to, history.end) << row.what;
      for (std::size_t i = 0; i < view.phases.size(); ++i) {
        const MembershipPhase& phase = view.phases[i];
        EXPECT_LT(phase.from, phase.to) << row.what;
        if (i > 0) EXPECT_EQ(view.phases[i - 1].to, phase.from) << row.what;
        for (const auto at : {phase.from, phase.to - 1}) EXPECT_EQ(view.routable_at(at).size(), phase.size) << row.what;
      }
    }
  }
}

// --- ports
// ------------------------------------------------------------------------------------------------------------

TinyLog& ported(TinyLog& log, std::int64_t at, const std::string& name, std::vector<model::SlicePort> ports,
                const std::string& words) {
  auto slice = TinyLog::slice_of(name, words);
  slice.ports = std::move(ports);
  return log.add("slice", "a0", at, test::json(model::ObjectChange{false, test::json(slice)}));
}

TinyLog& service(TinyLog& log, const std::string& port_name) {
  model::Service service;
  service.meta.kind = "Service";
  service.meta.ns = "shop";
  service.meta.name = service.meta.uid = "sayhi";
  service.ports.push_back({"admin", 81, 81, "TCP", 0});
  service.ports.push_back({port_name, 80, 3000, "TCP", 0});
  return log.add("service", "runner", 1, test::json(model::ObjectChange{false, test::json(service)}));
}

TEST(Ports, are_found_by_the_services_name_for_them) {
  TinyLog log;
  service(log.watcher(), "web");
  ported(log, 10, "s", {{"admin", 81, "TCP"}, {"web", 3000, "TCP"}}, "p1");
  ported(log, 20, "t", {{"admin", 81, "TCP"}}, "p2");
  const History history = log.window("a0", 1, 2, {1}).ended(100).folded();
  EXPECT_EQ(view_of(history).port_name, "web");
  EXPECT_EQ(changes_of(view_of(history)), "10 p1 joined, 20 p2:0 listed");  // p2 has no such port
}

TEST(Ports, that_a_pod_lacks_make_it_no_ones_endpoint) {
  TinyLog log;
  log.watcher();
  ported(log, 10, "s", {{"", std::nullopt, "TCP"}}, "p1 p2");
  ported(log, 20, "s", {{"", 3000, "TCP"}}, "p1");
  const History history = log.window("a0", 1, 2, {1}).ended(100).folded();
  EXPECT_EQ(changes_of(view_of(history)),
            "10 p1:0 listed, 10 p2:0 listed, 20 p1:0 unlisted, 20 p2:0 unlisted, 20 p1 joined");
  EXPECT_EQ(sizes_of(view_of(history)), "0..20 0, 20..100 1");
}

TEST(Ports, without_a_service_are_the_slices_only_one) {
  TinyLog log;
  log.watcher();
  ported(log, 10, "s", {{"web", 3000, "TCP"}}, "p1");
  const History history = log.window("a0", 1, 2, {1}).ended(100).folded();
  EXPECT_EQ(view_of(history).port_name, "web");
  EXPECT_EQ(stays_of(view_of(history)), "p1 10..100>");
}

// --- whose slices
// -----------------------------------------------------------------------------------------------------

TEST(Views, hold_the_slices_of_their_service_alone) {
  TinyLog log;
  log.watcher().slice("a0", 10, "s", "p1");
  auto other = TinyLog::slice_of("o", "p2");
  other.service = "other";
  log.add("slice", "a0", 10, test::json(model::ObjectChange{false, test::json(other)}));
  auto elsewhere = TinyLog::slice_of("e", "p3");
  elsewhere.meta.ns = "elsewhere";
  log.add("slice", "a0", 10, test::json(model::ObjectChange{false, test::json(elsewhere)}));
  EXPECT_EQ(stays_of(view_of(log.window("a0", 1, 2, {1}).ended(100).folded())), "p1 10..100>");
}

struct Seen {
  const char* what;
  bool own_watch, own_slices, runners_slices;
  const char* clock;
  const char* stays;
};

TEST(Views, are_the_vantage_points_own_or_else_the_runners) {
  const Seen table[] = {
      {"both", true, true, true, "a0", "p1 10..100>"},
      {"its own watch saw nothing", true, false, true, "a0", ""},
      {"slices but no word of a watch", false, true, true, "a0", "p1 <10..100>"},
      {"none of its own", false, false, true, "runner", "p2 20..100>"},
      {"none at all", false, false, false, "a0", ""},
  };
  for (const Seen& row : table) {
    TinyLog log;
    log.vantage("a0", 0).bound("a0", 0, 0).watch_from("runner", "endpointslices", 0);
    if (row.own_watch) log.watch_from("a0", "endpointslices", 0);
    if (row.own_slices) log.slice("a0", 10, "s", "p1");
    if (row.runners_slices) log.slice("runner", 20, "s", "p2");
    const History history = log.window("a0", 1, 2, {1}).ended(100).folded();
    EXPECT_EQ(view_of(history).clock, row.clock) << row.what;
    EXPECT_EQ(stays_of(view_of(history)), row.stays) << row.what;
    EXPECT_EQ(view_of(history).error_ns, view_of(history).clock == "runner" ? 1 : 0) << row.what;
    EXPECT_EQ(view_of(history).known, *row.stays != '\0') << row.what;
  }
}

TEST(Views, that_show_the_same_again_are_marked) {
  TinyLog log;
  log.watcher("a0").watcher("a1").watcher("a2");
  log.slice("a1", 10, "s", "p1").slice("a2", 11, "s", "p1");
  for (const char* clock : {"a0", "a1", "a2"}) log.window(clock, 1, 2, {1});
  const History history = log.ended(100).folded();
  ASSERT_EQ(history.views.size(), 3U);
  EXPECT_TRUE(history.views[0].repeats);  // it shows nothing; another does
  EXPECT_FALSE(history.views[1].repeats);
  EXPECT_TRUE(history.views[2].repeats);
  EXPECT_EQ(history.traffic.at(2).view, 2U);
}

TEST(Views, are_none_for_traffic_that_the_plan_does_not_know) {
  TinyLog log;
  const History history =
      log.watcher().slice("a0", 10, "s", "p1").window("a0", 1, 2, {1}, {}, true, "stranger").ended(100).folded();
  EXPECT_TRUE(history.views.empty());
  EXPECT_EQ(history.traffic.at(0).view, std::nullopt);
  EXPECT_EQ(history.totals.attempts, 1U);
}

// --- owners
// -----------------------------------------------------------------------------------------------------------

TEST(Owners, stand_at_the_top_of_what_the_log_holds) {
  TinyLog log;
  log.watcher().slice("a0", 10, "s", "p1 p2 p3 p4 p5 @6");
  log.workload(1, "Deployment", "web").workload(1, "ReplicaSet", "web-1", "web").workload(1, "Job", "migrate");
  log.pod(2, "p1", "ReplicaSet", "web-1").pod(2, "p2", "Job", "migrate").pod(2, "p3", "", "");
  log.pod(2, "p4", "ReplicaSet", "unseen");
  const History history = log.window("a0", 1, 2, {1}).ended(100).folded();
  std::vector<std::string> owners;
  for (const Endpoint& endpoint : view_of(history).endpoints) owners.push_back(endpoint.owner.display());
  // A ReplicaSet that the log does not hold may have a Deployment above it: nobody is named. p5's pod was never seen.
  EXPECT_EQ(test::joined(owners), "Deployment/web, Job/migrate, Pod/p3, /, /, /");
}

TEST(Owners, of_probes_are_the_pods_that_stood_there) {
  TinyLog log;
  log.watcher().slice("a0", 10, "s", "p1@9").slice("a0", 20, "s", "p2@9");
  log.probe("a0", 12, "p1@9", true).probe("a0", 22, "p2@9", false).probe("a0", 25, "p1@9", false);
  log.probe("a0", 30, "p2@9", false, false).probe("a0", 31, "p3@9", true).probe("a0", 32, "p1@8", true);
  const History history = log.window("a0", 1, 2, {1}).ended(100).folded();
  const auto starts = [&](std::size_t endpoint) {
    std::vector<std::string> all;
    for (const auto& probe : view_of(history).endpoints.at(endpoint).probes)
      all.push_back(fmt::format("{} {}", probe.started_ns, probe.ok ? "ok" : "failed"));
    return test::joined(all);
  };
  EXPECT_EQ(starts(0), "12 ok, 25 failed");
  EXPECT_EQ(starts(1), "22 failed, 30 failed");  // one that does not say whom it meant met whoever stood there last
}

}  // namespace
}  // namespace straycat::history
