// From Services and slices to the table, and when it is written.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cluster/dataplane/address_pool.hpp"
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
      {"UDP is not ours", {service(R"({"clusterIP":"10.96.0.7","ports":[{"port":53,"protocol":"UDP"}]})")}, {}, ""},
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
