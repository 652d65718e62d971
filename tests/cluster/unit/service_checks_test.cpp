// What the API server refuses about Services, which ports it hands out, and what an update keeps and drops.
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/validation.hpp"
#include "cluster/store/store.hpp"

namespace straycat::cluster {
namespace {

json service_of(const std::string& spec) {
  return {{"apiVersion", "v1"},
          {"kind", "Service"},
          {"metadata", {{"name", "s"}, {"namespace", "a"}}},
          {"spec", json::parse(spec)}};
}

// "field: message" of each refusal.
std::vector<std::string> refusals(const std::string& spec) {
  auto service = service_of(spec);
  default_object(service);
  std::vector<std::string> out;
  for (const auto& cause : validate(service)) out.push_back(cause.field + ": " + cause.message);
  return out;
}

struct RefusalCase {
  const char* spec;
  std::vector<std::string> expected;
};

// kubernetes pkg/apis/core/validation/validation.go, validateService.
TEST(ServiceChecks, RefusesInTheServersWords) {
  const std::string balancer_only = "may only be used when `type` is 'LoadBalancer'";
  const RefusalCase cases[] = {
      {R"({"type":"NodePort","ports":[{"port":80,"nodePort":30080}]})", {}},
      {R"({"ports":[{"name":"t","port":53},{"name":"u","port":53,"protocol":"UDP"}]})", {}},
      {R"({"ports":[{"port":80,"nodePort":30080}]})",
       {"spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"}},
      {R"({"type":"NodePort","clusterIP":"None","ports":[{"port":80}]})",
       {R"(spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services)"}},
      {R"({"type":"NodePort","ports":[{"name":"a","port":80,"nodePort":30080},{"name":"b","port":81,"nodePort":30080}]})",
       {"spec.ports[1].nodePort: Duplicate value: 30080"}},
      {R"({"ports":[{"name":"a","port":80},{"name":"b","port":80}]})",
       {R"(spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0})"}},
      {R"({"ports":[{"port":80,"protocol":"HTTP"}]})",
       {R"(spec.ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP")"}},
      {R"({"ports":[{"port":80}],"externalTrafficPolicy":"Local"})",
       {R"(spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services)"}},
      {R"({"ports":[{"port":80}],"externalTrafficPolicy":"Local","externalIPs":["192.0.2.1"]})", {}},
      {R"({"type":"NodePort","ports":[{"port":80}],"externalTrafficPolicy":"Near"})",
       {R"(spec.externalTrafficPolicy: Unsupported value: "Near": supported values: "Cluster", "Local")"}},
      {R"({"type":"NodePort","ports":[{"port":80}],"externalTrafficPolicy":"Local","healthCheckNodePort":30500})",
       {"spec.healthCheckNodePort: Invalid value: 30500: may only be set when `type` is 'LoadBalancer' and "
        "`externalTrafficPolicy` is 'Local'"}},
      {R"({"ports":[{"port":80}],"externalIPs":["nowhere","127.0.0.1","0.0.0.0","169.254.1.1"]})",
       {R"(spec.externalIPs[0]: Invalid value: "nowhere": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff))",
        R"(spec.externalIPs[1]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128))",
        R"(spec.externalIPs[2]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0))",
        R"(spec.externalIPs[3]: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10))"}},
      {R"({"ports":[{"port":80}],"loadBalancerSourceRanges":["10.0.0.0/8"],"allocateLoadBalancerNodePorts":false,"loadBalancerClass":"a/b"})",
       {"spec.LoadBalancerSourceRanges: Forbidden: " + balancer_only,
        "spec.allocateLoadBalancerNodePorts: Forbidden: " + balancer_only,
        "spec.loadBalancerClass: Forbidden: " + balancer_only}},
      {R"({"type":"LoadBalancer","ports":[{"port":80}],"loadBalancerSourceRanges":[" 10.0.0.0/8 ","10.0.0.0/33"]})",
       {R"(spec.LoadBalancerSourceRanges[1]: Invalid value: "10.0.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64))"}},
      {R"({"ports":[{"port":80}],"sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":90000}}})",
       {"spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 90000: must be greater than 0 and less "
        "than "
        "86400"}},
      {R"({"ports":[{"port":80}],"sessionAffinity":"Cookie","internalTrafficPolicy":"Near","trafficDistribution":"Far"})",
       {R"(spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None")",
        R"(spec.internalTrafficPolicy: Unsupported value: "Near": supported values: "Cluster", "Local")",
        R"(spec.trafficDistribution: Unsupported value: "Far": supported values: "PreferClose", "PreferSameZone", "PreferSameNode")"}},
      {R"({"type":"ExternalName"})", {"spec.externalName: Required value"}},
  };
  for (const auto& each : cases) EXPECT_EQ(refusals(each.spec), each.expected) << each.spec;
}

struct ServicePorts : testing::Test {
  boost::asio::io_context context;
  Store store{context.get_executor(), [] { return std::int64_t{1'795'441'122}; }};

  json make(const std::string& name, const std::string& spec) {
    auto service = service_of(spec);
    service["metadata"]["name"] = name;
    const auto made = store.create(service);
    EXPECT_TRUE(made) << made.error().message;
    return made ? **made : json();
  }
  std::string refusal(const std::string& spec) {
    auto service = service_of(spec);
    service["metadata"]["name"] = "other";
    const auto made = store.create(service);
    return made ? "" : made.error().message;
  }
  json change(json service) {
    service["metadata"].erase("resourceVersion");
    const auto done = store.update(service);
    EXPECT_TRUE(done) << done.error().message;
    return done ? **done : json();
  }
};

// pkg/registry/core/service/storage/alloc.go.
TEST_F(ServicePorts, AreHandedOutOnce) {
  const auto given = make("s", R"({"type":"NodePort","ports":[{"port":80,"nodePort":30080}]})");
  EXPECT_EQ(given["spec"]["ports"][0]["nodePort"], 30080);
  EXPECT_EQ(given["spec"]["externalTrafficPolicy"], "Cluster");
  EXPECT_THAT(refusal(R"({"type":"NodePort","ports":[{"port":80,"nodePort":30080}]})"),
              testing::HasSubstr("spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated"));
  EXPECT_THAT(refusal(R"({"type":"NodePort","ports":[{"port":80,"nodePort":80}]})"),
              testing::HasSubstr("spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. "
                                 "The range of valid ports is 30000-32767"));
  const auto names = make("names", R"({"type":"NodePort","ports":[{"name":"u","port":53,"protocol":"UDP"},
    {"name":"t","port":53},{"name":"m","port":9153}]})")["spec"]["ports"];
  EXPECT_EQ(names[0]["nodePort"], names[1]["nodePort"]) << "one number of two protocols has one node port";
  EXPECT_NE(names[0]["nodePort"], names[2]["nodePort"]);
  const auto none =
      make("none", R"({"type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"ports":[{"port":80}]})");
  EXPECT_FALSE(none["spec"]["ports"][0].contains("nodePort"));
}

TEST_F(ServicePorts, ALocalLoadBalancerHasOneForItsHealth) {
  auto service = make("s", R"({"type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"port":80}]})");
  const auto health = service["spec"]["healthCheckNodePort"];
  EXPECT_GE(health, 30086);
  EXPECT_NE(health, service["spec"]["ports"][0]["nodePort"]);
  EXPECT_THAT(refusal(R"({"type":"NodePort","ports":[{"port":80,"nodePort":)" + health.dump() + "}]}"),
              testing::HasSubstr("already allocated"));
  service["spec"].erase("healthCheckNodePort");
  service = change(service);
  EXPECT_EQ(service["spec"]["healthCheckNodePort"], health) << "left out, and kept";
  service["spec"]["externalTrafficPolicy"] = "Cluster";
  service = change(service);
  EXPECT_FALSE(service["spec"].contains("healthCheckNodePort"));
}

// strategy.go dropTypeDependentFields, patchAllocatedValues.
TEST_F(ServicePorts, FollowTheType) {
  auto service = make("s", R"({"type":"NodePort","ports":[{"name":"a","port":80},{"name":"b","port":81}]})");
  const auto first = service["spec"]["ports"][0]["nodePort"], second = service["spec"]["ports"][1]["nodePort"];
  service["spec"]["ports"] = json::parse(R"([{"name":"b","port":8081},{"name":"a","port":8080}])");
  service = change(service);
  EXPECT_EQ(service["spec"]["ports"][0]["nodePort"], second) << "by name, whatever else changed";
  EXPECT_EQ(service["spec"]["ports"][1]["nodePort"], first);
  service["spec"]["type"] = "ClusterIP";
  service = change(service);
  EXPECT_FALSE(service["spec"]["ports"][0].contains("nodePort"));
  EXPECT_FALSE(service["spec"].contains("externalTrafficPolicy"));
  EXPECT_TRUE(validate(service).empty());
  service["spec"]["type"] = "ExternalName";
  service["spec"]["externalName"] = "example.org";
  service = change(service);
  EXPECT_FALSE(service["spec"].contains("clusterIP"));
  service["spec"]["type"] = "NodePort";
  service = change(service);
  EXPECT_THAT(text_at(service, "/spec/clusterIP"), testing::StartsWith("10.96."));
  EXPECT_GE(service["spec"]["ports"][0]["nodePort"], 30086);
}

}  // namespace
}  // namespace straycat::cluster
