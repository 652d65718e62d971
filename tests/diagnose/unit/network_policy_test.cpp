// Tiny worlds of NetworkPolicies: requests get no answer, and policies do or do not say so. Half end in another
// verdict.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "diagnose/support/judging.hpp"
#include <straycat/model/policy.hpp>

namespace straycat::diagnose {
namespace {

using test::World;
using testing::HasSubstr;

model::NetworkPolicy policy_named(const std::string& name, const char* spec) {
  auto policy =
      model::project_network_policy({{"kind", "NetworkPolicy"},
                                     {"metadata", {{"name", name}, {"namespace", "shop"}, {"uid", "uid-" + name}}},
                                     {"spec", json::parse(spec)}});
  return policy;
}

constexpr const char* nobody = R"({"podSelector":{},"ingress":[{"from":[{"podSelector":{"matchLabels":{"a":"b"}}}]}]})";
constexpr const char* web_only = R"({"podSelector":{"matchLabels":{"app":"sayhi"}},"ingress":[]})";

// What is refused gets no answer instead, or its name does.
void silence(Event& event, const char* kind) {
  const auto silenced = [&](json& failure) {
    if (failure.value("kind", "") == "refused") failure["kind"] = kind;
  };
  // Direct requests go to addresses.
  if (event.body.contains("failure") &&
      (event.kind != DirectProbe::kind || std::string_view(kind) == "connect_timeout"))
    silenced(event.body["failure"]);
  if (event.kind != AttemptWindow::kind || !event.body["failed"].contains("refused")) return;
  event.body["failed"][kind] = event.body["failed"]["refused"];
  event.body["failed"].erase("refused");
}

struct PolicyLog {
  std::vector<model::NetworkPolicy> policies = {policy_named("deny", nobody)};
  bool watched = true;
  bool client_known = true;
  bool client_of_the_node = false;
  bool answered_directly = false;
  bool silent = true;  // else: refused
  bool direct_probes = true;
  bool names = false;     // it is the name that gets none
  double well_until = 0;  // until then everything is answered
};

Event client_event(const Event& like, bool of_the_node) {
  model::Pod pod;
  pod.meta.kind = "Pod";
  pod.meta.ns = "shop";
  pod.meta.name = "agent";
  pod.meta.uid = "uid-agent";
  pod.meta.labels = pod.spec.labels = {{"straycat.dev/role", "agent"}, {model::run_label, "r1"}};
  pod.spec.host_network = of_the_node;
  pod.phase = "Running";
  pod.pod_ip = "10.244.0.2";
  Event event = like;
  event.kind = "pod";
  event.body = json(model::ObjectChange{false, json(pod)});
  return event;
}

EventLog log_of(const PolicyLog& wanted) {
  World world = test::quiet(2);
  if (!wanted.answered_directly)
    for (auto& pod : world.pods) pod.answers_from = pod.answers_to = 0;
  for (auto& pod : world.pods)
    if (wanted.well_until > 0) pod.answers_from = 0, pod.answers_to = wanted.well_until;
  world.nobody_translates = wanted.answered_directly;
  world.policies = wanted.policies;
  world.direct_probes = wanted.direct_probes;
  if (wanted.names) world.traffic_from = 9;
  EventLog log;
  for (Event event : test::log_of(world).events) {
    if (wanted.silent) silence(event, wanted.names ? "name_not_found" : "connect_timeout");
    log.events.push_back(event);
    if (event.kind == "service" && wanted.client_known)
      log.events.push_back(client_event(event, wanted.client_of_the_node));
    if (event.kind == WatchRecord::started && event.body.value("resource", "") == "services" && wanted.watched) {
      event.body["resource"] = "networkpolicies";
      log.events.push_back(event);
    }
  }
  for (std::size_t i = 0; i < log.events.size(); ++i) log.events[i].number = i;
  return log;
}

struct NetworkPolicyRow {
  const char* name;
  PolicyLog log;
  const char* expected;  // the beginning of brief()
};

PolicyLog with_policies(std::vector<model::NetworkPolicy> policies) {
  PolicyLog out;
  out.policies = std::move(policies);
  return out;
}

// Its requests' names get no answer; the pods do, asked directly, or do not.
PolicyLog asking_names(std::vector<model::NetworkPolicy> policies, bool answered_directly = true) {
  PolicyLog out = with_policies(std::move(policies));
  out.names = true;
  out.answered_directly = answered_directly;
  return out;
}

PolicyLog until(double seconds, PolicyLog log) {
  log.well_until = seconds;
  return log;
}

PolicyLog unwatched(PolicyLog log) {
  log.watched = false;
  return log;
}

template <class F>
PolicyLog but(F change) {
  PolicyLog out;
  change(out);
  return out;
}

const std::vector<NetworkPolicyRow>& network_policy_rows() {
  const auto out_of = [](const char* name, const char* rules) {
    return policy_named(name, (std::string(R"({"podSelector":{"matchLabels":{"straycat.dev/role":"agent"}},
      "policyTypes":["Egress"],"egress":)") +
                               rules + "}")
                                  .c_str());
  };
  auto old = policy_named("deny", nobody);
  old.ingress_rules.reset();
  old.egress_rules.reset();
  static const std::vector<NetworkPolicyRow> all = {
      {"nobody_is_let_in", {}, "found network-policy NetworkPolicy/deny"},
      {"only_the_pods_are_selected", with_policies({policy_named("web", web_only)}),
       "found network-policy NetworkPolicy/web"},
      {"the_narrower_of_two", with_policies({policy_named("deny", nobody), policy_named("web", web_only)}),
       "found network-policy NetworkPolicy/web"},
      {"by_another_port",
       with_policies({policy_named("deny", R"({"podSelector":{},"ingress":[{"ports":[{"port":80}]}]})")}),
       "found network-policy NetworkPolicy/deny"},
      {"the_client_may_not_go_out", with_policies({out_of("out", "[]")}), "found network-policy NetworkPolicy/out"},
      {"the_client_may_go_elsewhere",
       with_policies({out_of("out", R"([{"to":[{"podSelector":{"matchLabels":{"app":"db"}}}]}])")}),
       "found network-policy NetworkPolicy/out"},
      {"the_client_may_not_ask_for_names", asking_names({out_of("out", "[]")}, false),
       "found network-policy NetworkPolicy/out"},
      {"the_client_may_go_to_a_port_that_is_none_of_names",
       asking_names({out_of("out", R"([{"ports":[{"port":3000}]}])")}), "found network-policy NetworkPolicy/out"},
      // Names that fail, and policies have no part in it.
      {"it_may_ask_for_names_and_they_fail",
       asking_names(
           {out_of("out", R"([{"to":[{"namespaceSelector":{},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}],
         "ports":[{"protocol":"UDP","port":53}]},{"ports":[{"port":3000}]}])")}),
       "found dns"},
      {"names_fail_and_only_its_way_in_is_restricted", asking_names({policy_named("deny", nobody)}), "found dns"},
      {"names_fail_without_a_policy", asking_names({}), "found dns"},
      // Cannot be told.
      {"it_may_ask_a_name_server_of_its_own",
       asking_names({out_of("out", R"([{"to":[{"podSelector":{"matchLabels":{"app":"dns"}}}],
         "ports":[{"protocol":"UDP","port":53}]}])")}),
       "inconclusive"},
      {"it_may_go_to_a_port_of_a_name_server_without_privileges",
       asking_names({out_of("out", R"([{"ports":[{"protocol":"UDP","port":8053}]}])")}), "inconclusive"},
      {"it_may_go_to_an_address_on_every_port",
       asking_names({out_of("out", R"([{"to":[{"ipBlock":{"cidr":"169.254.20.10/32"}}]}])")}), "inconclusive"},
      {"names_resolved_while_the_policy_stood", until(20, asking_names({out_of("out", "[]")}, false)), "inconclusive"},
      {"names_fail_and_policies_were_not_watched", unwatched(asking_names({out_of("out", "[]")})), "inconclusive"},
      // Nothing that policies did.
      {"the_client_is_let_in",
       with_policies({policy_named("some", R"({"podSelector":{},"ingress":[{"from":[{"podSelector":
         {"matchLabels":{"straycat.dev/role":"agent"}}}]}]})")}),
       "inconclusive"},
      {"one_of_two_lets_it_in",
       with_policies({policy_named("deny", nobody), policy_named("open", R"({"podSelector":{},"ingress":[{}]})")}),
       "inconclusive"},
      {"no_policy", with_policies({}), "inconclusive"},
      {"of_other_pods", with_policies({policy_named("db", R"({"podSelector":{"matchLabels":{"app":"db"}}})")}),
       "inconclusive"},
      {"what_is_refused_is_no_policys", but([](PolicyLog& log) { log.silent = false; }), "found loopback-bind"},
      // What cannot be told.
      {"policies_were_not_watched", but([](PolicyLog& log) { log.watched = false; }), "inconclusive"},
      {"the_client_is_not_known", but([](PolicyLog& log) { log.client_known = false; }), "inconclusive"},
      {"the_client_is_the_nodes", but([](PolicyLog& log) { log.client_of_the_node = true; }), "inconclusive"},
      {"by_a_namespaces_label",
       with_policies({policy_named(
           "team", R"({"podSelector":{},"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"team":"x"}}}]}]})")}),
       "inconclusive"},
      {"by_a_block",
       with_policies(
           {policy_named("block", R"({"podSelector":{},"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8"}}]}]})")}),
       "inconclusive"},
      {"a_log_without_rules", with_policies({old}), "inconclusive"},
      {"nobody_asked_directly", but([](PolicyLog& log) { log.direct_probes = false; }), "inconclusive"},
      {"it_is_answered_directly", but([](PolicyLog& log) { log.answered_directly = true; }), "inconclusive"},
  };
  return all;
}

class NetworkPolicyWorlds : public testing::TestWithParam<NetworkPolicyRow> {};
void PrintTo(const NetworkPolicyRow& row, std::ostream* out) { *out << row.name; }

TEST_P(NetworkPolicyWorlds, are_judged) {
  const auto verdict = test::judged(log_of(GetParam().log));
  EXPECT_EQ(test::brief(verdict).substr(0, std::string(GetParam().expected).size()), GetParam().expected)
      << test::brief(verdict) << "\n"
      << to_json(verdict).dump(1);
  for (const Finding& finding : verdict.findings)
    if (finding.cause == finding::Cause::network_policy) EXPECT_EQ(finding.workload->kind, "NetworkPolicy");
}

INSTANTIATE_TEST_SUITE_P(All, NetworkPolicyWorlds, testing::ValuesIn(network_policy_rows()),
                         [](const auto& param) { return std::string(param.param.name); });

// --- the cure

const Finding* of_policy(const Verdict& verdict) {
  for (const Finding& finding : verdict.findings)
    if (finding.cause == finding::Cause::network_policy) return &finding;
  return nullptr;
}

TEST(NetworkPolicyCure, AppendsTheLeastRule) {
  const auto verdict = test::judged(log_of(PolicyLog{}));
  const auto* finding = of_policy(verdict);
  ASSERT_TRUE(finding != nullptr && finding->fix) << test::brief(verdict);
  EXPECT_EQ(finding->fix->target.display(), "NetworkPolicy/deny");
  EXPECT_EQ(finding->fix->merge_patch, json::parse(R"({"spec":{"ingress":[
    {"from":[{"podSelector":{"matchLabels":{"a":"b"}}}]},
    {"from":[{"podSelector":{"matchLabels":{"straycat.dev/role":"agent"}}}],"ports":[{"protocol":"TCP","port":3000}]}]}})"));
  EXPECT_THAT(finding->fix->yaml, HasSubstr("straycat.dev/role"));
}

TEST(NetworkPolicyCure, LetsNamesOutAndTheRequestsAfterThem) {
  const auto verdict = test::judged(
      log_of(asking_names({policy_named("out", R"({"podSelector":{},"policyTypes":["Egress"]})")}, false)));
  const auto* finding = of_policy(verdict);
  ASSERT_TRUE(finding != nullptr && finding->fix) << test::brief(verdict);
  EXPECT_EQ(finding->fix->merge_patch, json::parse(R"({"spec":{"egress":[
    {"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}],
     "ports":[{"protocol":"UDP","port":53},{"protocol":"TCP","port":53}]},
    {"to":[{"podSelector":{"matchLabels":{"app":"sayhi"}}}],"ports":[{"protocol":"TCP","port":3000}]}]}})"));
}

TEST(NetworkPolicyCure, OpensBothWaysOfOnePolicy) {
  const auto verdict = test::judged(
      log_of(with_policies({policy_named("closed", R"({"podSelector":{},"policyTypes":["Ingress","Egress"]})")})));
  const auto* finding = of_policy(verdict);
  ASSERT_TRUE(finding != nullptr && finding->fix) << test::brief(verdict);
  EXPECT_EQ(finding->fix->merge_patch, json::parse(R"({"spec":{
    "ingress":[{"from":[{"podSelector":{"matchLabels":{"straycat.dev/role":"agent"}}}],
                "ports":[{"protocol":"TCP","port":3000}]}],
    "egress":[{"to":[{"podSelector":{"matchLabels":{"app":"sayhi"}}}],"ports":[{"protocol":"TCP","port":3000}]}]}})"));
}

TEST(NetworkPolicyCure, IsNoneWhereOneRuleIsNotEnough) {
  const auto verdict = test::judged(log_of(with_policies(
      {policy_named("web", web_only),
       policy_named("out",
                    R"({"podSelector":{"matchLabels":{"straycat.dev/role":"agent"}},"policyTypes":["Egress"]})")})));
  const auto* finding = of_policy(verdict);
  ASSERT_NE(finding, nullptr) << test::brief(verdict);
  EXPECT_FALSE(finding->fix);
  EXPECT_THAT(finding->no_fix, HasSubstr("more than one policy forbids it"));
}

}  // namespace
}  // namespace straycat::diagnose
