#include <gtest/gtest.h>

#include <straycat/model/controller_labels.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::model {
namespace {

TEST(Selects, ASupersetMatchesAndAnEmptySelectorSelectsNothing) {
  EXPECT_TRUE(selects({{"app", "sayhi"}}, {{"app", "sayhi"}}));
  EXPECT_TRUE(selects({{"app", "sayhi"}}, {{"app", "sayhi"}, {"role", "job"}}));
  EXPECT_FALSE(selects({{"app", "sayhi"}, {"role", "web"}}, {{"app", "sayhi"}}));
  EXPECT_FALSE(selects({{"app", "sayhi"}}, {{"app", "other"}}));
  EXPECT_FALSE(selects({}, {{"app", "sayhi"}}));
}

TEST(Matches, ExpressionsAndTheEmptySelector) {
  const Labels labels{{"a", "1"}, {"b", "2"}};
  EXPECT_TRUE(matches({}, labels));
  EXPECT_TRUE(
      matches({{{"a", "1"}}, {{"b", "In", {"2", "3"}}, {"c", "DoesNotExist", {}}, {"c", "NotIn", {"x"}}}}, labels));
  EXPECT_FALSE(matches({{}, {{"a", "NotIn", {"1"}}}}, labels));
  EXPECT_FALSE(matches({{}, {{"c", "Exists", {}}}}, labels));
  EXPECT_FALSE(matches({{}, {{"a", "Unheard", {}}}}, labels));
}

TEST(ParseSelector, ReadsTheQueryForm) {
  const Labels labels{{"app", "sayhi"}, {"tier", "web"}, {"empty", ""}};
  const std::pair<const char*, bool> table[] = {{"", true},
                                                {"app=sayhi", true},
                                                {"app==sayhi", true},
                                                {"app=sayhi,tier=db", false},
                                                {"app!=x", true},
                                                {"missing!=x", true},
                                                {"app", true},
                                                {"!app", false},
                                                {"!missing", true},
                                                {"tier in (db, web)", true},
                                                {"tier notin (db)", true},
                                                {"app = sayhi , tier in (web)", true},
                                                {"empty=", true},
                                                {"kubernetes.io/x", false}};
  for (const auto& [text, expected] : table) {
    const Result<LabelSelector> selector = parse_selector(text);
    ASSERT_TRUE(selector) << text;
    EXPECT_EQ(matches(*selector, labels), expected) << text;
  }
  for (const char* text : {"=x", "a b=c", ",", "in (a)", "a=1,,b=2"}) EXPECT_FALSE(parse_selector(text)) << text;
}

TEST(ResolvePort, NamesAreLookedUpOnThePod) {
  PodShape pod;
  pod.containers.push_back({"a", "i", {{"http", 3000, "TCP"}, {"dns", 53, "UDP"}}, {}, {}, {}, false});
  EXPECT_EQ(resolve_port(8080, pod), 8080);
  EXPECT_EQ(resolve_port(std::string("http"), pod), 3000);
  EXPECT_EQ(resolve_port(std::string("dns"), pod), std::nullopt);
  EXPECT_EQ(resolve_port(std::string("dns"), pod, "UDP"), 53);
  EXPECT_EQ(resolve_port(std::string("gone"), pod), std::nullopt);
}

Workload owned(const std::string& kind, const std::string& name, const std::string& owner,
               const std::string& owner_kind = "CronJob") {
  Workload workload;
  workload.meta.kind = kind;
  workload.meta.name = name;
  workload.meta.uid = name;
  if (!owner.empty()) workload.meta.owners.push_back({owner_kind, owner, owner, true});
  return workload;
}

TEST(RootOwner, ClimbsToTheTop) {
  const std::vector<Workload> workloads{owned("ReplicaSet", "rs", "d"), owned("Deployment", "d", ""),
                                        owned("Job", "j", "cron")};
  Meta pod;
  pod.kind = "Pod";
  pod.name = "p";
  EXPECT_EQ(root_owner(pod, workloads).display(), "Pod/p");
  pod.owners = {{"ReplicaSet", "rs", "rs", true}};
  EXPECT_EQ(root_owner(pod, workloads).display(), "Deployment/d");
  pod.owners = {{"Job", "j", "j", true}};
  EXPECT_EQ(root_owner(pod, workloads).name, "cron") << "a known owner whose object was not seen still counts";
  pod.owners = {{"Other", "x", "x", false}};
  EXPECT_EQ(root_owner(pod, workloads).display(), "Pod/p") << "only a controller owns";
}

TEST(RootOwner, AReplicaSetThatMayNotBeSeenIsNamedAfterItsDeployment) {
  const std::vector<Workload> workloads{owned("Deployment", "d", ""), owned("StatefulSet", "s", "")};
  Meta pod;
  pod.kind = "Pod";
  pod.owners = {{"ReplicaSet", "d-5f", "gone", true}};
  EXPECT_EQ(root_owner(pod, workloads).display(), "ReplicaSet/d-5f") << "a name alone proves nothing";
  pod.labels["pod-template-hash"] = "5f";
  EXPECT_EQ(root_owner(pod, workloads).display(), "Deployment/d");
  pod.owners = {{"ReplicaSet", "s-5f", "gone", true}};
  EXPECT_EQ(root_owner(pod, workloads).display(), "ReplicaSet/s-5f") << "no such Deployment";
  pod.ns = "other";
  pod.owners = {{"ReplicaSet", "d-5f", "gone", true}};
  EXPECT_EQ(root_owner(pod, workloads).display(), "ReplicaSet/d-5f") << "a Deployment of another namespace";
}

TEST(DeploymentOf, IsReadFromTheReplicaSetsName) {
  const auto named = [](const char* kind, const char* name, const Labels& pod) {
    const auto found = deployment_of({kind, "n", name, "u"}, pod);
    return found ? found->display() : "none";
  };
  const Labels hashed{{"pod-template-hash", "5f"}};
  EXPECT_EQ(named("ReplicaSet", "web-5f", hashed), "Deployment/web");
  EXPECT_EQ(named("ReplicaSet", "web-5f", {}), "none") << "a name alone proves nothing";
  EXPECT_EQ(named("ReplicaSet", "web-6a", hashed), "none");
  EXPECT_EQ(named("ReplicaSet", "-5f", hashed), "none");
  EXPECT_EQ(named("ReplicaSet", "web-", {{"pod-template-hash", ""}}), "none");
  EXPECT_EQ(named("StatefulSet", "web-5f", hashed), "none");
  EXPECT_EQ(deployment_of({"ReplicaSet", "n", "web-5f", "u"}, hashed)->ns, "n");
}

TEST(OwnSelector, IsNoneWhereAControllerMakesItUp) {
  for (const char* kind : {"Deployment", "ReplicationController", "Rollout"}) {
    Workload workload = owned(kind, "w", "");
    workload.selector.match_labels = {{"app", "x"}};
    EXPECT_EQ(own_selector(workload), workload.selector) << kind;
  }
  Workload job = owned("Job", "w", "");
  job.selector.match_labels = {{"batch.kubernetes.io/controller-uid", "u"}};
  EXPECT_TRUE(own_selector(job).empty());
}

// Two workloads of one custom resource are two: it must not hide which of them made a pod.
TEST(RootOwner, ACustomResourceAboveAWorkloadDoesNotHideIt) {
  const std::vector<Workload> workloads{
      owned("Deployment", "web", "shop", "Shop"), owned("ReplicaSet", "web-5f", "web", "Deployment"),
      owned("Job", "import", "shop", "Shop"), owned("StatefulSet", "db", "shop", "Shop"),
      owned("ReplicaSet", "roll-1", "roll", "Rollout")};
  const auto root = [&](const std::string& kind, const std::string& name) {
    Meta pod;
    pod.kind = "Pod";
    pod.name = "p";
    pod.owners = {{kind, name, name, true}};
    return root_owner(pod, workloads).display();
  };
  EXPECT_EQ(root("ReplicaSet", "web-5f"), "Deployment/web");
  EXPECT_EQ(root("Job", "import"), "Job/import");
  EXPECT_EQ(root("StatefulSet", "db"), "StatefulSet/db");
  EXPECT_EQ(root("ReplicaSet", "roll-1"), "Rollout/roll") << "a ReplicaSet is one revision of its owner";
  EXPECT_EQ(root("Shop", "shop"), "Shop/shop") << "it makes its pods itself";
  EXPECT_EQ(root_owner(workloads[2].meta, workloads).display(), "Job/import");
}

TEST(RootOwner, ACycleEnds) {
  const std::vector<Workload> workloads{owned("A", "a", "b"), owned("B", "b", "a")};
  Meta pod;
  pod.owners = {{"A", "a", "a", true}};
  EXPECT_FALSE(root_owner(pod, workloads).kind.empty());
}

TEST(ControllerLabels, AreThoseThatNoManifestHas) {
  for (const char* key :
       {"pod-template-hash", "controller-revision-hash", "pod-template-generation", "job-name", "controller-uid",
        "batch.kubernetes.io/job-name", "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"})
    EXPECT_TRUE(is_controller_label(key)) << key;
  for (const char* key : {"app", "app.kubernetes.io/name", "job", "version", ""})
    EXPECT_FALSE(is_controller_label(key)) << key;
}

}  // namespace
}  // namespace straycat::model
