// From Services and slices to the table, and when it is written.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cluster/dataplane/address_pool.hpp"
#include "cluster/dataplane/health_ports.hpp"
#include "cluster/dataplane/loopback_plane.hpp"
#include "cluster/dataplane/proxier.hpp"
#include "cluster/sandbox/examine.hpp"

namespace straycat::cluster {
namespace {

Object object(const std::string& text) { return std::make_shared<const json>(json::parse(text)); }

Object service(const std::string& spec, const std::string& labels = "{}") {
  return object(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"sayhi","namespace":"default","labels":)" +
                labels + R"(},"spec":)" + spec + "}");
}

const std::string one_port = R"({"clusterIP":"10.96.0.7","ports":[{"port":80,"targetPort":3000,"protocol":"TCP"}]})";

Object slice(const std::string& endpoints, const std::string& ports = R"([{"name":"","port":3000,"protocol":"TCP"}])",
             const std::string& ns = "default", const std::string& type = "IPv4") {
  return object(R"({"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"x","namespace":")" +
                ns + R"(","labels":{"kubernetes.io/service-name":"sayhi"}},"addressType":")" + type + R"(","ports":)" +
                ports + R"(,"endpoints":)" + endpoints + "}");
}

std::string endpoint(const std::string& address, const std::string& conditions) {
  return R"({"addresses":[")" + address + R"("],"conditions":)" + conditions +
         R"(,"targetRef":{"kind":"Pod","name":"pod-)" + address + R"("}})";
}

std::string ready(const std::string& address) { return endpoint(address, R"({"ready":true})"); }

// "10.96.0.7:80 -> a:1 b:2"; one line a rule.
std::string words(const ServiceTable& table) {
  std::string out;
  for (const auto& rule : table.rules) {
    out += rule.ns + "/" + rule.name + " " + rule.cluster_ip + ":" + std::to_string(rule.port) + " ->";
    for (const auto& each : rule.endpoints) out += " " + each.address + ":" + std::to_string(each.port);
    out += "\n";
  }
  return out;
}

struct TableCase {
  const char* name;
  std::vector<Object> services, slices;
  std::string expected;
};

const std::string bare = "default/sayhi 10.96.0.7:80 ->";

TEST(ServiceTable, EndpointsByKubeProxysRules) {
  const std::string going = R"({"ready":false,"serving":true,"terminating":true})",
                    dead = R"({"ready":false,"serving":false,"terminating":true})";
  const TableCase cases[] = {
      {"ready ones, in order",
       {service(one_port)},
       {slice("[" + ready("10.244.0.9") + "," + ready("10.244.0.2") + "]")},
       bare + " 10.244.0.2:3000 10.244.0.9:3000\n"},
      {"nil conditions mean ready",
       {service(one_port)},
       {slice("[" + endpoint("10.244.0.2", "{}") + "]")},
       bare + " 10.244.0.2:3000\n"},
      {"not ready: none",
       {service(one_port)},
       {slice("[" + endpoint("10.244.0.2", R"({"ready":false})") + "]")},
       bare + "\n"},
      {"no slice: none", {service(one_port)}, {}, bare + "\n"},
      {"endpoints null (scaled to 0)", {service(one_port)}, {slice("null")}, bare + "\n"},
      {"terminating but serving, when nobody is ready",
       {service(one_port)},
       {slice("[" + endpoint("10.244.0.2", going) + "," + endpoint("10.244.0.3", dead) + "]")},
       bare + " 10.244.0.2:3000\n"},
      {"terminating but serving, beside a ready one",
       {service(one_port)},
       {slice("[" + endpoint("10.244.0.2", going) + "," + ready("10.244.0.3") + "]")},
       bare + " 10.244.0.3:3000\n"},
      {"ready while it terminates (publishNotReadyAddresses)",
       {service(one_port)},
       {slice("[" + endpoint("10.244.0.2", R"({"ready":true,"serving":false,"terminating":true})") + "]")},
       bare + " 10.244.0.2:3000\n"},
      {"one endpoint in two slices is one",
       {service(one_port)},
       {slice("[" + ready("10.244.0.2") + "]"), slice("[" + ready("10.244.0.2") + "]")},
       bare + " 10.244.0.2:3000\n"},
      {"ready in one of two slices",
       {service(one_port)},
       {slice("[" + endpoint("10.244.0.2", R"({"ready":false})") + "]"), slice("[" + ready("10.244.0.2") + "]")},
       bare + " 10.244.0.2:3000\n"},
      {"ports without a number send nothing",
       {service(one_port)},
       {slice("[" + ready("10.244.0.2") + "]", "[]"),
        slice("[" + ready("10.244.0.3") + "]", R"([{"name":"","protocol":"TCP"}])")},
       bare + "\n"},
      {"ports by name",
       {service(R"({"clusterIP":"10.96.0.7","ports":[{"name":"a","port":80},{"name":"b","port":81}]})")},
       {slice("[" + ready("10.244.0.2") + "]", R"([{"name":"b","port":9,"protocol":"TCP"}])")},
       bare + "\ndefault/sayhi 10.96.0.7:81 -> 10.244.0.2:9\n"},
      {"a slice of another namespace",
       {service(one_port)},
       {slice("[" + ready("10.244.0.2") + "]", R"([{"name":"","port":3000,"protocol":"TCP"}])", "other")},
       bare + "\n"},
      {"an IPv6 slice",
       {service(one_port)},
       {slice("[" + ready("fd00::2") + "]", R"([{"name":"","port":3000,"protocol":"TCP"}])", "default", "IPv6")},
       bare + "\n"},
      {"headless", {service(R"({"clusterIP":"None","ports":[{"port":80}]})")}, {}, ""},
      {"no address yet", {service(R"({"ports":[{"port":80}]})")}, {}, ""},
      {"external name",
       {service(R"({"type":"ExternalName","externalName":"example.com","ports":[{"port":80}]})")},
       {},
       ""},
      {"another proxy's", {service(one_port, R"({"service.kubernetes.io/service-proxy-name":"mine"})")}, {}, ""},
      {"SCTP is not ours", {service(R"({"clusterIP":"10.96.0.7","ports":[{"port":53,"protocol":"SCTP"}]})")}, {}, ""},
  };
  for (const auto& each : cases)
    EXPECT_EQ(words(compute_service_table(each.services, each.slices)), each.expected) << each.name;
}

TEST(ServiceTable, AffinityAndPodNames) {
  const auto table = compute_service_table(
      {service(
          R"({"clusterIP":"10.96.0.7","sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":60}},"ports":[{"port":80}]})")},
      {slice("[" + ready("10.244.0.2") + "]")});
  ASSERT_EQ(table.rules.size(), 1U);
  EXPECT_TRUE(table.rules[0].client_ip_affinity);
  EXPECT_EQ(table.rules[0].affinity_seconds, 60);
  EXPECT_EQ(table.rules[0].endpoints[0].pod, "pod-10.244.0.2");
}

TEST(SyncDelay, AtOnceWhenQuietElseOncePerPeriod) {
  using std::chrono::milliseconds;
  const auto at = [](int ms) { return Stamp{ms * 1'000'000LL}; };
  struct {
    std::optional<Stamp> last;
    Stamp now;
    Nanos expected;
  } const cases[] = {
      {{}, at(5), Nanos{0}},              // never written
      {at(0), at(1000), Nanos{0}},        // exactly a period ago
      {at(0), at(5000), Nanos{0}},        // quiet
      {at(0), at(1), milliseconds(999)},  // just written
      {at(500), at(900), milliseconds(600)},
  };
  for (const auto& each : cases) EXPECT_EQ(sync_delay(each.last, each.now, std::chrono::seconds(1)), each.expected);
  EXPECT_EQ(sync_delay(at(5), at(5), Nanos{0}), Nanos{0}) << "a period of 0 never waits";
}

std::string on_node(const std::string& address, const std::string& node,
                    const std::string& conditions = R"({"ready":true})") {
  return R"({"addresses":[")" + address + R"("],"nodeName":")" + node + R"(","conditions":)" + conditions + "}";
}

struct LocalCase {
  const char* name;
  std::string endpoints;
  std::string expected;
  bool drop = false;
};

// topology.go CategorizeEndpoints; nftables/proxier.go: drop where there are only others, reject where there is nobody.
TEST(ServiceTable, ATrafficPolicyOfLocalWantsThisNodesEndpoints) {
  const std::string local =
      R"({"clusterIP":"10.96.0.7","internalTrafficPolicy":"Local","ports":[{"port":80,"protocol":"TCP"}]})";
  const std::string going = R"({"ready":false,"serving":true,"terminating":true})";
  const LocalCase cases[] = {
      {"its own", on_node("10.244.0.2", "node1"), bare + " 10.244.0.2:3000\n"},
      {"its own of two", on_node("10.244.0.2", "node1") + "," + on_node("10.244.0.3", "node2"),
       bare + " 10.244.0.2:3000\n"},
      {"another's only", on_node("10.244.0.3", "node2"), bare + "\n", true},
      {"nobody says where it stands", ready("10.244.0.2"), bare + "\n", true},
      {"its own is ending, another's is ready",
       on_node("10.244.0.2", "node1", going) + "," + on_node("10.244.0.3", "node2"), bare + " 10.244.0.2:3000\n"},
      {"its own is ready, another of its own is ending",
       on_node("10.244.0.2", "node1", going) + "," + on_node("10.244.0.3", "node1"), bare + " 10.244.0.3:3000\n"},
      {"its own is not ready, another's is",
       on_node("10.244.0.2", "node1", R"({"ready":false})") + "," + on_node("10.244.0.3", "node2"), bare + "\n", true},
      {"another's is ending", on_node("10.244.0.3", "node2", going), bare + "\n", true},
      {"nobody is ready", on_node("10.244.0.2", "node1", R"({"ready":false})"), bare + "\n"},
      {"nobody is there", "", bare + "\n"},
  };
  for (const auto& each : cases) {
    const auto table = compute_service_table({service(local)}, {slice("[" + each.endpoints + "]")}, "node1");
    EXPECT_EQ(words(table), each.expected) << each.name;
    EXPECT_EQ(table.rules.at(0).drop, each.drop) << each.name;
  }
  const auto cluster =
      compute_service_table({service(one_port)}, {slice("[" + on_node("10.244.0.3", "node2") + "]")}, "node1");
  EXPECT_EQ(words(cluster), bare + " 10.244.0.3:3000\n") << "only where the policy is Local";
}

std::string addresses(const std::vector<ServiceEndpoint>& endpoints) {
  std::string out;
  for (const auto& each : endpoints) out += (out.empty() ? "" : " ") + each.address;
  return out;
}

TEST(ServiceTable, DatagramsHaveRulesOfTheirOwn) {
  const auto table = compute_service_table(
      {service(
          R"({"clusterIP":"10.96.0.7","ports":[{"name":"u","port":53,"protocol":"UDP"},{"name":"t","port":53}]})")},
      {slice("[" + ready("10.244.0.2") + "," +
                 endpoint("10.244.0.3", R"({"ready":false,"serving":true,"terminating":true})") + "]",
             R"([{"name":"u","port":5353,"protocol":"UDP"},{"name":"t","port":5300,"protocol":"TCP"}])")});
  ASSERT_EQ(table.rules.size(), 2U);
  EXPECT_EQ(table.rules[0].transport, Transport::tcp);
  EXPECT_EQ(table.rules[0].endpoints[0].port, 5300);
  EXPECT_TRUE(table.rules[0].serving.empty());
  EXPECT_EQ(table.rules[1].transport, Transport::udp);
  EXPECT_EQ(addresses(table.rules[1].endpoints), "10.244.0.2");
  EXPECT_EQ(addresses(table.rules[1].serving), "10.244.0.2 10.244.0.3") << "flows to one that ends go on";
}

struct OutsideCase {
  const char* name;
  std::string spec, endpoints;
  std::string within, outside, inner;
};

// nftables/proxier.go: internalPolicyChain and externalPolicyChain.
TEST(ServiceTable, EachPolicyHasItsEndpoints) {
  const std::string both = on_node("10.244.0.2", "node1") + "," + on_node("10.244.0.3", "node2");
  const std::string ending = R"({"ready":false,"serving":true,"terminating":true})";
  const OutsideCase cases[] = {
      {"Cluster and Cluster", R"("externalTrafficPolicy":"Cluster")", both, "10.244.0.2 10.244.0.3",
       "10.244.0.2 10.244.0.3", ""},
      {"Local from outside", R"("externalTrafficPolicy":"Local")", both, "10.244.0.2 10.244.0.3", "10.244.0.2",
       "10.244.0.2 10.244.0.3"},
      {"Local from outside, nobody here", R"("externalTrafficPolicy":"Local")", on_node("10.244.0.3", "node2"),
       "10.244.0.3", "", "10.244.0.3"},
      {"Local from outside, the one here ends", R"("externalTrafficPolicy":"Local")",
       on_node("10.244.0.2", "node1", ending) + "," + on_node("10.244.0.3", "node2"), "10.244.0.3", "10.244.0.2",
       "10.244.0.3"},
      {"Local within", R"("internalTrafficPolicy":"Local","externalTrafficPolicy":"Cluster")", both, "10.244.0.2",
       "10.244.0.2 10.244.0.3", ""},
  };
  for (const auto& each : cases) {
    const auto table = compute_service_table(
        {service(R"({"type":"NodePort","clusterIP":"10.96.0.7","ports":[{"port":80,"nodePort":30080}],)" + each.spec +
                 "}")},
        {slice("[" + each.endpoints + "]")}, "node1");
    const auto& rule = table.rules.at(0);
    ASSERT_TRUE(rule.outside) << each.name;
    EXPECT_EQ(rule.outside->node_port, 30080);
    EXPECT_EQ(addresses(rule.endpoints), each.within) << each.name;
    EXPECT_EQ(addresses(rule.outside->endpoints), each.outside) << each.name;
    EXPECT_EQ(addresses(rule.outside->inner), each.inner) << each.name;
  }
}

TEST(ServiceTable, AddressesFromOutside) {
  auto balanced = json::parse(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"sayhi","namespace":"default"},
    "spec":{"type":"LoadBalancer","clusterIP":"10.96.0.7","ports":[{"port":80}],"externalIPs":["192.0.2.1","fd00::1"],
      "loadBalancerSourceRanges":[" 10.1.0.0/16","10.0.0.0/8","fd00::/8"]},
    "status":{"loadBalancer":{"ingress":[{"ip":"203.0.113.9","ipMode":"VIP"},{"ip":"203.0.113.8","ipMode":"Proxy"}]}}})");
  auto rival = balanced;
  rival["metadata"]["name"] = "zebra";
  rival["spec"]["clusterIP"] = "10.96.0.8";
  rival["spec"]["loadBalancerSourceRanges"] = json::array({"10.0.0.0/8", "0.0.0.0/0"});
  const auto table =
      compute_service_table({std::make_shared<const json>(balanced), std::make_shared<const json>(rival)}, {}, "node1");
  ASSERT_EQ(table.rules.size(), 2U);
  const Outside expected{{"192.0.2.1"}, {"203.0.113.9"}, {"10.0.0.0/8"}, 0, false, {}, {}};
  EXPECT_EQ(table.rules[0].outside, expected);
  EXPECT_EQ(table.rules[1].outside, Outside()) << "the first has the addresses; everybody is no limit";
}

TEST(ServiceTable, ALoadBalancerHearsHowManyEndpointsAreHere) {
  const std::string spec =
      R"({"type":"LoadBalancer","clusterIP":"10.96.0.7","externalTrafficPolicy":"Local","healthCheckNodePort":30500,
          "ports":[{"name":"a","port":80},{"name":"b","port":81}]})";
  const auto table = compute_service_table(
      {service(spec)},
      {slice("[" + on_node("10.244.0.2", "node1") + "," + on_node("10.244.0.4", "node1", R"({"ready":false})") + "," +
                 on_node("10.244.0.3", "node2") + "]",
             R"([{"name":"a","port":3000,"protocol":"TCP"},{"name":"b","port":3001,"protocol":"TCP"}])")},
      "node1");
  EXPECT_EQ(table.health, (std::vector<HealthPort>{{30500, "default", "sayhi", 1}}));
  const auto one = health_answer(table.health[0]), none = health_answer({30500, "default", "sayhi", 0});
  EXPECT_TRUE(one.starts_with("HTTP/1.1 200 OK\r\n")) << one;
  EXPECT_NE(one.find("X-Load-Balancing-Endpoint-Weight: 1\r\n"), std::string::npos);
  EXPECT_NE(
      one.find(R"({"service":{"namespace":"default","name":"sayhi"},"localEndpoints":1,"serviceProxyHealthy":true})"),
      std::string::npos)
      << one;
  EXPECT_TRUE(none.starts_with("HTTP/1.1 503 Service Unavailable\r\n")) << none;
}

// Said by the fallback's clients, who have no packet filter: a port there takes no connection.
TEST(ServiceMap, AServiceThatDropsHasASilentEndpoint) {
  ServiceTable table;
  table.rules.push_back({"default", "sayhi", "", "10.96.0.7", 80, {}, false, 10800, true});
  EXPECT_NE(service_map_text(table, 4711).find(R"("endpoints":[{"address":"127.1.255.253","port":4711}])"),
            std::string::npos);
  EXPECT_NE(service_map_text(table).find(R"("endpoints":[])"), std::string::npos);
}

TEST(AddressPool, HandsOutAllBeforeAnyAgain) {
  AddressPool pool(0x0af40002, 0x0af40105);  // 10.244.0.2 .. 10.244.1.5
  std::set<std::string> seen;
  for (int i = 0; i < 258; ++i) {
    const auto address = pool.take();
    ASSERT_TRUE(address);
    EXPECT_TRUE(seen.insert(*address).second) << *address;
    pool.give_back(*address);
  }
  EXPECT_EQ(seen.count("10.244.0.255") + seen.count("10.244.1.0"), 0U);
  EXPECT_EQ(pool.take(), "10.244.0.2") << "and then from the beginning";
}

TEST(AddressPool, IsEmptyWhenAllAreInUse) {
  AddressPool pool(0x0af40002, 0x0af40003);
  EXPECT_EQ(pool.take(), "10.244.0.2");
  EXPECT_EQ(pool.take(), "10.244.0.3");
  EXPECT_EQ(pool.take(), std::nullopt);
  pool.give_back("10.244.0.2");
  EXPECT_EQ(pool.take(), "10.244.0.2");
}

// The contract with clients in the loopback fallback (src/README.md): any change here is a change there.
TEST(ServiceMap, Golden) {
  ServiceTable table;
  table.rules.push_back(
      {"default", "sayhi", "", "10.96.0.7", 80, {{"127.1.0.3", 3000, "a"}, {"127.1.0.4", 3000, "b"}}});
  table.rules.push_back({"other", "empty", "", "10.96.0.8", 8080, {}});
  EXPECT_EQ(
      service_map_text(table),
      "248 5a30f8c1e3556613\n"
      R"({"services":[{"ns":"default","name":"sayhi","clusterIP":"10.96.0.7","port":80,"endpoints":[{"address":"127.1.0.3","port":3000},{"address":"127.1.0.4","port":3000}]},)"
      R"({"ns":"other","name":"empty","clusterIP":"10.96.0.8","port":8080,"endpoints":[]}]})"
      "\n");
}

TEST(Remedies, SayHowToAllowIt) {
  MachineFacts container, switched_off, ubuntu, debian;
  switched_off.max_user_namespaces = 0;
  ubuntu.apparmor_restriction = 1;
  debian.unprivileged_userns_clone = 0;
  struct {
    const char* error;
    MachineFacts facts;
    const char* part;
  } const cases[] = {
      {"clone: Operation not permitted", container, "seccomp"},
      {"clone: No space left on device", switched_off, "user.max_user_namespaces"},
      {"clone: Operation not permitted", debian, "kernel.unprivileged_userns_clone=1"},
      {"write /proc/self/uid_map: Operation not permitted", ubuntu, "apparmor_restrict_unprivileged_userns=0"},
      {"write /proc/self/setgroups: Permission denied", ubuntu, "apparmor_restrict_unprivileged_userns=0"},
      {"mount / private: Permission denied", ubuntu, "apparmor_restrict_unprivileged_userns=0"},
      {"set net.ipv4.ip_forward to 1: Read-only file system", container, "--privileged"},
      {"add the bridge svc0: Operation not supported", container, "modprobe -a veth bridge"},
      {"add the veth pair pod0.2: Operation not supported", container, "modprobe -a veth bridge"},
      {"nftables: Could not process rule: No such file or directory", container, "modprobe -a nf_tables"},
      {"the ground truth: NFLOG: Invalid argument", container, "nfnetlink_log"},
      {"mount tmpfs on /run: Operation not permitted", container, "SYS_ADMIN"},
  };
  for (const auto& each : cases)
    EXPECT_NE(remedy_for(each.error, each.facts).find(each.part), std::string::npos)
        << each.error << ": " << remedy_for(each.error, each.facts);
  EXPECT_EQ(remedy_for("fork: Cannot allocate memory", container), "");
}

}  // namespace
}  // namespace straycat::cluster
