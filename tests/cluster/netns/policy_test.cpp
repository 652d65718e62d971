// NetworkPolicies on the real kernel: who is let through, and who waits in vain. One cluster for all rows.
#include <cerrno>
#include <sys/socket.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cluster/dataplane/netlink.hpp"
#include "cluster/dataplane/policy_table.hpp"
#include "cluster/support/plane_world.hpp"

namespace straycat::cluster::testing {
namespace {

constexpr int patience_ms = 150;  // for what is dropped; a SYN that is let through is answered in less than one

Object pod_object(const Pod& pod, const std::string& labels, const std::string& ns = "shop",
                  const std::string& port_name = "http") {
  return std::make_shared<const json>(json::parse(fmt::format(
      R"({{"kind":"Pod","metadata":{{"name":"{0}","namespace":"{1}","labels":{2}}},"spec":{{"containers":[{{"name":"c",
        "ports":[{{"name":"{3}","containerPort":3000}}]}}]}},"status":{{"phase":"Running","podIP":"{0}"}}}})",
      pod.address, ns, labels, port_name)));
}

Object ns_object(const std::string& name) {
  return std::make_shared<const json>(json::parse(
      fmt::format(R"({{"kind":"Namespace","metadata":{{"name":"{0}","labels":{{"team":"{0}"}}}}}})", name)));
}

std::vector<Object> policy_objects(const std::vector<std::string>& specs) {
  std::vector<Object> out;
  for (std::size_t i = 0; i < specs.size(); ++i)
    out.push_back(std::make_shared<const json>(json::parse(fmt::format(
        R"({{"kind":"NetworkPolicy","metadata":{{"name":"p{}","namespace":"shop"}},"spec":{}}})", i, specs[i]))));
  return out;
}

// A server and two clients, one of them of another namespace.
struct PolicyWorld {
  KernelDataPlane& plane;
  Pod server, client, stranger;
  std::vector<Object> pods, namespaces;

  void set(const std::vector<std::string>& specs) const {
    const auto done = plane.apply_policies(compute_policy_table(policy_objects(specs), pods, namespaces));
    ASSERT_TRUE(done) << done.error().message;
  }
  static int from(const Pod& pod, const std::string& address, std::uint16_t port) {
    const auto visit = NetworkVisit::enter(pod.pid);
    EXPECT_TRUE(visit);
    return try_connect(address, port, patience_ms).error;
  }
};

// What the client, the stranger and the node come to, directly ('+' connected, '-' no answer) and through the Service.
std::string seen(const PolicyWorld& world) {
  const auto mark = [](int error) { return error == 0 ? '+' : error == ETIMEDOUT ? '-' : '?'; };
  return {mark(PolicyWorld::from(world.client, world.server.address, 3000)),
          mark(PolicyWorld::from(world.client, "10.96.0.7", 80)),
          mark(PolicyWorld::from(world.stranger, world.server.address, 3000)),
          mark(try_connect(world.server.address, 3000, patience_ms).error)};
}

std::string server_in(const std::string& rules) {
  return R"({"podSelector":{"matchLabels":{"app":"web"}},"ingress":[)" + rules + "]}";
}
std::string client_out(const std::string& rules) {
  return R"({"podSelector":{"matchLabels":{"role":"front"}},"policyTypes":["Egress"],"egress":[)" + rules + "]}";
}

struct KernelRow {
  const char* name;
  std::vector<std::string> specs;
  const char* expected;
};

const std::vector<KernelRow>& kernel_rows() {
  static const std::vector<KernelRow> all = {
      {"no policy", {}, "++++"},
      {"of other pods", {R"({"podSelector":{"matchLabels":{"app":"db"}}})"}, "++++"},
      {"nobody, but the node", {server_in("")}, "---+"},
      {"all pods of the namespace are closed", {R"({"podSelector":{}})"}, "---+"},
      {"an empty rule", {server_in("{}")}, "++++"},
      {"by label", {server_in(R"({"from":[{"podSelector":{"matchLabels":{"role":"front"}}}]})")}, "++-+"},
      {"by another label", {server_in(R"({"from":[{"podSelector":{"matchLabels":{"role":"nobody"}}}]})")}, "---+"},
      {"by namespace", {server_in(R"({"from":[{"namespaceSelector":{"matchLabels":{"team":"other"}}}]})")}, "--++"},
      {"all namespaces", {server_in(R"({"from":[{"namespaceSelector":{}}]})")}, "++++"},
      {"by namespace and label",
       {server_in(R"({"from":[{"namespaceSelector":{},"podSelector":{"matchLabels":{"role":"stranger"}}}]})")},
       "--++"},
      {"by block", {server_in(R"({"from":[{"ipBlock":{"cidr":"10.244.0.0/16"}}]})")}, "++++"},
      {"by every address but the pods'",
       {server_in(R"({"from":[{"ipBlock":{"cidr":"0.0.0.0/0","except":["10.244.0.0/16","10.0.0.0/16"]}}]})")},
       "---+"},
      {"by a block of others", {server_in(R"({"from":[{"ipBlock":{"cidr":"192.168.0.0/16"}}]})")}, "---+"},
      {"by port, as the pod has it", {server_in(R"({"ports":[{"port":3000}]})")}, "++++"},
      {"by port, as the Service has it", {server_in(R"({"ports":[{"port":80}]})")}, "---+"},
      {"by port name", {server_in(R"({"ports":[{"port":"http"}]})")}, "++++"},
      {"by a port name that it lacks", {server_in(R"({"ports":[{"port":"web"}]})")}, "---+"},
      {"by a range", {server_in(R"({"ports":[{"port":2000,"endPort":4000}]})")}, "++++"},
      {"by a range beside it", {server_in(R"({"ports":[{"port":2000,"endPort":2999}]})")}, "---+"},
      {"by protocol", {server_in(R"({"ports":[{"protocol":"TCP"}]})")}, "++++"},
      {"by another protocol", {server_in(R"({"ports":[{"protocol":"UDP"}]})")}, "---+"},
      {"who and where",
       {server_in(R"({"from":[{"podSelector":{}}],"ports":[{"port":3000}]},{"from":[{"namespaceSelector":{}}],
         "ports":[{"port":80}]})")},
       "++-+"},
      {"two policies add up", {server_in(""), server_in(R"({"from":[{"podSelector":{}}]})")}, "++-+"},
      {"two policies, one for each",
       {server_in(R"({"from":[{"podSelector":{}}]})"), server_in(R"({"from":[{"namespaceSelector":
         {"matchLabels":{"team":"other"}}}]})")},
       "++++"},
      {"egress closed", {client_out("")}, "--++"},
      {"egress open", {client_out("{}")}, "++++"},
      {"egress by label", {client_out(R"({"to":[{"podSelector":{"matchLabels":{"app":"web"}}}]})")}, "++++"},
      {"egress to others", {client_out(R"({"to":[{"podSelector":{"matchLabels":{"app":"db"}}}]})")}, "--++"},
      {"egress by port name", {client_out(R"({"ports":[{"port":"http"}]})")}, "++++"},
      {"egress by port", {client_out(R"({"ports":[{"port":3000}]})")}, "++++"},
      {"egress by the Service's port", {client_out(R"({"ports":[{"port":80}]})")}, "--++"},
      {"egress to the Service's own address is no way",
       {client_out(R"({"to":[{"ipBlock":{"cidr":"10.96.0.0/12"}}]})")},
       "--++"},
      {"egress open, ingress closed", {client_out("{}"), server_in("")}, "---+"},
      {"both open",
       {client_out(R"({"to":[{"podSelector":{"matchLabels":{"app":"web"}}}]})"),
        server_in(R"({"from":[{"podSelector":{"matchLabels":{"role":"front"}}}]})")},
       "++-+"},
      {"default deny, both ways", {R"({"podSelector":{},"policyTypes":["Ingress","Egress"]})"}, "---+"},
      {"no policy again", {}, "++++"},
  };
  return all;
}

class KernelPolicies : public ::testing::Test {
 protected:
  void SetUp() override { REQUIRE_KERNEL_PLANE(); }
};

PolicyWorld make_world(KernelDataPlane& plane) {
  PolicyWorld world{plane, start_server(plane), start_idle(plane), start_idle(plane), {}, {}};
  world.pods = {pod_object(world.server, R"({"app":"web"})"), pod_object(world.client, R"({"role":"front"})"),
                pod_object(world.stranger, R"({"role":"stranger"})", "other")};
  world.namespaces = {ns_object("shop"), ns_object("other")};
  EXPECT_TRUE(plane.apply({{rule_for({world.server})}}));
  return world;
}

TEST_F(KernelPolicies, LetThroughWhoTheySay) {
  EXPECT_EQ(on_kernel_plane([](KernelDataPlane& plane, const SandboxSetup&) {
              const auto world = make_world(plane);
              for (const auto& row : kernel_rows()) {
                world.set(row.specs);
                EXPECT_EQ(seen(world), row.expected) << row.name;
              }
            }),
            0);
}

// The hairpin: a pod that is closed to everybody reaches itself through its Service.
TEST_F(KernelPolicies, LetAPodReachItself) {
  EXPECT_EQ(on_kernel_plane([](KernelDataPlane& plane, const SandboxSetup&) {
              const auto world = make_world(plane);
              world.set({R"({"podSelector":{},"policyTypes":["Ingress","Egress"]})"});
              EXPECT_EQ(PolicyWorld::from(world.server, world.server.address, 3000), 0);
              EXPECT_EQ(PolicyWorld::from(world.server, "10.96.0.7", 80), 0);
            }),
            0);
}

// A thousand pods with policies need many transactions.
TEST_F(KernelPolicies, TakeMoreThanOneTransactionHolds) {
  EXPECT_EQ(on_kernel_plane([](KernelDataPlane& plane, const SandboxSetup&) {
              const auto world = make_world(plane);
              PolicyTable table;
              for (int i = 0; i < 1000; ++i)
                table.pods.push_back({fmt::format("10.244.{}.{}", 10 + i / 200, 1 + i % 200), true, false, {}, {}});
              table.pods.push_back({world.server.address, true, false, {}, {}});
              const auto done = plane.apply_policies(table);
              ASSERT_TRUE(done) << done.error().message;
              EXPECT_EQ(seen(world), "---+");
              ASSERT_TRUE(plane.apply_policies({}));
              EXPECT_EQ(seen(world), "++++");
            }),
            0);
}

// A Service of which only another node has endpoints.
TEST_F(KernelPolicies, AServiceThatDropsIsNotRefused) {
  EXPECT_EQ(on_kernel_plane([](KernelDataPlane& plane, const SandboxSetup&) {
              const auto client = start_idle(plane);
              auto rule = rule_for({});
              ASSERT_TRUE(plane.apply({{rule}}));
              EXPECT_EQ(PolicyWorld::from(client, "10.96.0.7", 80), ECONNREFUSED);
              rule.drop = true;
              ASSERT_TRUE(plane.apply({{rule}}));
              EXPECT_EQ(PolicyWorld::from(client, "10.96.0.7", 80), ETIMEDOUT);
              EXPECT_EQ(try_connect("10.96.0.7", 80, patience_ms).error, ETIMEDOUT) << "the node's own clients, too";
              rule.drop = false;
              ASSERT_TRUE(plane.apply({{rule}}));
              EXPECT_EQ(PolicyWorld::from(client, "10.96.0.7", 80), ECONNREFUSED);
            }),
            0);
}

}  // namespace
}  // namespace straycat::cluster::testing
