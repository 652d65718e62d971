// Several nodes on the real kernel: each has addresses, rules and faults of its own, and all reach each other.
#include <arpa/inet.h>
#include <cstdlib>
#include <sys/socket.h>

#include "cluster/dataplane/planes.hpp"
#include "cluster/support/plane_world.hpp"

namespace straycat::cluster::testing {
namespace {

using Planes = std::vector<std::unique_ptr<DataPlane>>;

int on_three_nodes(const std::function<void(Planes&)>& body) {
  Options options;
  options.data_plane = Options::DataPlane::kernel;
  return in_sandbox(options, [&](const SandboxSetup& setup) {
    auto planes = make_data_planes(setup.plane, -1, 3);
    ASSERT_TRUE(planes) << planes.error().message;
    body(*planes);
  });
}

std::vector<Try> from_node(DataPlane& plane, const std::string& address, std::uint16_t port, int count,
                           int timeout_ms = 2000) {
  return from_pod(plane, [&](const std::string&) { return try_many(address, port, count, timeout_ms); });
}

TEST(Nodes, EachPodReachesEachOtherUnderItsOwnAddress) {
  REQUIRE_KERNEL_PLANE();
  EXPECT_EQ(on_three_nodes([](Planes& planes) {
              for (std::size_t i = 0; i < planes.size(); ++i) {
                const auto server = start_server(*planes[i]);
                EXPECT_TRUE(planes[i]->owns(server.address)) << server.address;
                for (auto& other : planes) {
                  EXPECT_EQ(other->owns(server.address), other == planes[i]);
                  const auto tries =
                      from_pod(*other, [&](const std::string&) { return try_many(server.address, 3000, 2); });
                  ASSERT_EQ(count_errors(tries, 0), 2) << server.address << " from " << other->node_address();
                  const in_addr seen{htonl(tries.front().peer_saw)};
                  EXPECT_TRUE(other->owns(::inet_ntoa(seen))) << "not translated on the way: " << ::inet_ntoa(seen);
                }
                EXPECT_EQ(try_connect(server.address, 3000).error, 0) << "from where the cluster itself stands";
              }
            }),
            0);
}

TEST(Nodes, WhatOneNodesRulesSayIsMetByItsOwnClientsOnly) {
  REQUIRE_KERNEL_PLANE();
  EXPECT_EQ(on_three_nodes([](Planes& planes) {
              const auto server = start_server(*planes[2]);
              const auto idle = start_idle(*planes[1]);
              ASSERT_TRUE(planes[0]->apply({{rule_for({server})}}));
              ASSERT_TRUE(planes[1]->apply({{rule_for({idle})}}));  // as a proxy that stands still would leave it
              EXPECT_EQ(count_errors(from_node(*planes[0], "10.96.0.7", 80, 4), 0), 4);
              EXPECT_EQ(count_errors(from_node(*planes[1], "10.96.0.7", 80, 4), ECONNREFUSED), 4);
              EXPECT_EQ(count_errors(from_node(*planes[2], "10.96.0.7", 80, 1, 300), ETIMEDOUT), 1) << "it has no rule";
            }),
            0);
}

TEST(Nodes, AFaultFromOneNodeIsMetByItsPodsOnly) {
  REQUIRE_KERNEL_PLANE();
  EXPECT_EQ(on_three_nodes([](Planes& planes) {
              const auto server = start_server(*planes[0]);
              NetworkFault fault;
              fault.word = FaultWord::refuse;
              fault.addresses = {server.address};
              fault.node = "node2";
              ASSERT_TRUE(planes[1]->apply_faults({fault}));
              EXPECT_EQ(count_errors(from_node(*planes[1], server.address, 3000, 3), ECONNREFUSED), 3);
              EXPECT_EQ(count_errors(from_node(*planes[2], server.address, 3000, 3), 0), 3);
              // The same rules on the server's own node: still only who comes from that node's pods.
              ASSERT_TRUE(planes[1]->apply_faults({}));
              ASSERT_TRUE(planes[0]->apply_faults({fault}));
              EXPECT_EQ(count_errors(from_node(*planes[0], server.address, 3000, 3), ECONNREFUSED), 3);
              EXPECT_EQ(count_errors(from_node(*planes[1], server.address, 3000, 3), 0), 3);
            }),
            0);
}

TEST(Nodes, ASocketOfANodeComesFromThere) {
  REQUIRE_KERNEL_PLANE();
  EXPECT_EQ(on_three_nodes([](Planes& planes) {
              const auto socket = planes[1]->open_socket();
              ASSERT_TRUE(socket);
              sockaddr_in own{};
              own.sin_family = AF_INET;
              ASSERT_EQ(::inet_pton(AF_INET, planes[1]->node_address().c_str(), &own.sin_addr), 1);
              EXPECT_EQ(::bind(socket->get(), reinterpret_cast<const sockaddr*>(&own), sizeof own), 0);
              const auto here = planes[0]->open_socket();
              ASSERT_TRUE(here);
              EXPECT_NE(::bind(here->get(), reinterpret_cast<const sockaddr*>(&own), sizeof own), 0)
                  << "another node has that address";
            }),
            0);
}

}  // namespace
}  // namespace straycat::cluster::testing
