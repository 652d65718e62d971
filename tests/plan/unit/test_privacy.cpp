// Nothing secret of a plan reaches the log: secrets are planted wherever a scenario or a manifest can hold one.
#include <random>

#include <gtest/gtest.h>

#include <straycat/model/kinds.hpp>
#include <straycat/model/objects.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::plan {
namespace {

TEST(WithoutSecrets, KeepsSchemeHostAndPath) {
  const std::pair<const char*, const char*> rows[] = {
      {"http://sayhi/hi", "http://sayhi/hi"},
      {"http://user:pw@sayhi:80/hi", "http://sayhi:80/hi"},
      {"http://user:p@ss@sayhi/hi", "http://sayhi/hi"},
      {"http://sayhi/hi?token=s3", "http://sayhi/hi"},
      {"http://sayhi?token=s3", "http://sayhi"},
      {"http://sayhi/hi#s3", "http://sayhi/hi"},
      {"http://sayhi/@user", "http://sayhi/@user"},  // a path, no userinfo
      {"http://u:s3@sayhi", "http://sayhi"},
      {"u:s3@sayhi/hi", "sayhi/hi"},
      {"", ""},
  };
  for (const auto& [url, expected] : rows) EXPECT_EQ(without_secrets(url), expected) << url;
}

TEST(PublicPart, KeepsWhatAJudgeNeeds) {
  const json service =
      json::parse(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"s","annotations":{"a":"b"}},
    "spec":{"selector":{"app":"x"},"ports":[{"port":80,"targetPort":"web","appProtocol":"x"}],"externalIPs":["1.2.3.4"]}})");
  EXPECT_EQ(public_part(service), json::parse(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},
              "spec":{"selector":{"app":"x"},"ports":[{"port":80,"targetPort":"web"}]}})"));
  const json cron = json::parse(R"({"kind":"CronJob","spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":
    {"metadata":{"labels":{"app":"x"},"annotations":{"k":"v"}},"spec":{"containers":[{"name":"c","args":["a"],"env":[]}]}}}}}})");
  EXPECT_EQ(public_part(cron),
            json::parse(R"({"kind":"CronJob","spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":
              {"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c"}]}}}}}})"));
  EXPECT_EQ(public_part(json::parse(R"({"spec":{"replicas":null,"selector":{"matchExpressions":
              [{"key":"a","operator":"In","values":["b"]}]}}})")),
            json::parse(R"({"spec":{"replicas":null,"selector":{"matchExpressions":
              [{"key":"a","operator":"In","values":["b"]}]}}})"));
}

TEST(PublicPart, ASecretKeepsItsNameOnly) {
  const json secret = json::parse(R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"type":"Opaque",
    "data":{"k":"czNjcjN0"},"stringData":{"k":"s3"}})");
  EXPECT_EQ(public_part(secret), json::parse(R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"}})"));
  EXPECT_EQ(public_part(json("text")), json());
}

// A plan with a secret in every place of `places`.
Plan with_secrets(const std::vector<std::string>& s) {
  json manifest =
      json::parse(R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a","annotations":{}},"data":{},
    "spec":{"template":{"metadata":{"annotations":{}},"spec":{"volumes":[],"containers":[{"name":"c"}]}}}})");
  manifest["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = s[0];
  manifest["data"]["k"] = s[1];
  json& pod = manifest["spec"]["template"];
  pod["metadata"]["annotations"]["note"] = s[2];
  pod["spec"]["volumes"].push_back({{"name", "v"}, {"hostPath", {{"path", s[3]}}}});
  json& container = pod["spec"]["containers"][0];
  container["env"] = json::array({{{"name", "TOKEN"}, {"value", s[4]}}});
  container["args"] = json::array({s[5]});
  container["command"] = json::array({s[6]});
  container["readinessProbe"]["exec"]["command"] = json::array({s[7]});
  container["livenessProbe"]["httpGet"]["path"] = "/healthz?key=" + s[8];
  container["startupProbe"]["httpGet"]["httpHeaders"] = json::array({{{"name", "X"}, {"value", s[9]}}});
  container["lifecycle"]["preStop"]["exec"]["command"] = json::array({s[10]});

  TrafficPlan traffic;
  traffic.name = "cats";
  traffic.url = "http://user:" + s[11] + "@sayhi/hi?token=" + s[12] + "#" + s[13];
  traffic.headers = {{"Authorization", "Bearer " + s[14]}};
  traffic.expect.body = s[15];
  traffic.expect.body_contains = s[16];
  traffic.pace.rate_per_second = 1;

  Plan plan;
  plan.name = "secrets";
  plan.traffic = {traffic};
  json merge = manifest;
  merge["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] = s[17];
  plan.steps = {{"apply-1", "", Apply{{{manifest, "a.yaml", 1}}}},
                {"patch-2", "", Patch{{"Deployment", "a", ""}, merge}},
                {"patch-3", "", Patch{{"Secret", "a", ""}, {{"stringData", {{"k", s[18]}}}}}}};
  plan.cluster.images = {{"example/app", {"/bin/app", "--password=" + s[19]}}};
  return plan;
}

TEST(ForLog, NoPlantedSecretComesThrough) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::vector<std::string> secrets;
  for (int i = 0; i < 20; ++i) secrets.push_back("s3cr3t" + std::to_string(random()));
  const Plan plan = with_secrets(secrets);
  const std::string open = to_json(plan).dump();
  const std::string logged = to_json(plan, true).dump();
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    EXPECT_NE(open.find(secrets[i]), std::string::npos)
        << "place " << i << " is not in the plan: the test proves nothing";
    EXPECT_EQ(logged.find(secrets[i]), std::string::npos) << "place " << i << " leaks into the log";
  }
  ASSERT_TRUE(from_json(to_json(plan, true)));
}

// Keys that nobody thought of: put a secret under random unknown keys anywhere in a manifest.
TEST(ForLog, UnknownFieldsAreLeftOut) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const json base =
      json::parse(R"({"kind":"Pod","metadata":{"name":"a","labels":{"x":"y"}},"spec":{"selector":{"app":"b"},
    "containers":[{"name":"c","ports":[{"containerPort":1}],"readinessProbe":{"httpGet":{"port":1}}}]}})");
  const std::vector<std::string> places = {"",
                                           "/metadata",
                                           "/spec",
                                           "/spec/containers/0",
                                           "/spec/containers/0/ports/0",
                                           "/spec/containers/0/readinessProbe",
                                           "/spec/containers/0/readinessProbe/httpGet"};
  for (int round = 0; round < 300; ++round) {
    json manifest = base;
    json value = "s3cr3t";
    if (random() % 2 == 0) value = json::array({value});
    if (random() % 2 == 0) value = json::object({{"name", value}});
    manifest[json::json_pointer(places[random() % places.size()])]["k" + std::to_string(random())] = value;
    EXPECT_EQ(public_part(manifest).dump().find("s3cr3t"), std::string::npos) << manifest.dump();
  }
}

// --- every kind
// --------------------------------------------------------------------------------------------------------

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

TEST(ForLog, WhatLiesDeeperInAKindsOwnKeysIsLeftOut) {
  const json deep = {{"nested", {{"inner", "s3cr3t"}}}};
  for (const model::Kind& kind : model::kinds()) {
    json manifest = {{"kind", kind.name}, {"metadata", {{"name", "x"}}}};
    for (const std::string& key : words(kind.keys)) manifest[key] = deep;
    manifest["spec"] = json::object();
    for (const std::string& key : words(kind.spec_keys)) {
      manifest["spec"][key.substr(0, key.find(':'))] = deep;
      manifest["spec"][key.substr(0, key.find(':')) + "s"] = json::array({deep});
    }
    EXPECT_EQ(public_part(manifest).dump().find("s3cr3t"), std::string::npos) << kind.name;
    // A key that is not of a spec is none of the judge's business, whatever it holds.
    json flat = {{"kind", kind.name}, {"metadata", {{"name", "x"}}}};
    for (const std::string& key : words(kind.keys)) flat[key] = "s3cr3t";
    flat.erase("spec");
    EXPECT_EQ(public_part(flat).dump().find("s3cr3t"), std::string::npos) << kind.name;
  }
}

// What the log keeps of a manifest is enough for whoever reads it there.
TEST(ForLog, AWorkloadIsKnownByWhatIsKept) {
  const json pod = json::parse(
      R"({"metadata":{"labels":{"app":"x"}},"spec":{"restartPolicy":"Never","terminationGracePeriodSeconds":5,"hostNetwork":true,
    "containers":[{"name":"c","image":"i","ports":[{"name":"web","containerPort":80}],"lifecycle":{"preStop":{}},
    "readinessProbe":{"httpGet":{"path":"/up","port":"web"},"periodSeconds":3}}]}})");
  for (const model::Kind& kind : model::kinds()) {
    if (!kind.makes_pods()) continue;
    json manifest = {{"kind", kind.name}, {"metadata", {{"name", "x"}, {"labels", {{"a", "b"}}}}}};
    manifest[json::json_pointer(model::pod_template_of(kind.name))] = pod;
    if (!kind.own_selector.empty()) manifest[json::json_pointer(std::string(kind.own_selector))] = {{"app", "x"}};
    if (kind.scales) manifest["spec"]["replicas"] = 3;
    EXPECT_EQ(model::project_workload(public_part(manifest)), model::project_workload(manifest)) << kind.name;
    EXPECT_FALSE(model::project_workload(manifest).pod.containers.empty()) << "the test proves nothing";
  }
  json bare = pod;
  bare["kind"] = "Pod";
  EXPECT_EQ(model::project_pod(public_part(bare)), model::project_pod(bare));
  const json service = json::parse(
      R"({"kind":"Service","metadata":{"name":"s"},"spec":{"type":"NodePort","clusterIP":"None","selector":{"app":"x"},
    "publishNotReadyAddresses":true,"sessionAffinity":"ClientIP","internalTrafficPolicy":"Local","externalTrafficPolicy":"Local",
    "ports":[{"name":"a","port":80,"targetPort":"web","nodePort":30000},{"name":"b","port":81,"targetPort":8080,"protocol":"UDP"}]}})");
  EXPECT_EQ(model::project_service(public_part(service)), model::project_service(service));
}

}  // namespace
}  // namespace straycat::plan
