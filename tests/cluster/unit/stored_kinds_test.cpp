// Kinds that the cluster stores and nobody works at: every verb of the API, and a warning that says so.
#include <gmock/gmock.h>

#include "cluster/support/rest_world.hpp"
#include <straycat/model/kinds.hpp>

namespace straycat::cluster {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

// A kind, and the least that a real API server takes of it beside its name.
struct Stored {
  const char* kind;
  const char* least;
};
constexpr Stored all_stored[] = {
    {"HorizontalPodAutoscaler",
     R"({"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"},"maxReplicas":3}})"},
    {"PodDisruptionBudget", R"({"spec":{"maxUnavailable":1,"selector":{"matchLabels":{"a":"b"}}}})"},
    {"Ingress", R"({"spec":{"rules":[{"host":"a.b","http":{"paths":[{"path":"/","pathType":"Prefix",
      "backend":{"service":{"name":"s","port":{"number":80}}}}]}}]}})"},
    {"IngressClass", R"({"spec":{"controller":"x.y/z"}})"},
    {"PersistentVolumeClaim",
     R"({"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}})"},
    {"PersistentVolume", R"({"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],
      "hostPath":{"path":"/x"}}})"},
    {"StorageClass", R"({"provisioner":"x.y/z","parameters":{"a":"b"}})"},
    {"PriorityClass", R"({"value":1000,"globalDefault":false})"},
    {"ResourceQuota", R"({"spec":{"hard":{"pods":"4"}}})"},
    {"LimitRange", R"({"spec":{"limits":[{"type":"Container","default":{"cpu":"1"}}]}})"},
    {"PodTemplate", R"({"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}})"},
    {"ControllerRevision", R"({"revision":1,"data":{"spec":{"any":["thing"]}}})"},
    {"ReplicationController", R"({"spec":{"replicas":0,"template":{"metadata":{"labels":{"a":"b"}},
      "spec":{"containers":[{"name":"c","image":"i"}]}}}})"},
    {"MutatingWebhookConfiguration", R"({"webhooks":[{"name":"a.b.c","clientConfig":{"url":"https://x"},
      "sideEffects":"None","admissionReviewVersions":["v1"]}]})"},
    {"ValidatingWebhookConfiguration", R"({"webhooks":[{"name":"a.b.c","clientConfig":{"url":"https://x"},
      "sideEffects":"None","admissionReviewVersions":["v1"]}]})"},
    {"NetworkPolicy", R"({"spec":{"podSelector":{}}})"},
    {"ServiceAccount", R"({})"},
    {"Role", R"({"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]})"},
    {"RoleBinding", R"({"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"},"subjects":[]})"},
    {"ClusterRole", R"({"rules":[]})"},
    {"ClusterRoleBinding",
     R"({"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"r"},"subjects":[]})"},
};

class StoredKinds : public testing::TestWithParam<Stored>, protected RestWorld {
 protected:
  StoredKinds() {
    EXPECT_TRUE(store.create(json::parse(R"({"kind":"Namespace","metadata":{"name":"default"}})")));
    object = json::parse(GetParam().least);
    object["apiVersion"] = kind.api_version;
    object["kind"] = kind.name;
    object["metadata"]["name"] = "x";
  }

  [[nodiscard]] std::string list_path() const {
    return (kind.group().empty() ? "/api/" : "/apis/") + std::string(kind.api_version) +
           (kind.namespaced ? "/namespaces/default/" : "/") + std::string(kind.plural);
  }
  [[nodiscard]] std::string path() const { return list_path() + "/x"; }
  static std::vector<std::string> warnings(const Response& response) {
    std::vector<std::string> out;
    for (const auto& [name, value] : response.headers)
      if (name == "Warning") out.push_back(value);
    return out;
  }

  const model::Kind& kind = *model::kind_named(GetParam().kind);
  json object;
};

TEST_P(StoredKinds, TakeEveryVerb) {
  const auto made = say(201, "POST", list_path() + "?fieldValidation=Strict", object.dump());
  EXPECT_EQ(say(200, "GET", path()), made);
  EXPECT_EQ(say(200, "GET", list_path())["items"].size(), 1U);
  EXPECT_EQ(say(200, "GET", list_path())["kind"], std::string(kind.name) + "List");
  auto changed = made;
  changed["metadata"]["labels"]["a"] = "b";
  EXPECT_EQ(say(200, "PUT", path(), changed.dump())["metadata"]["labels"]["a"], "b");
  const auto patched =
      say(200, "PATCH", path(), R"({"metadata":{"annotations":{"c":"d"}}})", "application/merge-patch+json");
  EXPECT_EQ(patched["metadata"]["annotations"]["c"], "d");
  EXPECT_EQ(patched["metadata"]["labels"]["a"], "b");
  say(200, "DELETE", path());
  EXPECT_EQ(say(404, "GET", path())["details"]["name"], "x");
}

TEST_P(StoredKinds, AreAppliedAndAppliedAgain) {
  const auto apply = [&](int code, const json& body) {
    return say(code, "PATCH", path() + "?fieldManager=me&fieldValidation=Strict", body.dump(),
               "application/apply-patch+yaml");
  };
  const auto made = apply(201, object);
  EXPECT_EQ(apply(200, object)["metadata"]["resourceVersion"], made["metadata"]["resourceVersion"])
      << "the same again changes nothing";
  auto marked = object;
  marked["metadata"]["annotations"]["a"] = "b";
  apply(200, marked);
  EXPECT_FALSE(apply(200, object)["metadata"].contains("annotations")) << "what is left out goes";
}

TEST_P(StoredKinds, AreDiscovered) {
  const auto lists = say(200, "GET", (kind.group().empty() ? "/api/" : "/apis/") + std::string(kind.api_version));
  std::vector<std::string> names;
  for (const auto& one : lists["resources"]) names.push_back(one["name"]);
  EXPECT_THAT(names, Contains(std::string(kind.plural)));
}

// Those of the loopback fallback, which has no packet filter.
TEST_P(StoredKinds, SayThatTheyHaveNoEffect) {
  ASSERT_TRUE(store.create(
      {{"apiVersion", "v1"},
       {"kind", "Node"},
       {"metadata", {{"name", "node1"}, {"labels", {{"straycat.dev/data-plane", "loopback-fallback"}}}}}}));
  const auto response = ask("POST", list_path(), object.dump());
  if (model::kind_named(GetParam().kind)->name.find("Role") != std::string_view::npos ||
      kind.name == "ServiceAccount" || kind.name == "ControllerRevision" || kind.name == "ReplicationController" ||
      kind.name == "ResourceQuota" || kind.name == "LimitRange" || kind.name == "PodDisruptionBudget")
    EXPECT_THAT(warnings(response), IsEmpty()) << "they are done";
  else
    EXPECT_THAT(warnings(response), Contains(HasSubstr("has no effect on the embedded cluster")));
}

TEST_P(StoredKinds, AreWatched) {
  Request request{"GET", list_path() + "?watch=1", "application/json", "", "Bearer " + tokens.admin(), "t/1", "", ""};
  EXPECT_FALSE(std::holds_alternative<Response>(rest.handle(request)));
}

INSTANTIATE_TEST_SUITE_P(All, StoredKinds, testing::ValuesIn(all_stored),
                         [](const auto& one) { return std::string(one.param.kind); });

}  // namespace
}  // namespace straycat::cluster
