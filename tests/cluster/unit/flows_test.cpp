// Which of the kernel's flows of UDP lead nowhere, and reading them.
#include "cluster/dataplane/flows.hpp"

#include <gtest/gtest.h>

namespace straycat::cluster {
namespace {

// kubernetes pkg/proxy/conntrack/cleanup.go.
TEST(Flows, ThoseThatNobodyServesAreForgotten) {
  ServiceTable table;
  table.rules.push_back({"default", "names", "", "10.96.0.7", 53, {{"10.244.0.2", 5353, ""}}});
  auto& rule = table.rules.back();
  rule.transport = Transport::udp;
  rule.serving = {{"10.244.0.2", 5353, ""}, {"10.244.0.3", 5353, ""}};
  rule.outside = Outside{{"192.0.2.1"}, {}, {}, 30053, false, rule.endpoints, {}};
  const Flow kept[] = {{"10.96.0.7", "10.244.0.2", 53, 5353, "a"},
                       {"10.96.0.7", "10.244.0.3", 53, 5353, "b"},
                       {"10.96.0.9", "10.244.0.9", 53, 5353, "c"},
                       {"10.96.0.7", "10.244.0.9", 54, 5353, "d"},
                       {"10.244.0.1", "10.244.0.2", 30053, 5353, "e"}};
  const Flow gone[] = {{"10.96.0.7", "10.244.0.4", 53, 5353, "f"},
                       {"10.96.0.7", "10.244.0.2", 53, 53, "g"},
                       {"192.0.2.1", "192.0.2.1", 53, 53, "h"},
                       {"10.244.0.1", "10.244.0.1", 30053, 30053, "i"}};
  std::vector<Flow> all(std::begin(kept), std::end(kept));
  all.insert(all.end(), std::begin(gone), std::end(gone));
  EXPECT_EQ(stale_flows(all, table), std::vector<Flow>(std::begin(gone), std::end(gone)));
}

TEST(Flows, ADatagramThatLiesIsSurvived) {
  std::string bytes(256, '\xff');
  EXPECT_TRUE(parse_flows(bytes).empty());
  EXPECT_TRUE(parse_flows("").empty());
  for (std::size_t length = 0; length < 40; ++length) EXPECT_NO_THROW((void)parse_flows(std::string(length, '\x14')));
}

}  // namespace
}  // namespace straycat::cluster
