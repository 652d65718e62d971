// Whether NetworkPolicies let a connection through, row by row; a third cannot be told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <straycat/model/policy.hpp>

namespace straycat::model {
namespace {

NetworkPolicy policy_of(const std::string& spec, const char* ns = "shop") {
  return project_network_policy(
      {{"kind", "NetworkPolicy"}, {"metadata", {{"name", "p"}, {"namespace", ns}}}, {"spec", json::parse(spec)}});
}

NetworkEnd web_server() {
  NetworkEnd end{"shop", {{"app", "web"}}, "10.0.0.2", {}, {}};
  end.shape.containers.resize(1);
  end.shape.containers[0].ports = {{"http", 3000, "TCP"}, {"dns", 53, "UDP"}};
  return end;
}

NetworkEnd some_client() { return {"shop", {{"role", "front"}}, "10.0.0.9", {}, {}}; }

PolicyAnswer asked(const std::vector<std::string>& specs, const NetworkEnd& client = some_client(),
                   Way way = Way::ingress, const NetworkEnd& server = web_server()) {
  static std::vector<NetworkPolicy> policies;
  policies.clear();
  for (const auto& spec : specs) policies.push_back(policy_of(spec));
  std::vector<const NetworkPolicy*> all;
  for (const auto& one : policies) all.push_back(&one);
  return ask_policies(all, way, client, server, 3000);
}

std::string in(const std::string& rules) { return R"({"podSelector":{},"ingress":[)" + rules + "]}"; }
std::string from(const std::string& peer) { return in(R"({"from":[)" + peer + "]}"); }
std::string ports(const std::string& port) { return in(R"({"ports":[)" + port + "]}"); }

struct PolicyRow {
  const char* name;
  std::vector<std::string> specs;
  Admission admission;
};

constexpr auto yes = Admission::yes, no = Admission::no, unknown = Admission::unknown;

TEST(Policies, LetThroughWhatTheyAllow) {
  const PolicyRow rows[] = {
      {"no policy", {}, yes},
      {"of others", {R"({"podSelector":{"matchLabels":{"app":"db"}}})"}, yes},
      {"no rule", {in("")}, no},
      {"an empty rule", {in("{}")}, yes},
      {"only egress", {R"({"podSelector":{},"policyTypes":["Egress"]})"}, yes},
      {"ingress by default", {R"({"podSelector":{},"egress":[{}]})"}, no},
      {"by its label", {from(R"({"podSelector":{"matchLabels":{"role":"front"}}})")}, yes},
      {"by another label", {from(R"({"podSelector":{"matchLabels":{"role":"back"}}})")}, no},
      {"all pods", {from(R"({"podSelector":{}})")}, yes},
      {"by an expression", {from(R"({"podSelector":{"matchExpressions":[{"key":"role","operator":"Exists"}]}})")}, yes},
      {"all namespaces", {from(R"({"namespaceSelector":{}})")}, yes},
      {"its namespace by name",
       {from(R"({"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"shop"}}})")},
       yes},
      {"another namespace by name",
       {from(R"({"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"other"}}})")},
       no},
      {"a namespace by a name of several",
       {from(R"({"namespaceSelector":{"matchExpressions":[{"key":"kubernetes.io/metadata.name","operator":"In",
         "values":["a","shop"]}]}})")},
       yes},
      {"a namespace by a label that is not known",
       {from(R"({"namespaceSelector":{"matchLabels":{"team":"x"}}})")},
       unknown},
      {"... and a pod that it is not",
       {from(R"({"namespaceSelector":{"matchLabels":{"team":"x"}},"podSelector":{"matchLabels":{"role":"back"}}})")},
       no},
      {"... or by its label, too",
       {from(R"({"namespaceSelector":{"matchLabels":{"team":"x"}}},{"podSelector":{}})")},
       yes},
      {"a block beside it", {from(R"({"ipBlock":{"cidr":"192.168.0.0/16"}})")}, no},
      {"a block around it", {from(R"({"ipBlock":{"cidr":"10.0.0.0/8"}})")}, unknown},
      {"a block that excepts it", {from(R"({"ipBlock":{"cidr":"10.0.0.0/8","except":["10.0.0.0/24"]}})")}, no},
      {"every address", {from(R"({"ipBlock":{"cidr":"0.0.0.0/0"}})")}, unknown},
      {"a block of IPv6", {from(R"({"ipBlock":{"cidr":"fd00::/8"}})")}, no},
      {"the port", {ports(R"({"port":3000})")}, yes},
      {"another port", {ports(R"({"port":80})")}, no},
      {"the port by name", {ports(R"({"port":"http"})")}, yes},
      {"a name that is another port's", {ports(R"({"port":"dns","protocol":"UDP"})")}, no},
      {"a name that it lacks", {ports(R"({"port":"metrics"})")}, no},
      {"a range around it", {ports(R"({"port":2000,"endPort":4000})")}, yes},
      {"a range below it", {ports(R"({"port":2000,"endPort":2999})")}, no},
      {"the port of another protocol", {ports(R"({"port":3000,"protocol":"UDP"})")}, no},
      {"every port of TCP", {ports(R"({"protocol":"TCP"})")}, yes},
      {"who and where must both fit",
       {in(R"({"from":[{"podSelector":{}}],"ports":[{"port":80}]},{"from":[{"podSelector":{"matchLabels":{"a":"b"}}}],
         "ports":[{"port":3000}]})")},
       no},
      {"several add up", {in(""), from(R"({"podSelector":{}})")}, yes},
      {"several, one of which cannot be told", {in(""), from(R"({"ipBlock":{"cidr":"10.0.0.0/8"}})")}, unknown},
  };
  for (const auto& row : rows) EXPECT_EQ(asked(row.specs).admission, row.admission) << row.name;
}

TEST(Policies, OfTheClientsWayOut) {
  const std::string closed = R"({"podSelector":{"matchLabels":{"role":"front"}},"policyTypes":["Egress"]})";
  EXPECT_EQ(asked({closed}, some_client(), Way::egress).admission, no);
  EXPECT_EQ(asked({closed}, some_client(), Way::egress).isolating.size(), 1U);
  EXPECT_EQ(asked({closed}, some_client(), Way::ingress).admission, yes);
  const auto out = [](const char* rule) { return std::string(R"({"podSelector":{},"egress":[)") + rule + "]}"; };
  EXPECT_EQ(asked({out(R"({"to":[{"podSelector":{"matchLabels":{"app":"web"}}}],"ports":[{"port":"http"}]})")},
                  some_client(), Way::egress)
                .admission,
            yes)
      << "the name is the server's";
  EXPECT_EQ(
      asked({out(R"({"to":[{"podSelector":{"matchLabels":{"app":"db"}}}]})")}, some_client(), Way::egress).admission,
      no);
}

TEST(Policies, WhatIsNotKnownIsNotGuessed) {
  auto server = web_server();
  server.shape.containers.clear();
  EXPECT_EQ(asked({ports(R"({"port":"http"})")}, some_client(), Way::ingress, server).admission, unknown);
  auto client = some_client();
  client.address.clear();
  EXPECT_EQ(asked({from(R"({"ipBlock":{"cidr":"192.168.0.0/16"}})")}, client).admission, unknown);
  auto old = policy_of(in(""));
  old.ingress_rules.reset();
  EXPECT_EQ(ask_policies({&old}, Way::ingress, some_client(), web_server(), 3000).admission, unknown)
      << "a log of an older version";
  client.ns = "other";
  EXPECT_EQ(asked({from(R"({"podSelector":{}})")}, client).admission, no) << "pods of the policy's own namespace";
  client.ns_labels = Labels{{"team", "x"}};
  EXPECT_EQ(asked({from(R"({"namespaceSelector":{"matchLabels":{"team":"x"}}})")}, client).admission, yes);
  const auto other = policy_of(in(""), "other");
  EXPECT_EQ(ask_policies({&other}, Way::ingress, some_client(), web_server(), 3000).admission, yes)
      << "a policy reaches no other namespace";
  client = some_client();
  client.address = web_server().address;
  EXPECT_EQ(asked({in("")}, client).admission, yes) << "a pod reaches itself";
}

TEST(Policies, WhetherAnybodyIsLetIn) {
  const auto closed = policy_of(in("")), somebody = policy_of(from(R"({"podSelector":{"matchLabels":{"a":"b"}}})")),
             elsewhere = policy_of(ports(R"({"port":80})"));
  const auto anybody = [](const NetworkPolicy& one) { return anybody_admitted({&one}, web_server(), 3000).admission; };
  EXPECT_EQ(anybody(closed), no);
  EXPECT_EQ(anybody(somebody), yes);
  EXPECT_EQ(anybody(elsewhere), no);
  EXPECT_EQ(anybody_admitted({&closed, &somebody}, web_server(), 3000).admission, yes);
  EXPECT_EQ(anybody_admitted({}, web_server(), 3000).admission, yes);
}

TEST(Policies, TheirRulesAreWrittenAsTheyWereRead) {
  const json rules = json::parse(R"([{"from":[{"podSelector":{"matchLabels":{"a":"b"},"matchExpressions":[
    {"key":"k","operator":"In","values":["x"]},{"key":"l","operator":"Exists"}]},"namespaceSelector":{}},
    {"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}],
    "ports":[{"protocol":"TCP","port":80,"endPort":90},{"protocol":"UDP","port":"dns"},{"protocol":"SCTP"}]},{}])");
  const auto policy = policy_of(R"({"podSelector":{},"ingress":)" + rules.dump() + "}");
  EXPECT_EQ(rules_json(*policy.ingress_rules, Way::ingress), rules);
  EXPECT_EQ(json(policy).get<NetworkPolicy>(), policy) << "and the log holds them";
  const auto isolating = policy_of(R"({"podSelector":{}})");
  EXPECT_EQ(json(isolating).get<NetworkPolicy>().ingress_rules, std::vector<PolicyRule>{}) << "none is not unknown";
}

}  // namespace
}  // namespace straycat::model
