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

// --- kinds that nobody works at: whether they could have met the requests

model::KubeEvent told_of(const std::string& kind, const std::string& name, const std::string& type = "Warning") {
  auto event = told(type);
  event.message = kind + " has no effect on the embedded cluster: nobody works at it";
  event.regarding = {kind, "shop", name, "uid-" + kind + "-" + name};
  return event;
}

model::NetworkPolicy policy(const model::Labels& pods) {
  model::NetworkPolicy policy;
  policy.meta.kind = "NetworkPolicy";
  policy.meta.ns = "shop";
  policy.meta.name = "deny";
  policy.meta.uid = "uid-NetworkPolicy-deny";
  policy.pods.match_labels = pods;
  policy.ingress = true;
  return policy;
}

// What is said of a quiet run, and whether a note says it.
std::pair<std::string, bool> outcome(const World& world) {
  const auto verdict = test::judged(world);
  const auto said = std::any_of(verdict.notes.begin(), verdict.notes.end(),
                                [](const std::string& note) { return note.find("no effect") != std::string::npos; });
  return {std::string(to_string(verdict.conclusion)), said};
}
using Said = std::pair<std::string, bool>;

TEST(Ignored, APolicyMattersWhereItSelectsPodsThatAreAsked) {
  World world = quiet_with(told_of("NetworkPolicy", "deny"), 1);
  world.policies = {policy({{"app", "sayhi"}})};
  EXPECT_EQ(outcome(world), Said("inconclusive", false));
  world.policies = {policy({})};
  EXPECT_EQ(outcome(world), Said("inconclusive", false)) << "an empty selector selects all";
  world.policies = {policy({{"app", "database"}})};
  EXPECT_EQ(outcome(world), Said("none", true));
  world.policies[0].meta.ns = "other";
  world.policies[0].pods = {};
  EXPECT_EQ(outcome(world), Said("none", true)) << "a policy reaches no other namespace";
  world.policies = {};
  EXPECT_EQ(outcome(world), Said("inconclusive", false)) << "nobody knows whom it selects";
}

TEST(Ignored, AWorkloadMattersWhereItsPodsWouldBeAsked) {
  World world = quiet_with(told_of("ReplicationController", "old"), 1);
  world.owners.push_back({"ReplicationController", "old", {{"app", "sayhi"}, {"more", "yes"}}, ""});
  EXPECT_EQ(outcome(world), Said("inconclusive", false));
  world.owners.back().labels = {{"app", "batch"}};
  EXPECT_EQ(outcome(world), Said("none", true));
  world.kube_events[0].message = "spec.template.spec.affinity has no effect on the embedded cluster: one node";
  EXPECT_EQ(outcome(world), Said("inconclusive", false)) << "a field of what runs";
  world.owners.pop_back();
  EXPECT_EQ(outcome(world), Said("inconclusive", false)) << "nobody knows its pods";
}

TEST(Ignored, WhatCannotMatterIsOnlySaid) {
  EXPECT_EQ(outcome(quiet_with(told_of("PriorityClass", "web", "Normal"), 1)), Said("none", true));
  EXPECT_EQ(outcome(quiet_with(told_of("Ingress", "web"), 1)), Said("inconclusive", false));
  auto probers = told_of("PriorityClass", "web", "Normal");
  probers.component = "somebody";
  EXPECT_EQ(outcome(quiet_with(probers, 1)), Said("none", false));
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
