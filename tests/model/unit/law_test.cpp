#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <straycat/model/custom_kinds.hpp>
#include <straycat/model/law.hpp>

namespace straycat::model {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> ignored(const char* text) {
  std::vector<std::string> out;
  for (const auto& one : ignored_fields(json::parse(text))) out.push_back(one.field.empty() ? "(kind)" : one.field);
  return out;
}

TEST(Law, KindsAsAWhole) {
  EXPECT_THAT(ignored(R"({"kind":"Ingress","spec":{}})"), ElementsAre("(kind)"));
  EXPECT_THAT(ignored(R"({"kind":"ReplicationController","spec":{}})"), IsEmpty());
  EXPECT_THAT(ignored(R"({"kind":"ConfigMap","data":{"spec":"x"}})"), IsEmpty());
}

// What only the kernel's packet filter does is told where there is none.
TEST(Law, TheFallbackDoesLess) {
  const json policy = json::parse(R"({"kind":"NetworkPolicy","spec":{"podSelector":{}}})");
  EXPECT_THAT(ignored_fields(policy), IsEmpty());
  EXPECT_THAT(ignored_fields(policy, plane_named("kernel-nftables")), IsEmpty());
  const auto told = ignored_fields(policy, plane_named("loopback-fallback"));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].row->reach, Reach::traffic);
  EXPECT_EQ(told[0].sentence(),
            "NetworkPolicy has no effect on the embedded cluster: no policy is enforced, what it forbids goes through");
  EXPECT_TRUE(is_ignored("NetworkPolicy")) << "judges ask about what either told them";
  EXPECT_THAT(
      ignored_fields(json::parse(R"({"kind":"Service","spec":{"internalTrafficPolicy":"Local"}})"), Plane::fallback),
      IsEmpty());
}

// What could change who is asked, or whether an answer comes, is told with more weight than what could not.
TEST(Law, KindsThatNobodyWorksAt) {
  const auto reach = [](const char* kind) {
    const auto found = ignored_fields({{"kind", kind}});
    return found.size() == 1 ? std::optional(found[0].row->reach) : std::nullopt;
  };
  EXPECT_EQ(reach("Ingress"), Reach::traffic);
  EXPECT_EQ(reach("MutatingWebhookConfiguration"), Reach::pods);
  for (const char* kind : {"IngressClass", "HorizontalPodAutoscaler", "PersistentVolumeClaim", "PersistentVolume",
                           "StorageClass", "PriorityClass", "PodTemplate", "ValidatingWebhookConfiguration"})
    EXPECT_EQ(reach(kind), Reach::nothing) << kind;
  for (const char* kind : {"ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "Deployment",
                           "ResourceQuota", "LimitRange", "PodDisruptionBudget"})
    EXPECT_EQ(reach(kind), std::nullopt) << kind << " is done";
  EXPECT_EQ(ignored(R"({"kind":"ClusterRole","aggregationRule":{"clusterRoleSelectors":[{}]}})"),
            std::vector<std::string>{"aggregationRule"});
}

TEST(Law, KindsOfOtherMakers) {
  const auto of = [](const char* version, const char* kind) {
    const auto found = ignored_fields({{"apiVersion", version}, {"kind", kind}, {"spec", {{"type", "NodePort"}}}});
    return found.size() == 1 ? std::pair(found[0].row->reach, found[0].sentence())
                             : std::pair(Reach::traffic, std::string());
  };
  EXPECT_EQ(of("argoproj.io/v1alpha1", "Rollout"),
            std::pair(Reach::pods, std::string("Rollout has no effect on the embedded cluster: nobody works at it")));
  EXPECT_EQ(of("monitoring.coreos.com/v1", "ServiceMonitor").first, Reach::nothing);
  EXPECT_EQ(of("other.example.org/v1", "ServiceMonitor").first, Reach::pods) << "not the one that is known";
  EXPECT_EQ(of("serving.knative.dev/v1", "Service").second,
            "Service has no effect on the embedded cluster: nobody works at it")
      << "called as one of Kubernetes', and none";
  for (const auto& kind : known_custom_kinds())
    EXPECT_TRUE(is_ignored(kind.name)) << kind.name << " has a row of its own";
  EXPECT_TRUE(is_ignored("CustomResourceDefinition"));
}

TEST(Law, ADefinitionSaysWhatItDefines) {
  EXPECT_EQ(
      defined_by(json::parse(R"({"kind":"CustomResourceDefinition","spec":{"group":"a.b","names":{"kind":"W"}}})")),
      "W.a.b");
  EXPECT_EQ(defined_by(json::parse(R"({"kind":"ConfigMap","spec":{"group":"a.b","names":{"kind":"W"}}})")),
            std::nullopt);
  for (const char* text : {"null", "[]", R"({"kind":"CustomResourceDefinition","spec":7})"})
    EXPECT_NO_THROW((void)defined_by(json::parse(text))) << text;
  EXPECT_FALSE(is_custom("v1", "Pod") || is_custom("", "Pod") || is_custom("events.k8s.io/v1", "Event"));
  EXPECT_TRUE(is_custom("a.b/v1", "W") && is_custom("a.b/v1", "Pod"));
}

TEST(Law, WhatControllersDoNotDoOfTheirKinds) {
  EXPECT_THAT(ignored(R"({"kind":"StatefulSet","spec":{"serviceName":"db","volumeClaimTemplates":[{}],
    "updateStrategy":{"rollingUpdate":{"maxUnavailable":2,"partition":1}}}})"),
              ElementsAre("spec.volumeClaimTemplates", "spec.updateStrategy.rollingUpdate.maxUnavailable"));
  EXPECT_THAT(ignored(R"({"kind":"StatefulSet","spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":1}}}})"),
              IsEmpty());
  EXPECT_THAT(ignored(R"({"kind":"CronJob","spec":{"timeZone":"Europe/Prague"}})"), ElementsAre("spec.timeZone"));
  EXPECT_THAT(ignored(R"({"kind":"CronJob","spec":{"timeZone":"Etc/UTC"}})"), IsEmpty());
  EXPECT_THAT(ignored(R"({"kind":"DaemonSet","spec":{}})"), IsEmpty());
}

TEST(Law, ValuesThatChangeNothingAreNotTold) {
  EXPECT_THAT(ignored(R"({"kind":"Service","spec":{"type":"ClusterIP","internalTrafficPolicy":"Cluster",
    "ipFamilyPolicy":"SingleStack","externalIPs":[],"ports":[{"protocol":"TCP"}]}})"),
              IsEmpty());
  EXPECT_THAT(ignored(R"({"kind":"Service","spec":{"type":"LoadBalancer","trafficDistribution":"PreferClose",
    "externalIPs":["192.0.2.1"],"ports":[{"protocol":"TCP"},{"protocol":"UDP"},{"protocol":"SCTP"}]}})"),
              ElementsAre("spec.trafficDistribution", "spec.type", "spec.ports[2].protocol"));
  EXPECT_THAT(ignored(R"({"kind":"Service","spec":{"type":"NodePort"}})"), IsEmpty());
  EXPECT_THAT(ignored(R"({"kind":"Pod","spec":{"hostNetwork":false,"securityContext":{},"readinessGates":[],
    "affinity":null,"activeDeadlineSeconds":0}})"),
              IsEmpty());
}

TEST(Law, AnEmptyDirectoryIsToldWhereNothingCanBeMounted) {
  const json pod =
      json::parse(R"({"kind":"Pod","spec":{"volumes":[{"name":"v","emptyDir":{}}],"securityContext":{}}})");
  EXPECT_THAT(ignored_fields(pod), IsEmpty());
  const auto told = ignored_fields(pod, Plane::fallback);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].field, "spec.volumes[0].emptyDir");
}

TEST(Law, WhatAPodWouldShareIsTold) {
  EXPECT_THAT(ignored(R"({"kind":"Pod","spec":{"hostPID":true,"shareProcessNamespace":true,"hostIPC":true,
    "hostUsers":false,"setHostnameAsFQDN":true}})"),
              ElementsAre("spec.hostPID", "spec.shareProcessNamespace", "spec.hostIPC", "spec.setHostnameAsFQDN"));
  EXPECT_THAT(ignored(R"({"kind":"LimitRange","spec":{"limits":[{"type":"Pod"},{"type":"PersistentVolumeClaim"}]}})"),
              ElementsAre("spec.limits[1].type"));
}

TEST(Law, APodsFieldsCountWhereverAPodIsMade) {
  const std::string spec = R"({"runtimeClassName":"x","initContainers":[{"name":"i"},
    {"resources":{"limits":{"cpu":"1"}}}],"containers":[{"resources":{"limits":{"cpu":"1"}}}]})";
  const std::pair<std::string, std::string> kinds[] = {{"Pod", "spec"},
                                                       {"Deployment", "spec.template.spec"},
                                                       {"ReplicaSet", "spec.template.spec"},
                                                       {"Job", "spec.template.spec"}};
  for (const auto& [kind, at] : kinds) {
    json object = {{"kind", kind}};
    std::string pointer = "/" + at;
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    object[json::json_pointer(pointer)] = json::parse(spec);
    EXPECT_THAT(ignored(object.dump().c_str()),
                ElementsAre(at + ".runtimeClassName", at + ".initContainers[1].resources.limits.cpu",
                            at + ".containers[0].resources.limits.cpu"))
        << kind;
  }
  EXPECT_THAT(
      ignored((R"({"kind":"CronJob","spec":{"jobTemplate":{"spec":{"template":{"spec":)" + spec + "}}}}}").c_str()),
      testing::SizeIs(3));
}

TEST(Law, TakesAnything) {
  for (const char* text :
       {"null", "[]", "7", "{}", R"({"kind":7})", R"({"kind":"Pod"})", R"({"kind":"Pod","spec":[]})",
        R"({"kind":"Pod","spec":{"containers":{"a":1}}})", R"({"kind":"Pod","spec":{"containers":[1,null,[]]}})",
        R"({"kind":"Service","spec":{"ports":"x","type":7}})"}) {
    EXPECT_NO_THROW((void)ignored_fields(json::parse(text))) << text;
  }
  EXPECT_THAT(ignored(R"({"kind":"Service","spec":{"type":7}})"), ElementsAre("spec.type"));
}

TEST(Law, SaysWhatHappensInstead) {
  const auto one = ignored_fields(json::parse(R"({"kind":"Service","spec":{"trafficDistribution":"PreferClose"}})"));
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].row->reach, Reach::traffic);
  EXPECT_EQ(one[0].sentence(),
            "spec.trafficDistribution has no effect on the embedded cluster: every endpoint is as near, on whatever "
            "node");
}

// On one node every pod is placed there; on several what is demanded is done, and wishes are told.
TEST(Law, PlacementDependsOnTheNumberOfNodes) {
  const auto pod = json::parse(R"({"kind":"Pod","spec":{"affinity":{"podAntiAffinity":{
      "requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"kubernetes.io/hostname"}],
      "preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1}]}},
      "topologySpreadConstraints":[{"maxSkew":1,"whenUnsatisfiable":"DoNotSchedule"}]}})");
  const auto fields = [&](std::size_t nodes) {
    std::vector<std::string> out;
    for (const auto& one : ignored_fields(pod, Plane::kernel, nodes)) out.push_back(one.field);
    return out;
  };
  EXPECT_THAT(fields(1), ElementsAre("spec.affinity.podAntiAffinity", "spec.topologySpreadConstraints"));
  EXPECT_THAT(fields(2), ElementsAre("spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution"));
}

// The documents' list is what people read before they trust a run.
TEST(Law, TheDocumentsHaveEveryRow) {
  std::ifstream in(std::string(STRAYCAT_SOURCE_DIR) + "/scenarios/README.md");
  std::stringstream readme;
  readme << in.rdbuf();
  for (const auto& row : law()) {
    const auto line = "| " + std::string(row.kind) + " | " +
                      (row.field.empty() ? "(the kind)" : std::string(row.field)) + " | " + std::string(row.words) +
                      " |";
    EXPECT_THAT(readme.str(), testing::HasSubstr(line));
  }
}

}  // namespace
}  // namespace straycat::model
