// What pods demand of their place, by tables: three nodes in two zones.
#include "cluster/controllers/placement.hpp"

#include <gmock/gmock.h>

#include "cluster/controllers/scheduler_controller.hpp"

namespace straycat::cluster {
namespace {

Object node_in(const char* name, const char* zone) {
  return std::make_shared<const json>(json{
      {"metadata", {{"name", name}, {"labels", {{"kubernetes.io/hostname", name}, {"zone", zone}, {"cores", "4"}}}}},
      {"status", {{"conditions", json::array({json{{"type", "Ready"}, {"status", "True"}}})}}}});
}

Object pod_on(const char* node, const char* app, const char* spec = "{}", const char* ns = "default") {
  json pod{{"metadata", {{"name", "p"}, {"namespace", ns}, {"labels", {{"app", app}}}}}, {"spec", json::parse(spec)}};
  if (*node != '\0') pod["spec"]["nodeName"] = node;
  return std::make_shared<const json>(std::move(pod));
}

const std::vector<Object> three{node_in("node1", "a"), node_in("node2", "a"), node_in("node3", "b")};

std::string node_term(const char* expression) {
  return std::string(R"({"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":)") +
         R"({"nodeSelectorTerms":[{"matchExpressions":[)" + expression + "]}]}}}}";
}

std::string pod_term(const char* kind, const char* key, const char* more = "") {
  return std::string(R"({"affinity":{")") + kind +
         R"(":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":")" + key +
         R"(","labelSelector":{"matchLabels":{"app":"web"}})" + more + "}]}}}";
}

std::string spread(const char* key, int skew, const char* when = "DoNotSchedule", const char* more = "") {
  return std::string(R"({"topologySpreadConstraints":[{"maxSkew":)") + std::to_string(skew) + R"(,"topologyKey":")" +
         key + R"(","whenUnsatisfiable":")" + when + R"(","labelSelector":{"matchLabels":{"app":"web"}})" + more +
         "}]}";
}

TEST(Placement, NodeAffinity) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"key":"zone","operator":"In","values":["b","c"]})", "node3"},
      {R"({"key":"zone","operator":"NotIn","values":["a"]})", "node3"},
      {R"({"key":"missing","operator":"NotIn","values":["a"]})", "node1"},
      {R"({"key":"zone","operator":"Exists"})", "node1"},
      {R"({"key":"zone","operator":"DoesNotExist"})", ""},
      {R"({"key":"cores","operator":"Gt","values":["3"]})", "node1"},
      {R"({"key":"cores","operator":"Lt","values":["4"]})", ""},
      {R"({"key":"zone","operator":"Gt","values":["3"]})", ""},
      {R"({"key":"zone","operator":"Near","values":["3"]})", ""},
      {"", ""},
  };
  for (const auto& [expression, node] : rows)
    EXPECT_EQ(place_pod(*pod_on("", "web", node_term(expression).c_str()), three, {}).node, node) << expression;
  const auto by_name =
      R"({"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
         {"matchFields":[{"key":"metadata.name","operator":"In","values":["node2"]}]}]}}}})";
  EXPECT_EQ(place_pod(*pod_on("", "web", by_name), three, {}).node, "node2") << "as DaemonSets place their pods";
}

TEST(Placement, PodsThatAttractAndRepel) {
  const std::vector<Object> there{pod_on("node1", "web")};
  const auto place = [&](const std::string& spec, const char* app = "web") {
    return place_pod(*pod_on("", app, spec.c_str()), three, there);
  };
  EXPECT_EQ(place(pod_term("podAntiAffinity", "kubernetes.io/hostname")).node, "node2");
  EXPECT_EQ(place(pod_term("podAntiAffinity", "zone")).node, "node3");
  EXPECT_EQ(place(pod_term("podAntiAffinity", "nowhere")).node, "node2") << "no node is in a domain of that kind";
  EXPECT_EQ(place(pod_term("podAffinity", "kubernetes.io/hostname"), "db").node, "node1");
  EXPECT_EQ(place(pod_term("podAffinity", "zone"), "db").node, "node2") << "the emptier of that zone";
  EXPECT_EQ(place(pod_term("podAffinity", "nowhere"), "db").node, "");
  EXPECT_EQ(place(pod_term("podAntiAffinity", "kubernetes.io/hostname", R"(,"namespaces":["other"])")).node, "node2")
      << "nobody of that namespace is there: the emptiest";
  EXPECT_EQ(place_pod(*pod_on("", "web", pod_term("podAffinity", "zone").c_str()), three, {}).node, "node1")
      << "the first of those that want to stand together stands anywhere";
  EXPECT_EQ(place_pod(*pod_on("", "db", pod_term("podAffinity", "zone").c_str()), three, {}).node, "")
      << "it does not want itself";
  const std::vector<Object> guarded{pod_on("node1", "db", pod_term("podAntiAffinity", "zone").c_str())};
  EXPECT_EQ(place_pod(*pod_on("", "web"), three, guarded).node, "node3") << "whom the other does not want beside it";
  EXPECT_THAT(place_pod(*pod_on("", "web", pod_term("podAntiAffinity", "zone").c_str()), three,
                        {pod_on("node1", "web"), pod_on("node3", "web")})
                  .message,
              testing::HasSubstr("0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules"));
}

TEST(Placement, Spread) {
  const std::vector<Object> there{pod_on("node1", "web"), pod_on("node2", "web")};
  const auto place = [&](const std::string& spec) {
    return place_pod(*pod_on("", "web", spec.c_str()), three, there).node;
  };
  EXPECT_EQ(place(spread("zone", 1)), "node3");
  EXPECT_EQ(place(spread("kubernetes.io/hostname", 1)), "node3");
  EXPECT_EQ(place(spread("nowhere", 1)), "");
  EXPECT_EQ(place(spread("nowhere", 1, "ScheduleAnyway")), "node3") << "a wish";
  EXPECT_EQ(place(spread("zone", 2, "DoNotSchedule", R"(,"minDomains":3)")), "node3")
      << "of two domains: as if one were empty";
  EXPECT_EQ(place(spread("zone", 1, "DoNotSchedule", R"(,"matchLabelKeys":["rev"])")), "node3");
  const std::vector<Object> full{pod_on("node3", "web"), pod_on("node3", "web")};
  EXPECT_EQ(place_pod(*pod_on("", "web", spread("zone", 2).c_str()), three, full).node, "node1");
}

// As a rollout's new pods have it: those of the old template do not count.
TEST(Placement, KeysOfTheOwnLabels) {
  const auto of = [](const char* node, const char* revision, const std::string& spec = "{}") {
    json pod = *pod_on(node, "web", spec.c_str());
    pod["metadata"]["labels"]["rev"] = revision;
    return std::make_shared<const json>(std::move(pod));
  };
  const std::vector<Object> there{of("node1", "old"), of("node2", "old"), of("node3", "new")};
  const auto place = [&](const std::string& spec) { return place_pod(*of("", "new", spec), three, there).node; };
  const auto apart = "podAntiAffinity", host = "kubernetes.io/hostname";
  EXPECT_EQ(place(pod_term(apart, host)), "") << "every node has one";
  EXPECT_EQ(place(pod_term(apart, host, R"(,"matchLabelKeys":["rev"])")), "node1");
  EXPECT_EQ(place(pod_term(apart, host, R"(,"mismatchLabelKeys":["rev"])")), "node3");
  EXPECT_EQ(place(pod_term(apart, host, R"(,"matchLabelKeys":["missing"])")), "")
      << "a label that it lacks adds nothing";
  EXPECT_EQ(place(spread("zone", 1, "DoNotSchedule", R"(,"matchLabelKeys":["rev"])")), "node1")
      << "none of its own in that zone";
}

TEST(Placement, OnOneNodeNobodyStandsInTheWay) {
  const std::vector<Object> one{node_in("node1", "a")};
  EXPECT_EQ(
      place_pod(*pod_on("", "web", pod_term("podAntiAffinity", "zone").c_str()), one, {pod_on("node1", "web")}).node,
      "node1");
  EXPECT_EQ(
      place_pod(*pod_on("", "web", node_term(R"({"key":"zone","operator":"In","values":["b"]})").c_str()), one, {})
          .node,
      "")
      << "what the node itself lacks holds there, too";
}

}  // namespace
}  // namespace straycat::cluster
