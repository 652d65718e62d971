// A container's words: $(VAR), fieldRef, service links, command and args.
#include "cluster/node/environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cluster/node/node.hpp"
#include "cluster/node/pod_status.hpp"

namespace straycat::cluster {
namespace {

using Variables = std::map<std::string, std::string>;

TEST(Environment, ExpandsAsKubernetesDoes) {
  const Variables known = {{"A", "1"}, {"B_C", "two words"}};
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"$(A)", "1"},
      {"x$(A)y$(B_C)", "x1ytwo words"},
      {"$(UNKNOWN)", "$(UNKNOWN)"},
      {"$$(A)", "$(A)"},
      {"$$$(A)", "$1"},
      {"$A", "$A"},
      {"$(A", "$(A"},
      {"cost: 5$", "cost: 5$"},
      {"$()", "$()"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(expand(text, known), expected) << text;
}

PodSpec pod() {
  PodSpec out;
  out.name = "sayhi-1";
  out.ns = "demo";
  out.uid = "u-1";
  out.node = "node1";
  out.hostname = "sayhi-1";
  out.labels = {{"app", "sayhi"}};
  return out;
}

TEST(Environment, FieldsOfThePod) {
  ContainerSpec container;
  for (const char* path : {"metadata.name", "metadata.namespace", "metadata.uid", "status.podIP", "status.hostIP",
                           "spec.nodeName", "metadata.labels['app']"}) {
    container.env.push_back({path, "", path, false});
  }
  container.env.push_back({"SUM", "$(metadata.name) in $(metadata.namespace)", "", false});
  const auto env =
      environment(pod(), container, {"10.244.0.4", "10.244.0.1", "10.96.0.1", 443, {{"EXTRA", "x"}}}, {{"LINK", "l"}});
  ASSERT_TRUE(env.has_value());
  const Variables expected = {{"metadata.name", "sayhi-1"},
                              {"metadata.namespace", "demo"},
                              {"metadata.uid", "u-1"},
                              {"status.podIP", "10.244.0.4"},
                              {"status.hostIP", "10.244.0.1"},
                              {"spec.nodeName", "node1"},
                              {"metadata.labels['app']", "sayhi"},
                              {"SUM", "sayhi-1 in demo"},
                              {"EXTRA", "x"},
                              {"LINK", "l"},
                              {"HOSTNAME", "sayhi-1"},
                              {"KUBERNETES_SERVICE_HOST", "10.96.0.1"},
                              {"KUBERNETES_SERVICE_PORT", "443"},
                              {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}};
  EXPECT_EQ(*env, expected);
}

TEST(Environment, WhatCannotBeFilledIsAnErrorThatNamesIt) {
  ContainerSpec container;
  container.env.push_back({"SECRET", "", "", true});
  const auto env = environment(pod(), container, {}, {});
  ASSERT_FALSE(env.has_value());
  EXPECT_THAT(env.error().message, testing::HasSubstr("SECRET"));
}

TEST(Environment, ServiceLinksInDockersForm) {
  const nlohmann::json service = {
      {"metadata", {{"name", "say-hi"}}},
      {"spec",
       {{"clusterIP", "10.96.0.7"},
        {"ports", nlohmann::json::array({{{"name", "http"}, {"port", 80}, {"protocol", "TCP"}}})}}}};
  const nlohmann::json headless = {
      {"metadata", {{"name", "db"}}},
      {"spec", {{"clusterIP", "None"}, {"ports", nlohmann::json::array({{{"port", 1}}})}}}};
  const Variables expected = {{"SAY_HI_SERVICE_HOST", "10.96.0.7"},
                              {"SAY_HI_SERVICE_PORT", "80"},
                              {"SAY_HI_SERVICE_PORT_HTTP", "80"},
                              {"SAY_HI_PORT", "tcp://10.96.0.7:80"},
                              {"SAY_HI_PORT_80_TCP", "tcp://10.96.0.7:80"},
                              {"SAY_HI_PORT_80_TCP_PROTO", "tcp"},
                              {"SAY_HI_PORT_80_TCP_PORT", "80"},
                              {"SAY_HI_PORT_80_TCP_ADDR", "10.96.0.7"}};
  EXPECT_EQ(service_links({&service, &headless}), expected);
}

TEST(Environment, CommandReplacesTheProgramArgsAreAdded) {
  ContainerSpec container;
  container.program = {"/proc/self/exe", "image", "sayhi"};
  EXPECT_EQ(command_line(container, {}), container.program);
  container.args = {"--port", "$(PORT)"};
  EXPECT_EQ(command_line(container, {{"PORT", "81"}}),
            (std::vector<std::string>{"/proc/self/exe", "image", "sayhi", "--port", "81"}));
  container.command = {"sh", "-c"};
  EXPECT_EQ(command_line(container, {{"PORT", "81"}}), (std::vector<std::string>{"sh", "-c", "--port", "81"}));
}

TEST(Images, NamesStandForPrograms) {
  const std::map<std::string, std::vector<std::string>> mapped = {{"nginx", {"listen", "80"}},
                                                                  {"registry.local/x:1", {"one"}}};
  EXPECT_EQ(program_of("nginx:1.27", mapped), (std::vector<std::string>{"listen", "80"}));
  EXPECT_EQ(program_of("docker.io/library/nginx", mapped), (std::vector<std::string>{"listen", "80"}));
  EXPECT_EQ(program_of("registry.local/x:1", mapped), (std::vector<std::string>{"one"}));
  EXPECT_TRUE(program_of("registry.local/x:2", mapped).empty());
  EXPECT_EQ(program_of("straycat/agent", {}), (std::vector<std::string>{"/proc/self/exe", "agent"}));
  EXPECT_EQ(program_of("beranm14/sayhi", {}), (std::vector<std::string>{"/proc/self/exe", "image", "sayhi"}));
}

TEST(Images, FullNamesAsContainerdShowsThem) {
  EXPECT_EQ(full_image_name("beranm14/sayhi"), "docker.io/beranm14/sayhi:latest");
  EXPECT_EQ(full_image_name("nginx:1"), "docker.io/library/nginx:1");
  EXPECT_EQ(full_image_name("localhost:5000/x"), "localhost:5000/x:latest");
}

TEST(PodSpec, ReadsPortsByNameAndSurvivesNonsense) {
  const auto spec = parse_pod(nlohmann::json::parse(
      R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","ports":[{"name":"web","containerPort":3000}],
    "readinessProbe":{"httpGet":{"path":"ok","port":"web"}},"livenessProbe":{"tcpSocket":{"port":"nobody"}},"lifecycle":{"preStop":{"sleep":{"seconds":2}}}}]}})"));
  ASSERT_EQ(spec.containers.size(), 1u);
  EXPECT_EQ(spec.containers[0].readiness->handler.port, 3000);
  EXPECT_EQ(spec.containers[0].readiness->handler.path, "/ok");
  EXPECT_EQ(spec.containers[0].liveness->handler.port, 0);
  EXPECT_EQ(spec.containers[0].pre_stop.length, std::chrono::seconds{2});
  for (const char* text :
       {"null", "[]", "{\"spec\":7}", R"({"spec":{"containers":[1,{"env":[3],"ports":{}}]},"metadata":[]})"}) {
    (void)parse_pod(nlohmann::json::parse(text));
  }
}

}  // namespace
}  // namespace straycat::cluster
