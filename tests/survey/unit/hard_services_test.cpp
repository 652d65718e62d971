// Services that nobody prepared: headless, external, by hand, in the middle of a rollout, with several strays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "survey/support/town.hpp"

namespace straycat::survey {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using town::article;
using town::PodSpec;
using town::Town;

const model::Labels sayhi_app{{"app", "sayhi"}};

PodSpec pod_cat(const std::string& end = "1", const std::string& address = "10.244.0.4") {
  PodSpec pod{.name = "sayhi-abc-" + end};
  pod.owner_kind = "ReplicaSet";
  pod.owner = "sayhi-abc";
  pod.labels = {{"app", "sayhi"}, {"pod-template-hash", "abc"}};
  pod.address = address;
  return pod;
}

Town serving(const json& target = 3000, const json& more = json::object()) {
  Town town;
  town.service("sayhi", sayhi_app, target, more).deployment("sayhi", sayhi_app, 1);
  return town;
}

std::vector<std::string> causes_of(const Survey& survey) {
  std::vector<std::string> out;
  for (const auto& finding : survey.findings)
    out.push_back(std::string(to_string(finding.cause)) + (finding.workload ? " " + finding.workload->display() : ""));
  return out;
}

const json headless = json::object({{"clusterIP", "None"}});

TEST(HardServices, AHeadlessOneTranslatesNoPort) {
  const Survey survey = serving(3000, headless).pod(pod_cat()).survey();
  EXPECT_EQ(survey.exit_code(), 0) << survey.headline;
  EXPECT_THAT(survey.notes, Contains(HasSubstr("clients of sayhi:80 must dial port 3000 of the pods, not 80")));
  const Survey straight = Town().service("sayhi", sayhi_app, 80, headless).pod(pod_cat()).survey();
  EXPECT_THAT(straight.notes, Not(Contains(HasSubstr("must dial"))));
}

TEST(HardServices, AHeadlessOneWithoutPortsHasEndpointsAllTheSame) {
  json more = headless;
  more["ports"] = json::array();
  const Survey survey = serving(3000, more).pod(pod_cat()).survey();
  EXPECT_THAT(causes_of(survey), IsEmpty()) << survey.headline;
  EXPECT_TRUE(survey.behind.at(0).pods.at(0).routable);
  EXPECT_EQ(survey.ports, "none");
  PodSpec starting = pod_cat();
  starting.ready = false;
  const Survey empty = serving(3000, more).pod(starting).survey();
  ASSERT_THAT(causes_of(empty), ElementsAre("no-endpoints Deployment/sayhi"));
  EXPECT_THAT(empty.findings[0].evidence[0].text, HasSubstr("its name has no address"));
}

TEST(HardServices, OfAnExternalNameNothingIsSaid) {
  const json more = json::object({{"type", "ExternalName"}, {"externalName", "example.org"}});
  const Survey survey = serving(3000, more).pod(pod_cat()).job("later", sayhi_app, false).survey();
  EXPECT_EQ(survey.exit_code(), 2);
  EXPECT_THAT(causes_of(survey), IsEmpty()) << "its selector has no effect";
  EXPECT_THAT(survey.notes, ElementsAre(HasSubstr("selector has no effect")));
}

TEST(HardServices, WithoutASelectorWhoeverStandsThereWasPutThere) {
  Town town;
  town.service("sayhi", {}).deployment("sayhi", sayhi_app, 1).pod(pod_cat()).pod(pod_cat("2", "10.244.0.5"));
  town.foreign_slice("sayhi", "me", "sayhi-abc-1");
  const Survey survey = town.survey();
  EXPECT_EQ(survey.exit_code(), 0) << survey.headline;
  EXPECT_THAT(survey.notes, Contains("slice sayhi-byhand (managed by me) sends to 10.9.9.9"));
  ASSERT_EQ(survey.behind.size(), 1U);
  EXPECT_EQ(survey.behind[0].pods.size(), 1U) << "only the one that the slice names";
}

TEST(HardServices, ReadyInNameOnly) {
  PodSpec starting = pod_cat();
  starting.ready = false;
  const Survey survey = serving(3000, json::object({{"publishNotReadyAddresses", true}})).pod(starting).survey();
  EXPECT_EQ(survey.exit_code(), 1);
  EXPECT_THAT(survey.headline, HasSubstr("which is not ready: it publishes addresses that are not"));
  EXPECT_TRUE(survey.behind.at(0).pods.at(0).routable);
}

// A rollout: the old revision's pods lack the name that the new one's have.
TEST(HardServices, TwoRevisionsWithDifferentPorts) {
  PodSpec fresh = pod_cat("new", "10.244.0.5");
  fresh.port_name = "web";
  for (const bool old_first : {true, false}) {
    Town town = serving("web");
    town.pod(old_first ? pod_cat("old") : fresh).pod(old_first ? fresh : pod_cat("old"));
    const Survey survey = town.survey();
    ASSERT_THAT(causes_of(survey), ElementsAre("missing-named-port Deployment/sayhi"));
    EXPECT_THAT(survey.headline, HasSubstr("1 of the 2 pods of Deployment/sayhi"));
    EXPECT_EQ(survey.behind.at(0).ports.at(0).number, 3000);
  }
}

TEST(HardServices, ASidecarsPortIsNotTheApplications) {
  PodSpec meshed = pod_cat();
  meshed.port = 0;
  meshed.probe = false;
  meshed.sidecar_port = 15090;
  const Survey survey = Town().service("sayhi", sayhi_app).pod(meshed).survey();
  EXPECT_THAT(causes_of(survey), IsEmpty());
  EXPECT_THAT(survey.notes, Contains(HasSubstr("one declares none at all, and may listen there")));
}

TEST(HardServices, AStatefulSetAsTheStray) {
  PodSpec stray{.name = "cache-0"};
  stray.owner_kind = "StatefulSet";
  stray.owner = "cache";
  stray.port = 6379;
  stray.address = "10.244.0.7";
  stray.labels = {{"app", "sayhi"}, {"statefulset.kubernetes.io/pod-name", "cache-0"}};
  const Survey survey = serving().pod(pod_cat()).stateful_set("cache", sayhi_app, 6379).pod(stray).survey();
  ASSERT_THAT(causes_of(survey), ElementsAre("stray-endpoint StatefulSet/cache"));
  ASSERT_TRUE(survey.findings[0].fix);
  EXPECT_THAT(survey.findings[0].fix->yaml, HasSubstr("app: sayhi-statefulset"));
  EXPECT_THAT(survey.findings[0].fix->yaml, Not(HasSubstr("pod-name")));
}

TEST(HardServices, SeveralStraysEachWithItsFix) {
  PodSpec debug{.name = "debug"};
  debug.port = 0;
  debug.probe = false;
  debug.address = "10.244.0.9";
  const Survey survey =
      article().cron_job("nightly", sayhi_app).pod(debug).job("test", sayhi_app, true, false, "test").survey();
  EXPECT_THAT(causes_of(survey), ElementsAre("stray-endpoint Job/sayhi", "stray-endpoint Pod/debug",
                                             "latent-overlap CronJob/nightly", "latent-overlap Job/test"));
  for (const auto& finding : survey.findings) EXPECT_TRUE(finding.fix) << finding.title() << finding.no_fix;
  EXPECT_THAT(survey.headline, HasSubstr("(3 more below)"));
}

// --- selectors that match nobody

TEST(MistypedSelector, IsMendedWhereOneWorkloadWasMeant) {
  const Survey survey = serving().service("typo", {{"app", "sayhy"}}).pod(pod_cat()).survey("typo");
  ASSERT_EQ(survey.findings.size(), 1U);
  EXPECT_THAT(survey.headline, HasSubstr("Deployment/sayhi has app=sayhi on its pods"));
  ASSERT_TRUE(survey.findings[0].fix) << survey.findings[0].no_fix;
  EXPECT_EQ(survey.findings[0].fix->merge_patch, json::parse(R"({"spec":{"selector":{"app":"sayhi"}}})"));
  EXPECT_THAT(survey.findings[0].fix->checked, ElementsAre(HasSubstr("and nobody else's")));
}

TEST(MistypedSelector, NoFixThatWouldBringAStray) {
  const Survey survey = serving()
                            .service("typo", {{"app", "sayhy"}})
                            .pod(pod_cat())
                            .job("later", {{"app", "sayhi"}, {"x", "y"}}, false)
                            .survey("typo");
  EXPECT_FALSE(survey.findings.at(0).fix);
  const Survey blind = serving().service("typo", {{"app", "sayhy"}}).pod(pod_cat()).denied("cronjobs").survey("typo");
  EXPECT_FALSE(blind.findings.at(0).fix) << "what may be matched was not all seen";
}

TEST(MistypedSelector, AnotherNameAltogetherIsNoMistake) {
  const Survey survey = serving().service("other", {{"app", "warehouse"}}).pod(pod_cat()).survey("other");
  EXPECT_THAT(survey.headline, HasSubstr("matches no pod."));
  EXPECT_FALSE(survey.findings.at(0).fix);
}

TEST(MistypedSelector, PodsThatCouldNotBeReadAreNotNone) {
  Town town;
  town.service("sayhi", sayhi_app).denied("pods");
  EXPECT_THAT(town.survey().headline, Not(HasSubstr("matches no pod")));
}

// --- what recently stood there

TEST(RecentPast, WhatAControllersEventTellsOfPodsThatAreGone) {
  Town town = serving().pod(pod_cat());
  town.deployment("canary", sayhi_app, 0).made_event("ReplicaSet", "canary-abc", "Created pod: canary-abc-9");
  const Survey survey = town.survey();
  ASSERT_EQ(survey.past.size(), 1U);
  EXPECT_EQ(survey.past[0].workload.display(), "Deployment/canary");
  EXPECT_EQ(survey.past[0].text, "pod canary-abc-9, which is gone, was made by ReplicaSet/canary-abc");
}

TEST(RecentPast, AJobThatItsCronJobMadeAndThatIsGone) {
  const auto with = [](const model::Labels& labels) {
    return serving()
        .pod(pod_cat())
        .cron_job("nightly", labels)
        .made_event("CronJob", "nightly", "Created job nightly-123")
        .survey();
  };
  const Survey survey = with(sayhi_app);
  ASSERT_THAT(causes_of(survey), ElementsAre("stray-endpoint CronJob/nightly"));
  EXPECT_EQ(survey.past.at(0).text, "Job nightly-123, which is gone, was made by CronJob/nightly");
  EXPECT_THAT(with({{"app", "other"}}).past, IsEmpty());
}

TEST(RecentPast, StraysComeFirst) {
  Town town = serving().pod(pod_cat());
  for (int i = 0; i < 20; ++i)
    town.made_event("ReplicaSet", "sayhi-abc", "Created pod: sayhi-abc-x" + std::to_string(i));
  town.job("sayhi", sayhi_app, true).job_pod_event("sayhi", "sayhi-gone");
  const Survey survey = town.survey();
  ASSERT_EQ(survey.past.size(), 21U);
  EXPECT_TRUE(survey.past[0].stray);
  EXPECT_FALSE(survey.past[1].stray);
}

}  // namespace
}  // namespace straycat::survey
