#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/support/routing_worlds.hpp"
#include <straycat/model/routable.hpp>

namespace straycat::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> addresses(const std::vector<EndpointId>& set) {
  std::vector<std::string> all;
  for (const EndpointId& one : set) all.push_back(one.address);
  return all;
}

TEST(RoutableSet, IsWhatAProxyMaySendTo) {
  for (const test::routing::World& world : test::routing::worlds()) {
    const auto slices = world.projected();
    EXPECT_EQ(addresses(routable_set(slices, "")), world.addresses()) << world.name;
    // Who is not routable is listed all the same, where its port can be dialled.
    Listing listing({""});
    for (const EndpointSlice& slice : slices) listing.add(slice);
    std::vector<EndpointId> of_those_listed;
    for (const Listed& one : listing.endpoints())
      if (one.routable) of_those_listed.push_back(one.id);
    EXPECT_EQ(of_those_listed, routable_set(slices, "")) << world.name;
    const std::vector<EndpointSlice> backwards(slices.rbegin(), slices.rend());
    EXPECT_EQ(addresses(routable_set(backwards, "")), world.addresses()) << world.name << ", in another order";
  }
}

TEST(RoutableSet, NamesThePod) {
  EndpointSlice slice;
  slice.ports = {{"web", 3000, "TCP"}, {"admin", 9000, "TCP"}, {"web", 53, "UDP"}};
  slice.endpoints = {{{"10.0.0.1"}, true, true, false, "n", "", {}, "p", "u"}};
  EXPECT_THAT(routable_set({slice}, "admin"), ElementsAre(EndpointId{"10.0.0.1", 9000, "p", "u"}));
  EXPECT_THAT(routable_set({slice}, "web", "UDP"), ElementsAre(EndpointId{"10.0.0.1", 53, "p", "u"}));
  EXPECT_THAT(routable_set({slice}, "other"), IsEmpty());
  EXPECT_EQ(port_in(slice, {std::nullopt}), std::nullopt) << "which of three?";
  slice.ports.resize(1);
  EXPECT_EQ(port_in(slice, {std::nullopt}), 3000);
}

TEST(RoutableSet, AHeadlessServicesNameStandsForWhoIsReady) {
  for (const test::routing::World& world : test::routing::worlds()) {
    std::vector<std::string> ready;
    for (const test::routing::Slice& slice : world.slices)
      for (const test::routing::Entry& entry : slice.entries)
        if (entry.ready.value_or(true) && slice.address_type != "FQDN")
          ready.push_back("10.0.0." + std::to_string(entry.number));
    EXPECT_EQ(addresses(named_addresses(world.projected())), ready) << world.name;
  }
}

TEST(EndpointOf, IsWhatTheControllerWrites) {
  const auto pod = [](bool ready, bool deleted, const char* phase = "Running", const char* address = "10.0.0.1") {
    Pod made;
    made.meta.name = "p";
    made.meta.uid = "u";
    made.meta.deletion_wall_ns = deleted ? 1 : 0;
    made.phase = phase;
    made.pod_ip = address;
    if (ready) made.conditions.push_back({"Ready", "True", "", 0});
    return made;
  };
  Service service;
  const auto standing = [&](const Pod& one) {
    const auto endpoint = endpoint_of(one, service);
    return endpoint ? standing_of(*endpoint) : Standing::out;
  };
  EXPECT_EQ(standing(pod(true, false)), Standing::ready);
  EXPECT_EQ(standing(pod(false, false)), Standing::out);
  EXPECT_EQ(standing(pod(true, true)), Standing::leaving) << "it serves while it terminates";
  EXPECT_EQ(standing(pod(false, true)), Standing::out);
  service.publish_not_ready = true;
  EXPECT_EQ(standing(pod(false, false)), Standing::ready);
  EXPECT_EQ(standing(pod(false, true)), Standing::ready) << "published to its last moment";
  EXPECT_FALSE(endpoint_of(pod(true, false, "Succeeded"), service)) << "it has ended";
  EXPECT_FALSE(endpoint_of(pod(true, false, "Failed"), service));
  EXPECT_FALSE(endpoint_of(pod(true, false, "Pending", ""), service)) << "no address yet";
}

}  // namespace
}  // namespace straycat::model
