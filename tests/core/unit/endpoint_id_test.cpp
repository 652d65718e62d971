#include <gtest/gtest.h>

#include <straycat/core/records.hpp>

namespace straycat {
namespace {

using json = nlohmann::json;

TEST(EndpointId, IsShownAsOneWritesIt) {
  EXPECT_EQ((EndpointId{"10.244.0.4", 3000, "p", "u"}.display()), "10.244.0.4:3000");
  EXPECT_EQ((EndpointId{"fd00::4", 3000, "p", "u"}.display()), "[fd00::4]:3000");
}

TEST(EndpointId, AnotherPodAtTheAddressIsAnotherEndpoint) {
  const EndpointId one{"10.0.0.1", 80, "p", "u"};
  EndpointId next = one;
  EXPECT_EQ(next, one);
  next.uid = "v";
  EXPECT_NE(next, one);
  EXPECT_TRUE(next.same_place(one));
  next.port = 81;
  EXPECT_FALSE(next.same_place(one));
  EXPECT_LT((EndpointId{"10.0.0.1", 80, "", ""}), (EndpointId{"10.0.0.2", 79, "", ""}));
}

// The keys of logs and reports.
TEST(EndpointId, ItsKeysStandAmongThoseOfWhatHoldsIt) {
  const EndpointId id{"10.0.0.1", 80, "p", "u"};
  EXPECT_EQ(json(id), json::parse(R"({"address":"10.0.0.1","port":80,"pod":"p","podUid":"u"})"));
  EXPECT_EQ(json(EndpointId{}), json::parse(R"({"address":"","port":0,"pod":"","podUid":""})"));
  DirectProbe probe;
  probe.traffic = "t";
  probe.endpoint = id;
  const json body = probe;
  EXPECT_EQ(body.at("address"), "10.0.0.1");
  EXPECT_EQ(body.at("podUid"), "u");
  EXPECT_EQ(body.get<DirectProbe>().endpoint, id);
}

}  // namespace
}  // namespace straycat
