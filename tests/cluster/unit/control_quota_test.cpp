// ReplicationControllers, quotas and ranges: what is made, what is counted, what is refused.
#include <gtest/gtest.h>

#include "cluster/controllers/objects.hpp"
#include "cluster/kinds/resources.hpp"
#include "cluster/support/control_world.hpp"

namespace straycat::cluster {
namespace {

TEST(Quantities, AddUpAsTheyAreWritten) {
  auto sum = quantity_of("1Gi");
  sum += quantity_of("512Mi");
  EXPECT_EQ(sum.text(), "1536Mi");
  EXPECT_EQ(quantity_of(json(2)).text(), "2");
  EXPECT_EQ(quantity_of("1500m").text(), "1500m");
  EXPECT_EQ(quantity_of("no").text(), "0");
  auto most = quantity_of("8Ei");
  most += most;
  EXPECT_GT(most.milli, 0);
}

class QuotaTest : public ::testing::Test {
 protected:
  // Why it was refused; "" = it was made.
  std::string refused(const std::string& name, const json& resources = json::object(), const char* kind = "Pod") {
    json object = {{"kind", kind}, {"metadata", {{"name", name}, {"namespace", world.ns}, {"labels", {{"app", "a"}}}}}};
    if (std::string_view(kind) == "Pod")
      object["spec"]["containers"] = json::array({json{{"name", "c"}, {"image", "i"}, {"resources", resources}}});
    const auto made = world.store.create(object);
    world.settle();
    return made ? "" : made.error().message;
  }
  void quota(const json& hard, const json& scopes = json()) {
    json object = {
        {"kind", "ResourceQuota"}, {"metadata", {{"name", "q"}, {"namespace", world.ns}}}, {"spec", {{"hard", hard}}}};
    if (!scopes.is_null()) object["spec"]["scopes"] = scopes;
    world.make(object);
    world.settle();
  }
  json used() { return world.get("ResourceQuota", "q")["status"]["used"]; }

  ControlWorld world;
};

TEST_F(QuotaTest, CountsWhatStandsAndRefusesWhatIsTooMuch) {
  quota({{"pods", "2"}, {"requests.cpu", "1"}, {"count/configmaps", "1"}});
  const auto before = used()["count/configmaps"];  // the namespace's own certificate
  EXPECT_EQ(before, "1");
  EXPECT_EQ(
      refused("m", {}, "ConfigMap"),
      "configmaps \"m\" is forbidden: exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=1, "
      "limited: count/configmaps=1");
  EXPECT_EQ(refused("silent"), "pods \"silent\" is forbidden: failed quota: q: must specify requests.cpu for: c");
  EXPECT_EQ(refused("a", {{"requests", {{"cpu", "600m"}}}}), "");
  EXPECT_EQ(used(), (json{{"pods", "1"}, {"requests.cpu", "600m"}, {"count/configmaps", "1"}}));
  EXPECT_EQ(
      refused("b", {{"requests", {{"cpu", "500m"}}}}),
      "pods \"b\" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: "
      "requests.cpu=1");
  world.store.purge("Pod", world.ns, "a");
  world.settle();
  EXPECT_EQ(used()["requests.cpu"], "0");
  EXPECT_EQ(refused("b", {{"requests", {{"cpu", "500m"}}}}), "");
}

TEST_F(QuotaTest, AScopeCountsOnlyItsPods) {
  quota({{"pods", "1"}}, json::array({"BestEffort"}));
  EXPECT_EQ(refused("asks", {{"requests", {{"cpu", "1"}}}}), "");
  EXPECT_EQ(used()["pods"], "0");
  EXPECT_EQ(refused("a"), "");
  EXPECT_NE(refused("b"), "");
}

TEST_F(QuotaTest, AScopeThatNobodyKnowsTakesNoPod) {
  quota({{"pods", "0"}}, json::array({"Nowhere"}));
  EXPECT_EQ(refused("a"), "");
}

TEST_F(QuotaTest, PodsThatHaveEndedAreStillStored) {
  quota({{"pods", "1"}, {"count/pods", "2"}});
  EXPECT_EQ(refused("a"), "");
  world.run_all_pods();
  world.end_pod("a", true);
  world.settle();
  EXPECT_EQ(used(), (json{{"pods", "0"}, {"count/pods", "1"}}));
  EXPECT_EQ(refused("b"), "");
  EXPECT_EQ(used(), (json{{"pods", "1"}, {"count/pods", "2"}}));
  EXPECT_EQ(refused("c"),
            "pods \"c\" is forbidden: exceeded quota: q, requested: count/pods=1,pods=1, used: count/pods=2,pods=1, "
            "limited: count/pods=2,pods=1");
}

TEST_F(QuotaTest, EachContainerHasToSayWhatIsCounted) {
  quota({{"limits.cpu", "1"}, {"requests.memory", "1Gi"}, {"cpu", "1"}});
  json pod = {{"kind", "Pod"}, {"metadata", {{"name", "p"}, {"namespace", world.ns}}}};
  pod["spec"]["containers"] = json::parse(R"([{"name":"b","image":"i"},
    {"name":"c","image":"i","resources":{"limits":{"cpu":"1m"}}}])");
  pod["spec"]["initContainers"] = json::parse(R"([{"name":"a","image":"i"}])");
  const auto made = world.store.create(pod);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message,
            "pods \"p\" is forbidden: failed quota: q: must specify cpu for: a,b; limits.cpu for: a,b; requests.memory "
            "for: a,b,c");
}

// component-helpers resource/helpers.go
TEST(Amounts, SidecarsStandBesideWhatStartsAfterThem) {
  const auto cpu = [](const char* name, const char* amount, const char* restart = "") {
    json out = {{"name", name}, {"resources", {{"requests", {{"cpu", amount}}}}}};
    if (*restart != '\0') out["restartPolicy"] = restart;
    return out;
  };
  json pod;
  pod["spec"]["containers"] = json::array({cpu("c", "1")});
  pod["spec"]["initContainers"] = json::array({cpu("a", "3"), cpu("s", "1", "Always"), cpu("b", "2500m")});
  EXPECT_EQ(pod_amounts(pod, "requests").at("cpu").text(), "3500m") << "b beside s";
}

TEST_F(QuotaTest, WhoIsRefusedPodsSaysSoUntilThereIsRoom) {
  quota({{"pods", "1"}});
  world.make(json{{"kind", "ReplicationController"},
                  {"metadata", {{"name", "rc"}, {"namespace", world.ns}}},
                  {"spec",
                   {{"replicas", 2},
                    {"selector", {{"app", "a"}}},
                    {"template",
                     {{"metadata", {{"labels", {{"app", "a"}}}}},
                      {"spec", {{"containers", json::array({json{{"name", "c"}, {"image", "i"}}})}}}}}}}});
  world.settle();
  EXPECT_EQ(world.pods("ReplicationController").size(), 1U);
  const auto status = world.get("ReplicationController", "rc")["status"];
  ASSERT_NE(condition_of(status, "ReplicaFailure"), nullptr);
  EXPECT_EQ(string_or(*condition_of(status, "ReplicaFailure"), "reason"), "FailedCreate");
  world.patch("ReplicationController", "rc", {{"spec", {{"replicas", 1}}}});
  world.settle();
  EXPECT_EQ(condition_of(world.get("ReplicationController", "rc")["status"], "ReplicaFailure"), nullptr);
}

TEST_F(QuotaTest, WhoWasRefusedAPodTriesAgainWhenThereIsRoom) {
  quota({{"pods", "0"}});
  const json containers = json::array({json{{"name", "c"}, {"image", "i"}}});
  for (const char* kind : {"Job", "DaemonSet", "StatefulSet"}) {
    json object = {{"kind", kind}, {"metadata", {{"name", "x"}, {"namespace", world.ns}}}};
    object["spec"]["template"]["spec"] = {{"containers", containers}};
    if (std::string_view(kind) == "Job") {
      object["spec"]["template"]["spec"]["restartPolicy"] = "Never";
    } else {
      object["spec"]["selector"]["matchLabels"]["kind"] = kind;
      object["spec"]["template"]["metadata"]["labels"]["kind"] = kind;
    }
    world.make(object);
    world.settle();
    EXPECT_TRUE(world.pods(kind).empty()) << kind;
  }
  world.patch("ResourceQuota", "q", {{"spec", {{"hard", {{"pods", "9"}}}}}});
  world.advance(std::chrono::seconds{2});
  world.settle();
  for (const char* kind : {"Job", "DaemonSet", "StatefulSet"}) EXPECT_EQ(world.pods(kind).size(), 1U) << kind;
}

TEST_F(QuotaTest, AReplicationControllerAdoptsAndReleasesByLabel) {
  EXPECT_EQ(refused("orphan"), "");
  world.make(json{{"kind", "ReplicationController"},
                  {"metadata", {{"name", "rc"}, {"namespace", world.ns}}},
                  {"spec",
                   {{"replicas", 1},
                    {"selector", {{"app", "a"}}},
                    {"template",
                     {{"metadata", {{"labels", {{"app", "a"}}}}},
                      {"spec", {{"containers", json::array({json{{"name", "c"}, {"image", "i"}}})}}}}}}}});
  world.settle();
  EXPECT_EQ(string_or(*controller_of(world.get("Pod", "orphan")), "kind"), "ReplicationController");
  world.patch("Pod", "orphan", {{"metadata", {{"labels", {{"app", "b"}}}}}});
  world.settle();
  EXPECT_EQ(controller_of(world.get("Pod", "orphan")), nullptr);
  EXPECT_EQ(world.pods("ReplicationController").size(), 1U) << "another in its place";
}

TEST_F(QuotaTest, ARangeFillsInAndHolds) {
  world.make(json{{"kind", "LimitRange"},
                  {"metadata", {{"name", "r"}, {"namespace", world.ns}}},
                  {"spec",
                   {{"limits", json::array({json{{"type", "Container"},
                                                 {"min", {{"cpu", "50m"}}},
                                                 {"max", {{"cpu", "500m"}}},
                                                 {"default", {{"memory", "64Mi"}}},
                                                 {"defaultRequest", {{"cpu", "100m"}}}}})}}}});
  EXPECT_EQ(refused("a"), "");
  EXPECT_EQ(world.get("Pod", "a")["spec"]["containers"][0]["resources"],
            json::parse(R"({"limits":{"cpu":"500m","memory":"64Mi"},"requests":{"cpu":"100m","memory":"64Mi"}})"));
  EXPECT_EQ(refused("b", {{"requests", {{"cpu", "10m"}}}}),
            "pods \"b\" is forbidden: minimum cpu usage per Container is 50m, but request is 10m");
  EXPECT_EQ(refused("c", {{"limits", {{"cpu", "1"}}}}),
            "pods \"c\" is forbidden: maximum cpu usage per Container is 500m, but limit is 1");
}

TEST_F(QuotaTest, ARangeHoldsALimitNearItsRequest) {
  world.make(json::parse(R"({"kind":"LimitRange","metadata":{"name":"r","namespace":"straycat-demo"},
    "spec":{"limits":[{"type":"Container","maxLimitRequestRatio":{"cpu":"1500m"}}]}})"));
  const auto say = [&](const char* name, const json& resources) { return refused(name, resources); };
  EXPECT_EQ(say("a", {{"limits", {{"cpu", "3"}}}, {"requests", {{"cpu", "2"}}}}), "");
  EXPECT_EQ(say("b", {{"limits", {{"cpu", "3"}}}, {"requests", {{"cpu", "1"}}}}),
            "pods \"b\" is forbidden: cpu max limit to request ratio per Container is 1500m, but provided ratio is "
            "3.000000");
  EXPECT_EQ(say("c", {{"requests", {{"cpu", "1"}}}}),
            "pods \"c\" is forbidden: cpu max limit to request ratio per Container is 1500m, but no limit is specified "
            "or limit is 0");
  EXPECT_EQ(say("d", json::object()),
            "pods \"d\" is forbidden: cpu max limit to request ratio per Container is 1500m, but no request is "
            "specified or request is 0");
}

}  // namespace
}  // namespace straycat::cluster
