// A node of which nothing is heard, as the cluster shows it.
#include <gmock/gmock.h>

#include "cluster/node/node.hpp"

namespace straycat::cluster {
namespace {

TEST(NodeAway, ItsConditionsAreUnknownAndTwoTaintsCome) {
  json node = make_node_object({}, "10.244.0.1");
  node["spec"]["taints"] = json::array({json{{"key", "own"}, {"effect", "NoSchedule"}}});
  make_unreachable(node);
  make_unreachable(node);  // told twice
  ASSERT_EQ(node["spec"]["taints"].size(), 3u) << node["spec"]["taints"];
  EXPECT_EQ(node["spec"]["taints"][0]["key"], "own");
  EXPECT_EQ(node["spec"]["taints"][1]["key"], "node.kubernetes.io/unreachable");
  EXPECT_EQ(node["spec"]["taints"][1]["effect"], "NoSchedule");
  EXPECT_EQ(node["spec"]["taints"][2]["effect"], "NoExecute");
  for (const auto& condition : node["status"]["conditions"]) {
    EXPECT_EQ(condition["status"], "Unknown");
    EXPECT_EQ(condition["reason"], "NodeStatusUnknown");
  }
  make_reachable(node);
  EXPECT_EQ(node["spec"]["taints"], json::array({json{{"key", "own"}, {"effect", "NoSchedule"}}}));
}

TEST(NodeAway, WithoutTaintsOfItsOwnNoneIsLeft) {
  json node = make_node_object({}, "10.244.0.1");
  make_unreachable(node);
  make_reachable(node);
  EXPECT_FALSE(node["spec"].contains("taints"));
}

TEST(NodeAway, ItsPodsAreNotReadyAndKeepTheirOtherConditions) {
  json pod = json::parse(
      R"({"status":{"conditions":[{"type":"Ready","status":"True"},{"type":"ContainersReady","status":"True"}]}})");
  EXPECT_TRUE(mark_not_ready(pod));
  EXPECT_EQ(pod["status"]["conditions"][0]["status"], "False");
  EXPECT_EQ(pod["status"]["conditions"][1]["status"], "True");
  EXPECT_FALSE(mark_not_ready(pod)) << "nothing to write";
  json bare = json::object();
  EXPECT_FALSE(mark_not_ready(bare));
}

}  // namespace
}  // namespace straycat::cluster
