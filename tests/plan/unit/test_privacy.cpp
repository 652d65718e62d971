// Nothing secret of a plan reaches the log: secrets are planted wherever a scenario or a manifest can hold one.
#include <random>

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace straycat::plan
