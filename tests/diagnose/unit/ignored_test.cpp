// What the embedded cluster did not do: a clean run shows nothing of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"
#include <straycat/model/law.hpp>

namespace straycat::diagnose {
namespace {

using test::World;
using testing::HasSubstr;

constexpr const char* words = "spec.internalTrafficPolicy has no effect on the embedded cluster: there is one node";

model::KubeEvent told(const std::string& type = "Warning") {
  model::KubeEvent event;
  event.meta.kind = "Event";
  event.meta.ns = "shop";
  event.meta.name = event.meta.uid = "told";
  event.type = type;
  event.reason = model::kNotSupported;
  event.component = model::kLawTeller;
  event.message = words;
  event.regarding = {"Service", "shop", "sayhi", "u"};
  return event;
}

World quiet_with(const model::KubeEvent& event, double at) {
  World world = test::quiet();
  world.kube_events = {event};
  world.kube_event_times = {at};
  return world;
}

std::string state_of(const Verdict& verdict, std::size_t phase) { return verdict.phases.at(phase).state; }

TEST(Ignored, AQuietRunIsNotClean) {
  ASSERT_EQ(test::brief(test::judged(test::quiet())), "none");
  const auto verdict = test::judged(quiet_with(told(), 1));
  EXPECT_EQ(test::brief(verdict), std::string("inconclusive: Service/sayhi: ") + words);
  for (const auto& phase : verdict.phases) EXPECT_EQ(phase.state, "not shown");
}

// A test that the object came in the middle of: before that, nothing could be otherwise.
TEST(Ignored, WhatEndedBeforeStaysClean) {
  World world = quiet_with(told(), 1e9);
  const auto all = test::judged(world);
  ASSERT_GE(all.phases.size(), 1U);
  const double last = static_cast<double>(all.phases.back().to_ns - all.phases.back().from_ns) / 1e9;
  world.kube_event_times = {world.ends - last / 2};
  const auto verdict = test::judged(world);
  EXPECT_EQ(state_of(verdict, verdict.phases.size() - 1), "not shown");
  for (std::size_t i = 0; i + 1 < verdict.phases.size(); ++i) EXPECT_EQ(state_of(verdict, i), state_of(all, i)) << i;
}

TEST(Ignored, NobodyElsesWordCounts) {
  auto other = told();
  other.component = "kubelet";
  EXPECT_EQ(test::brief(test::judged(quiet_with(other, 1))), "none");
  EXPECT_EQ(test::brief(test::judged(quiet_with(told("Normal"), 1))), "none") << "it could have changed nothing";
  auto reason = told();
  reason.reason = "Other";
  EXPECT_EQ(test::brief(test::judged(quiet_with(reason, 1))), "none");
}

TEST(Ignored, AProofStandsAndTheReaderIsTold) {
  World world = test::article();
  const auto before = test::brief(test::judged(world));
  ASSERT_THAT(before, HasSubstr("found"));
  world.kube_events.push_back(told());
  world.kube_event_times.push_back(1);
  const auto verdict = test::judged(world);
  EXPECT_EQ(test::brief(verdict), before);
  EXPECT_THAT(verdict.notes, testing::Contains(HasSubstr(words)));
}

TEST(Ignored, NeverAndAtMostAreUnproven) {
  World world = test::quiet();
  world.expect.finding = "none";
  world.expect.max_failures = plan::Budget{false, 0};
  ASSERT_EQ(test::judged(world).exit_code, 0);
  world.kube_events = {told()};
  world.kube_event_times = {1};
  EXPECT_EQ(test::judged(world).exit_code, 2);
}

}  // namespace
}  // namespace straycat::diagnose
