// NetworkPolicies as the embedded cluster reads them: rows, who hears of changes, and that the judges read them alike.
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cluster/dataplane/address_block.hpp"
#include "cluster/dataplane/policy_keeper.hpp"
#include "cluster/dataplane/policy_table.hpp"
#include <straycat/model/policy.hpp>

namespace straycat::cluster {
namespace {

Object parsed(const std::string& text) { return std::make_shared<const json>(json::parse(text)); }

Object policy(const std::string& spec, const std::string& ns = "shop", const std::string& name = "p") {
  return parsed(fmt::format(R"({{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{{"name":"{}",
    "namespace":"{}"}},"spec":{}}})",
                            name, ns, spec));
}

Object pod(const std::string& name, const std::string& address, const std::string& labels,
           const std::string& ns = "shop", const std::string& more = "{}", const std::string& phase = "Running") {
  auto out = json::parse(fmt::format(R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","namespace":"{}",
    "labels":{}}},"spec":{{"containers":[{{"name":"main","ports":[{{"name":"http","containerPort":3000}}]}}]}},
    "status":{{"phase":"{}","podIP":"{}"}}}})",
                                     name, ns, labels, phase, address));
  out["spec"].update(json::parse(more));
  return std::make_shared<const json>(std::move(out));
}

Object name_space(const std::string& name, const std::string& labels) {
  return parsed(fmt::format(R"({{"kind":"Namespace","metadata":{{"name":"{}","labels":{}}}}})", name, labels));
}

std::vector<Object> town_pods() {
  return {pod("web", "10.244.0.2", R"({"app":"web"})"), pod("front", "10.244.0.3", R"({"role":"front"})"),
          pod("other", "10.244.0.4", R"({"role":"front"})", "other")};
}
std::vector<Object> town_namespaces() {
  return {name_space("shop", R"({"kubernetes.io/metadata.name":"shop","team":"a"})"),
          name_space("other", R"({"kubernetes.io/metadata.name":"other","team":"b"})")};
}

std::string words_of(const Allowance& one) {
  std::string out = one.anybody ? "*" : one.block;
  for (const auto& address : one.addresses) out += (out.empty() ? "" : ",") + address;
  for (const auto& except : one.except) out += "-" + except;
  if (!one.protocol.empty()) out += " " + one.protocol;
  if (one.from_port != 0) out += fmt::format(" {}-{}", one.from_port, one.to_port);
  return out;
}

// What stands for the pod at 10.244.0.2: "in: ..." and "out: ..."; nothing where it is open.
std::string words_of(const PolicyTable& table) {
  std::string out;
  for (const auto& rules : table.pods) {
    if (rules.address != "10.244.0.2") continue;
    if (rules.ingress) out += "in:";
    for (const auto& one : rules.from) out += " [" + words_of(one) + "]";
    if (rules.egress) out += out.empty() ? "out:" : " out:";
    for (const auto& one : rules.to) out += " [" + words_of(one) + "]";
  }
  return out;
}

struct AllowedCase {
  const char* name;
  std::vector<Object> policies;
  std::string expected;
};

TEST(PolicyTable, SaysWhatIsAllowed) {
  const AllowedCase cases[] = {
      {"none", {}, ""},
      {"of other pods", {policy(R"({"podSelector":{"matchLabels":{"app":"db"}}})")}, ""},
      {"of another namespace", {policy(R"({"podSelector":{}})", "other")}, ""},
      {"no rule", {policy(R"({"podSelector":{}})")}, "in:"},
      {"an empty list of rules", {policy(R"({"podSelector":{},"ingress":[]})")}, "in:"},
      {"an empty rule", {policy(R"({"podSelector":{},"ingress":[{}]})")}, "in: [*]"},
      {"egress by what is there", {policy(R"({"podSelector":{},"egress":[{}]})")}, "in: out: [*]"},
      {"egress by its type", {policy(R"({"podSelector":{},"policyTypes":["Egress"]})")}, "out:"},
      {"rules of a type that is not named",
       {policy(R"({"podSelector":{},"policyTypes":["Ingress"],"egress":[{}]})")},
       "in:"},
      {"pods of its namespace",
       {policy(R"({"podSelector":{},"ingress":[{"from":[{"podSelector":{}}]}]})")},
       "in: [10.244.0.2,10.244.0.3]"},
      {"pods of a namespace",
       {policy(R"({"podSelector":{},"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"team":"b"}}}]}]})")},
       "in: [10.244.0.4]"},
      {"both must fit",
       {policy(R"({"podSelector":{},"ingress":[{"from":[{"namespaceSelector":{},
         "podSelector":{"matchLabels":{"role":"front"}}}]}]})")},
       "in: [10.244.0.3,10.244.0.4]"},
      {"either may fit",
       {policy(R"({"podSelector":{},"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"team":"b"}}},
         {"podSelector":{"matchLabels":{"app":"web"}}}]}]})")},
       "in: [10.244.0.2,10.244.0.4]"},
      {"pods that are not there",
       {policy(R"({"podSelector":{},"ingress":[{"from":[{"podSelector":{"matchLabels":{"a":"b"}}}]}]})")},
       "in:"},
      {"a block with its bits cleared, less another",
       {policy(
           R"({"podSelector":{},"ingress":[{"from":[{"ipBlock":{"cidr":"10.1.2.3/8","except":["10.244.9.9/16"]}}]}]})")},
       "in: [10.0.0.0/8-10.244.0.0/16]"},
      {"a block of IPv6",
       {policy(R"({"podSelector":{},"ingress":[{"from":[{"ipBlock":{"cidr":"fd00::/8"}}]}]})")},
       "in:"},
      {"ports",
       {policy(R"({"podSelector":{},"ingress":[{"ports":[{"port":80},{"port":1,"endPort":9,"protocol":"UDP"},
         {"protocol":"SCTP"}]}]})")},
       "in: [* sctp] [* tcp 80-80] [* udp 1-9]"},
      {"the selected pod's port by name",
       {policy(R"({"podSelector":{},"ingress":[{"ports":[{"port":"http"}]}]})")},
       "in: [* tcp 3000-3000]"},
      {"a name that it lacks", {policy(R"({"podSelector":{},"ingress":[{"ports":[{"port":"x"}]}]})")}, "in:"},
      {"the other pod's port by name",
       {policy(R"({"podSelector":{},"policyTypes":["Egress"],"egress":[{"to":[{"podSelector":
         {"matchLabels":{"role":"front"}}}],"ports":[{"port":"http"}]}]})")},
       "out: [10.244.0.3 tcp 3000-3000]"},
      {"anybody's port by name",
       {policy(R"({"podSelector":{},"policyTypes":["Egress"],"egress":[{"ports":[{"port":"http"}]}]})")},
       "out: [10.244.0.2,10.244.0.3,10.244.0.4 tcp 3000-3000]"},
      {"a block's port by name",
       {policy(R"({"podSelector":{},"policyTypes":["Egress"],"egress":[{"to":[{"ipBlock":{"cidr":"10.244.0.3/32"}}],
         "ports":[{"port":"http"}]}]})")},
       "out: [10.244.0.3 tcp 3000-3000]"},
      {"several add up, and the same once",
       {policy(R"({"podSelector":{}})"),
        policy(R"({"podSelector":{},"ingress":[{"ports":[{"port":80}]}]})", "shop", "q"),
        policy(R"({"podSelector":{"matchLabels":{"app":"web"}},"ingress":[{"ports":[{"port":80},{"port":81}]}]})",
               "shop", "r")},
       "in: [* tcp 80-80] [* tcp 81-81]"},
  };
  for (const auto& each : cases)
    EXPECT_EQ(words_of(compute_policy_table(each.policies, town_pods(), town_namespaces())), each.expected)
        << each.name;
}

TEST(PolicyTable, KnowsWhoHasAPlaceInTheNetwork) {
  const auto closed = policy(R"({"podSelector":{},"ingress":[{"from":[{"podSelector":{}}]}]})");
  const std::vector<Object> pods = {pod("host", "10.244.0.2", "{}", "shop", R"({"hostNetwork":true})"),
                                    pod("over", "10.244.0.3", "{}", "shop", "{}", "Succeeded"),
                                    pod("not-yet", "", "{}"), pod("there", "10.244.0.5", "{}")};
  const auto table = compute_policy_table({closed}, pods, town_namespaces());
  ASSERT_EQ(table.pods.size(), 1U);
  EXPECT_EQ(table.pods[0].address, "10.244.0.5");
  EXPECT_EQ(table.pods[0].from.at(0).addresses, std::vector<std::string>{"10.244.0.5"});
}

// --- who hears of changes

class NotingPlane final : public DataPlane {
 public:
  [[nodiscard]] std::string name() const override { return "noting"; }
  [[nodiscard]] bool isolates_pods() const override { return true; }
  [[nodiscard]] std::string node_address() const override { return "10.244.0.1"; }
  Result<Descriptor> open_socket() override { return open_tcp_socket(); }
  [[nodiscard]] bool owns(const std::string&) const override { return true; }
  Result<std::string> allocate_address() override { return own_trouble("none"); }
  Result<> attach(pid_t, const std::string&) override { return {}; }
  void detach(const std::string&) override {}
  Result<> apply(const ServiceTable&) override { return {}; }
  Result<> apply_policies(const PolicyTable& table) override {
    tables.push_back(table);
    return {};
  }
  Result<> apply_faults(const std::vector<NetworkFault>&) override { return {}; }
  Result<> delay(const std::string&, Nanos) override { return {}; }
  [[nodiscard]] std::map<std::string, std::string> pod_environment(const std::string&) const override { return {}; }
  [[nodiscard]] std::map<std::string, std::uint64_t> service_counters() override { return {}; }
  std::vector<PolicyTable> tables;
};

TEST(PolicyKeeper, FollowsPoliciesAndPods) {
  boost::asio::io_context io;
  Store store(io.get_executor());
  NotingPlane plane;
  const PolicyKeeper keeper(store, plane);
  const auto settle = [&] {
    io.restart();
    io.poll();
  };
  for (const auto& ns : town_namespaces()) ASSERT_TRUE(store.create(*ns));
  ASSERT_TRUE(store.create(*town_pods()[0]));
  settle();
  EXPECT_EQ(plane.tables.size(), 1U) << "pods do not matter without a policy";
  ASSERT_TRUE(store.create(*policy(R"({"podSelector":{}})")));
  settle();
  EXPECT_EQ(words_of(plane.tables.back()), "in:");
  ASSERT_TRUE(store.mutate("Pod", "shop", "web", [](json& object) {
    object["status"]["phase"] = "Succeeded";
    return true;
  }));
  settle();
  EXPECT_TRUE(plane.tables.back().pods.empty()) << "a pod that is over has no place in the network";
  store.purge("NetworkPolicy", "shop", "p");
  settle();
  EXPECT_TRUE(plane.tables.back().pods.empty());
}

// --- the two readings

// Whether the packet filter of this table lets a new connection pass.
bool passes(const PolicyTable& table, const std::string& source, const std::string& target, int port) {
  const auto allowed = [&](const std::vector<Allowance>& all, const std::string& other) {
    return std::any_of(all.begin(), all.end(), [&](const Allowance& one) {
      const auto inside = [&](const std::string& block) { return parse_block(block)->contains(*parse_address(other)); };
      const bool who =
          one.anybody || std::find(one.addresses.begin(), one.addresses.end(), other) != one.addresses.end() ||
          (!one.block.empty() && inside(one.block) && std::none_of(one.except.begin(), one.except.end(), inside));
      const bool where = one.from_port == 0 || (one.from_port <= port && port <= one.to_port);
      return who && where && (one.protocol.empty() || one.protocol == "tcp");
    });
  };
  for (const auto& pod_rules : table.pods) {
    if (pod_rules.address == source && pod_rules.egress && source != target && !allowed(pod_rules.to, target))
      return false;
    if (pod_rules.address == target && pod_rules.ingress && source != target && !allowed(pod_rules.from, source))
      return false;
  }
  return true;
}

// Any policy of a small language, drawn from a seed.
class Drawn {
 public:
  explicit Drawn(std::uint64_t seed) : random_(seed) {}
  Object a_policy(int number) {
    json spec = {{"podSelector", selector()}};
    if (chance(2)) spec["ingress"] = rules("from");
    if (chance(2)) spec["egress"] = rules("to");
    if (chance(2))
      spec["policyTypes"] = pick<std::vector<std::string>>({{"Ingress"}, {"Egress"}, {"Ingress", "Egress"}});
    return policy(spec.dump(), pick<std::string>({"shop", "shop", "other"}), "p" + std::to_string(number));
  }
  std::vector<Object> pods() {
    std::vector<Object> out;
    for (int i = 2; i < 6; ++i) {
      const auto labels = fmt::format(R"({{"a":"{}","b":"{}"}})", pick<int>({1, 2}), pick<int>({1, 2}));
      const auto ports =
          fmt::format(R"({{"containers":[{{"name":"main","ports":[{{"name":"{}","containerPort":{}}}]}}]}})",
                      pick<std::string>({"http", "web"}), pick<int>({3000, 4000}));
      out.push_back(pod("pod" + std::to_string(i), "10.244.0." + std::to_string(i), labels,
                        pick<std::string>({"shop", "other"}), ports));
    }
    return out;
  }
  int count(int most) { return std::uniform_int_distribution<int>(0, most)(random_); }

 private:
  bool chance(int one_in) { return count(one_in - 1) == 0; }
  template <class T>
  T pick(std::vector<T> all) {
    return all[static_cast<std::size_t>(count(static_cast<int>(all.size()) - 1))];
  }
  json selector() {
    json out = json::object();
    if (chance(2)) out["matchLabels"][pick<std::string>({"a", "b"})] = pick<std::string>({"1", "2"});
    if (chance(4)) {
      out["matchExpressions"] = json::array();
      out["matchExpressions"].push_back(
          {{"key", pick<std::string>({"a", "c"})}, {"operator", pick<std::string>({"Exists", "DoesNotExist"})}});
    }
    return out;
  }
  json peer() {
    json out = json::object();
    if (chance(4)) {
      out["ipBlock"]["cidr"] = pick<std::string>({"10.244.0.0/29", "10.244.0.4/31", "192.168.0.0/16", "0.0.0.0/0"});
      if (chance(2)) out["ipBlock"]["except"] = std::vector<std::string>{"10.244.0.2/31"};
      return out;
    }
    if (chance(2)) out["podSelector"] = selector();
    if (out.empty() || chance(2)) {
      out["namespaceSelector"] = json::object();
      if (chance(2)) out["namespaceSelector"]["matchLabels"]["team"] = pick<std::string>({"a", "b"});
    }
    return out;
  }
  json port() {
    json out = json::object();
    if (chance(2)) out["protocol"] = pick<std::string>({"TCP", "UDP"});
    if (chance(3)) {
      out["port"] = pick<std::string>({"http", "web", "x"});
    } else if (chance(2)) {
      out["port"] = pick<int>({3000, 4000, 2000});
      if (chance(3)) out["endPort"] = 3500;
    }
    return out;
  }
  json rules(const char* peers) {
    json out = json::array();
    for (int i = count(2); i > 0; --i) {
      json rule = json::object();
      for (int j = count(2); j > 0; --j) rule[peers].push_back(peer());
      for (int j = count(2); j > 0; --j) rule["ports"].push_back(port());
      out.push_back(std::move(rule));
    }
    return out;
  }
  std::mt19937_64 random_;
};

model::NetworkEnd end_of(const Object& object) {
  const auto read = model::project_pod(*object);
  return {read.meta.ns, read.spec.labels, read.pod_ip, read.spec,
          model::Labels{{"kubernetes.io/metadata.name", read.meta.ns}, {"team", read.meta.ns == "shop" ? "a" : "b"}}};
}

// "Yes" and "no" of the judges are the packet filter's; where they cannot tell it may do either.
TEST(PolicyReadings, Agree) {
  int told = 0, untold = 0, denied = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Drawn drawn(seed);
    const auto pods = drawn.pods();
    std::vector<Object> policies;
    for (int i = drawn.count(3); i >= 0; --i) policies.push_back(drawn.a_policy(i));
    const auto table = compute_policy_table(policies, pods, town_namespaces());
    std::vector<model::NetworkPolicy> projected;
    for (const auto& one : policies) projected.push_back(model::project_network_policy(*one));
    std::vector<const model::NetworkPolicy*> all;
    for (const auto& one : projected) all.push_back(&one);
    for (const auto& from : pods) {
      for (const auto& to : pods) {
        for (const int port : {3000, 4000}) {
          const auto client = end_of(from), server = end_of(to);
          const auto in = model::ask_policies(all, model::Way::ingress, client, server, port).admission;
          const auto out = model::ask_policies(all, model::Way::egress, client, server, port).admission;
          const bool no = in == model::Admission::no || out == model::Admission::no;
          if (!no && (in == model::Admission::unknown || out == model::Admission::unknown)) {
            ++untold;
            continue;
          }
          ++told;
          denied += no ? 1 : 0;
          ASSERT_EQ(passes(table, client.address, server.address, port), !no)
              << "seed " << seed << ": " << client.address << " to " << server.address << ":" << port;
        }
      }
    }
  }
  EXPECT_GT(denied, told / 10);
  EXPECT_LT(denied, told * 9 / 10);
  EXPECT_GT(untold, 0);
}

}  // namespace
}  // namespace straycat::cluster
