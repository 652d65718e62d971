// Manifests over what a cluster holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lint/support/worlds.hpp"
#include <straycat/lint/lint.hpp>

namespace straycat::lint {
namespace {

using namespace worlds;
using ::testing::IsEmpty;

model::Workload workload_there(const std::string& kind, const std::string& name,
                               model::Labels labels = {{"app", "web"}}) {
  model::Workload out;
  out.meta.kind = kind;
  out.meta.ns = "prod";
  out.meta.name = name;
  out.pod.labels = std::move(labels);
  out.pod.containers.resize(1);
  out.pod.containers.front().ports.push_back({"http", 3000, "TCP"});
  return out;
}

model::Service service_there(const std::string& name, model::Labels selector = {{"app", "web"}}) {
  model::Service out;
  out.meta.kind = "Service";
  out.meta.ns = "prod";
  out.meta.name = name;
  out.selector = std::move(selector);
  out.ports.push_back({"http", 80, 3000, "TCP", 0});
  return out;
}

Wishes over(Ground ground) {
  ground.ns = "prod";
  Wishes wishes;
  wishes.ground = std::move(ground);
  return wishes;
}

std::string behind_words(const Verdict& verdict) {
  std::string out;
  for (const Behind& one : verdict.behind) {
    out += one.service.display() + ":";
    for (const auto& each : one.workloads) out += " " + each.workload.display() + (each.in_cluster ? "*" : "");
    out += ";";
  }
  return out;
}

struct GroundWorld {
  const char* name;
  std::string text;
  Ground ground;
  std::string behind;
  std::vector<std::string> says;
};
void PrintTo(const GroundWorld& world, std::ostream* out) { *out << world.name; }

Ground ground_of(std::vector<model::Service> services, std::vector<model::Workload> workloads) {
  Ground out;
  out.services = std::move(services);
  out.workloads = std::move(workloads);
  return out;
}

model::Workload made_by(model::Workload workload, const std::string& kind) {
  workload.meta.owners.push_back({kind, "owner", "", true});
  return workload;
}
model::Workload over_and_done(model::Workload workload) {
  workload.finished = true;
  return workload;
}

const std::vector<GroundWorld> ground_worlds{
    {"a Job comes to stand behind what is there",
     job("cats", app),
     ground_of({service_there("web")}, {workload_there("Deployment", "web")}),
     "Service/web: Job/cats Deployment/web*;",
     {"E1 Service/web Job/cats"}},
    {"a Service comes over a CronJob that is there",
     web,
     ground_of({}, {workload_there("CronJob", "nightly")}),
     "Service/web: Deployment/web CronJob/nightly*;",
     {"E1 Service/web CronJob/nightly"}},
    {"the manifest cures what is there",
     job("cats", "app: cats"),
     ground_of({service_there("web")}, {workload_there("Deployment", "web"), workload_there("Job", "cats")}),
     "",
     {}},
    {"the Service's manifest narrows what is there",
     service("web", "app: web, part: http"),
     ground_of({service_there("web")}, {workload_there("Deployment", "web", {{"app", "web"}, {"part", "http"}}),
                                        workload_there("Job", "cats")}),
     "Service/web: Deployment/web*;",
     {}},
    {"what is wrong there already is not its business",
     "kind: ConfigMap\nmetadata: {name: x}\n",
     ground_of({service_there("web")}, {workload_there("Deployment", "web"), workload_there("Job", "cats")}),
     "",
     {}},
    {"revisions and Jobs of others are theirs",
     web,
     ground_of({}, {made_by(workload_there("ReplicaSet", "web-1"), "Deployment"),
                    made_by(workload_there("Job", "n-1"), "CronJob")}),
     "Service/web: Deployment/web;",
     {}},
    {"a Job that is over stands nowhere",
     web,
     ground_of({}, {over_and_done(workload_there("Job", "cats"))}),
     "Service/web: Deployment/web;",
     {}},
    {"another namespace",
     "kind: Job\nmetadata: {name: cats, namespace: other}\nspec: {template: {metadata: {labels: {app: web}}, spec: "
     "{containers: [{name: m}]}}}\n",
     ground_of({service_there("web")}, {workload_there("Deployment", "web")}),
     "",
     {}},
    {"an empty namespace", web, {}, "Service/web: Deployment/web;", {}},
};

class Grounds : public ::testing::TestWithParam<GroundWorld> {};

TEST_P(Grounds, TellWhoWouldStandThere) {
  const Verdict verdict = lint({{"web.yaml", GetParam().text}}, over(GetParam().ground));
  EXPECT_EQ(behind_words(verdict), GetParam().behind);
  std::vector<std::string> says;
  for (const Flaw& flaw : verdict.flaws)
    says.push_back(flaw.rule + " " + flaw.object.display() + " " + flaw.other.display());
  EXPECT_EQ(says, GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(Worlds, Grounds, ::testing::ValuesIn(ground_worlds));

TEST(Ground, IsNamedInThePlaceOfAFile) {
  const Verdict verdict = lint({{"web.yaml", job("cats", app)}},
                               over(ground_of({service_there("web")}, {workload_there("Deployment", "web")})));
  ASSERT_EQ(verdict.flaws.size(), 1u);
  EXPECT_EQ(verdict.flaws.front().spot.file, in_the_cluster);
  EXPECT_EQ(verdict.flaws.front().other_spot.file, "web.yaml");
  EXPECT_TRUE(verdict.flaws.front().fix);
}

TEST(Ground, APodThatNobodyMadeStandsThereToo) {
  Ground ground = ground_of({service_there("web")}, {workload_there("Deployment", "web")});
  model::Pod pod;
  pod.meta = workload_there("Pod", "debug").meta;
  pod.spec.labels = {{"app", "web"}};
  pod.phase = "Running";
  ground.pods.push_back(pod);
  pod.meta.name = "gone", pod.phase = "Succeeded";
  ground.pods.push_back(pod);
  EXPECT_EQ(behind_words(lint({{"web.yaml", service("web", app)}}, over(ground))),
            "Service/web: Deployment/web* Pod/debug*;");
}

}  // namespace
}  // namespace straycat::lint
