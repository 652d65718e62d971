// The nft transactions, as texts that a person can read: goldens/rules/*.txt, one command a line.
#include "cluster/dataplane/rules.hpp"

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cluster/dataplane/policy_rules.hpp"

namespace straycat::cluster {
namespace {

ServiceRule sayhi(std::vector<ServiceEndpoint> endpoints) {
  return {"default", "sayhi", "http", "10.96.0.7", 80, std::move(endpoints)};
}

const ServiceEndpoint first_endpoint{"10.244.0.2", 3000, "sayhi-a"}, second_endpoint{"10.244.0.3", 3000, "sayhi-b"},
    third{"10.244.0.4", 3000, "sayhi-job"};

std::string no_label(const ServiceRule&, const ServiceEndpoint&) { return ""; }
std::string pod_label(const ServiceRule&, const ServiceEndpoint& endpoint) { return endpoint.pod; }

std::string text_of(const CommandGroups& groups) {
  std::string out;
  for (const auto& transaction : pack_transactions(groups))
    for (const auto& command : transaction["nftables"]) out += command.dump() + "\n";
  return out;
}

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(STRAYCAT_SOURCE_DIR) + "/tests/cluster/goldens/rules/" + name + ".txt";
  if (std::getenv("STRAYCAT_UPDATE_GOLDENS") != nullptr) std::ofstream(path) << text;
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, golden.str()) << path;
}

TEST(Rules, BaseTable) { expect_golden("base", text_of(base_commands("10.244.0.1"))); }

struct RuleCase {
  const char* name;
  ServiceTable before, after;
  LogLabel label = no_label;
};

ServiceRule affine(ServiceRule rule) {
  rule.client_ip_affinity = true;
  rule.affinity_seconds = 60;
  return rule;
}

ServiceRule other(ServiceRule rule) {
  rule.name = "other";
  return rule;
}

ServiceRule moved(ServiceRule rule) {
  rule.cluster_ip = "10.96.0.8";
  return rule;
}

ServiceRule dropping(ServiceRule rule) {
  rule.drop = true;
  return rule;
}

ServiceRule by_datagrams(ServiceRule rule) {
  rule.transport = Transport::udp;
  return rule;
}

ServiceRule on_a_node_port(ServiceRule rule) {
  rule.outside = Outside{{}, {}, {}, 30080, false, rule.endpoints, {}};
  return rule;
}

// One endpoint on this node; the other elsewhere.
ServiceRule on_a_local_node_port(ServiceRule rule, std::vector<ServiceEndpoint> here) {
  rule.outside = Outside{{}, {}, {}, 30080, true, std::move(here), rule.endpoints};
  return rule;
}

ServiceRule behind_a_balancer(ServiceRule rule, std::vector<std::string> sources) {
  rule.outside = Outside{{"192.0.2.1"}, {"203.0.113.9"}, std::move(sources), 0, false, rule.endpoints, {}};
  return rule;
}

TEST(Rules, WaysFromOutside) {
  const auto two = sayhi({first_endpoint, second_endpoint});
  const RuleCase cases[] = {
      {"udp_service_made", {}, {{by_datagrams(sayhi({first_endpoint}))}}},
      {"node_port_made", {}, {{on_a_node_port(two)}}},
      {"node_port_added", {{two}}, {{on_a_node_port(two)}}},
      {"node_port_without_endpoints", {{on_a_node_port(sayhi({first_endpoint}))}}, {{on_a_node_port(sayhi({}))}}},
      {"node_port_taken_away", {{on_a_node_port(two)}}, {{two}}},
      {"node_port_becomes_local", {{on_a_node_port(two)}}, {{on_a_local_node_port(two, {first_endpoint})}}},
      {"node_port_has_nobody_here", {{on_a_local_node_port(two, {first_endpoint})}}, {{on_a_local_node_port(two, {})}}},
      {"balancer_with_sources", {}, {{behind_a_balancer(two, {"192.0.2.0/24"})}}},
      {"balancer_for_everybody", {{behind_a_balancer(two, {"192.0.2.0/24"})}}, {{behind_a_balancer(two, {})}}},
      {"node_port_service_removed", {{on_a_local_node_port(two, {first_endpoint})}}, {}},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    expect_golden(each.name, text_of(change_commands(each.before, each.after, each.label)));
  }
}

TEST(Rules, Changes) {
  const RuleCase cases[] = {
      {"service_made", {}, {{sayhi({first_endpoint, second_endpoint})}}},
      {"service_made_with_truth", {}, {{sayhi({first_endpoint, second_endpoint})}}, pod_label},
      {"service_made_without_endpoints", {}, {{sayhi({})}}},
      {"endpoint_joins", {{sayhi({first_endpoint})}}, {{sayhi({first_endpoint, third})}}},
      {"endpoint_leaves", {{sayhi({first_endpoint, third})}}, {{sayhi({first_endpoint})}}},
      {"last_endpoint_leaves", {{sayhi({first_endpoint})}}, {{sayhi({})}}},
      {"first_endpoint_joins", {{sayhi({})}}, {{sayhi({first_endpoint})}}},
      {"affinity_switched_on", {{sayhi({first_endpoint})}}, {{affine(sayhi({first_endpoint}))}}},
      {"cluster_ip_changed", {{sayhi({first_endpoint})}}, {{moved(sayhi({first_endpoint}))}}},
      {"address_taken_over", {{sayhi({first_endpoint})}}, {{other(sayhi({first_endpoint}))}}},
      {"service_made_that_drops", {}, {{dropping(sayhi({}))}}},
      {"drops_instead_of_refusing", {{sayhi({})}}, {{dropping(sayhi({}))}}},
      {"last_local_endpoint_leaves", {{sayhi({first_endpoint})}}, {{dropping(sayhi({}))}}},
      {"service_removed", {{sayhi({first_endpoint, second_endpoint})}}, {}},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    expect_golden(each.name, text_of(change_commands(each.before, each.after, each.label)));
  }
}

TEST(Rules, Policies) {
  const Allowance everybody{true, {}, "", {}, "", 0, 0};
  const Allowance one_port{true, {}, "", {}, "tcp", 3000, 3000};
  const Allowance some{false, {"10.244.0.3", "10.244.0.4"}, "", {}, "tcp", 3000, 3010};
  const Allowance block{false, {}, "10.0.0.0/8", {"10.1.0.0/16", "10.2.0.0/16"}, "udp", 0, 0};
  const Allowance all_addresses{false, {}, "0.0.0.0/0", {"10.244.0.0/16"}, "tcp", 80, 80};
  expect_golden("policies_none", text_of(policy_commands({})));
  expect_golden("policies_closed", text_of(policy_commands({{{"10.244.0.2", true, false, {}, {}}}})));
  expect_golden("policies_open", text_of(policy_commands({{{"10.244.0.2", true, true, {everybody}, {one_port}}}})));
  expect_golden("policies_some", text_of(policy_commands({{{"10.244.0.2", true, false, {block, some}, {}},
                                                           {"10.244.0.5", false, true, {}, {all_addresses}}}})));
}

// The hook is the last to come: until then a filter in several transactions enforces nothing, rather than half.
TEST(Rules, AnyNumberOfPoliciesComesInWholeGroups) {
  PolicyTable table;
  for (int i = 0; i < 400; ++i)
    table.pods.push_back({"10.244.1." + std::to_string(i), true, false, {{true, {}, "", {}, "tcp", i + 1, i + 1}}, {}});
  const auto packed = pack_transactions(policy_commands(table));
  EXPECT_GT(packed.size(), 1U);
  EXPECT_NE(packed.back()["nftables"].dump().find(R"("hook":"forward")"), std::string::npos);
}

TEST(Rules, NothingToDoForTheSameTable) {
  EXPECT_TRUE(change_commands({{sayhi({first_endpoint})}}, {{sayhi({first_endpoint})}}, no_label).empty());
}

// Two Services that stay: what one gives up, the other takes in the same transaction.
TEST(Rules, WhatOneServiceGivesUpIsFreeBeforeAnotherTakesIt) {
  auto taker = sayhi({first_endpoint}), giver = sayhi({first_endpoint});
  taker.name = "a";
  giver.name = "b";
  giver.cluster_ip = "10.96.0.8";
  auto taken = taker, given = giver;
  given.outside = Outside{{}, {}, {}, 30080, false, given.endpoints, {}};
  taken.outside = Outside{{}, {}, {}, 30080, false, taken.endpoints, {}};
  const auto text = text_of(change_commands({{taker, given}}, {{taken, giver}}, no_label));
  const auto freed = text.find(R"({"delete":{"element":)"),
             used = text.find("30080", text.find(R"("add":{"element":)"));
  ASSERT_NE(freed, std::string::npos) << text;
  EXPECT_LT(freed, used) << text;
}

// An address that goes to another pod needs a new label: the ground truth must not name the dead one.
TEST(Rules, AnotherPodAtTheSameAddressIsLabelledAnew) {
  auto renamed = first_endpoint;
  renamed.pod = "sayhi-z";
  const auto text = text_of(change_commands({{sayhi({first_endpoint})}}, {{sayhi({renamed})}}, pod_label));
  EXPECT_NE(text.find(R"("prefix":"sayhi-z")"), std::string::npos);
  EXPECT_EQ(text.find("delete"), std::string::npos) << "its chain and its counter stay";
}

TEST(Rules, TransactionsNeverBreakAGroupAndKeepTheOrder) {
  CommandGroups groups;
  for (int group = 0; group < 40; ++group)
    groups.push_back(std::vector<nlohmann::json>(static_cast<std::size_t>(1 + group % 7), nlohmann::json(group)));
  const auto packed = pack_transactions(groups, 20);
  std::set<int> seen;
  int last = -1;
  for (const auto& transaction : packed) {
    EXPECT_LE(transaction["nftables"].size(), 20U);
    std::set<int> here;
    for (const auto& command : transaction["nftables"]) {
      EXPECT_GE(command.get<int>(), last);
      last = command.get<int>();
      here.insert(last);
    }
    for (const int group : here) EXPECT_TRUE(seen.insert(group).second) << group << " is in two transactions";
  }
  EXPECT_EQ(seen.size(), 40U);
}

TEST(Rules, AGroupBeyondTheLimitStandsAlone) {
  const CommandGroups groups{{1}, std::vector<nlohmann::json>(30, 2), {3}};
  const auto packed = pack_transactions(groups, 20);
  ASSERT_EQ(packed.size(), 3U);
  EXPECT_EQ(packed[1]["nftables"].size(), 30U);
}

// The kernel's limit for names (NFT_NAME_MAXLEN, 256 with its NUL) holds for the longest names that Kubernetes allows.
TEST(Rules, LongestNamesFit) {
  ServiceRule rule{std::string(63, 'n'), std::string(63, 's'), "p", "10.96.255.255", 65535, {}, true, 86400};
  EXPECT_LT(endpoint_object(rule, {"10.244.255.254", 65535, ""}).size(), 240U);
}

}  // namespace
}  // namespace straycat::cluster
