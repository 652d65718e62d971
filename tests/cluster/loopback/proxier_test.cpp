// The proxier between a real store and a real data plane (the fallback's, whose writes can be read back).
#include "cluster/dataplane/proxier.hpp"

#include <fstream>
#include <sstream>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "cluster/dataplane/loopback_plane.hpp"

namespace straycat::cluster {
namespace {

using std::chrono::milliseconds;

json service() {
  return json::parse(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"sayhi","namespace":"default"},
      "spec":{"clusterIP":"10.96.0.7","ports":[{"port":80,"targetPort":3000,"protocol":"TCP"}]}})");
}

json slice(const std::string& address) {
  auto out = json::parse(R"({"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","addressType":"IPv4",
      "metadata":{"namespace":"default","labels":{"kubernetes.io/service-name":"sayhi"}},
      "ports":[{"name":"","port":3000,"protocol":"TCP"}],"endpoints":[{"addresses":["X"],"conditions":{"ready":true}}]})");
  out["metadata"]["name"] = "sayhi-" + address;
  out["endpoints"][0]["addresses"][0] = address;
  return out;
}

class ProxierWorld : public ::testing::Test {
 protected:
  void SetUp() override {
    auto plane = LoopbackDataPlane::create();
    ASSERT_TRUE(plane);
    plane_ = std::move(*plane);
    map_ = plane_->pod_environment("127.1.0.1").at("STRAYCAT_SERVICE_MAP");
  }
  std::string written() const {
    std::ostringstream out;
    out << std::ifstream(map_).rdbuf();
    return out.str();
  }
  bool knows(const std::string& address) const { return written().find('"' + address + '"') != std::string::npos; }
  // Runs until `holds`, at most 5 s; how long it took.
  Nanos run_until(const std::function<bool()>& holds) {
    const auto start = monotonic_now();
    while (!holds() && monotonic_now() - start < std::chrono::seconds(5)) {
      io_.restart();
      io_.run_one_for(milliseconds(20));
    }
    EXPECT_TRUE(holds());
    return monotonic_now() - start;
  }
  boost::asio::io_context io_;
  Store store_{io_.get_executor()};
  std::unique_ptr<LoopbackDataPlane> plane_;
  std::string map_;
};

TEST_F(ProxierWorld, WritesWhatIsThereAtTheStart) {
  ASSERT_TRUE(store_.create(service()));
  ASSERT_TRUE(store_.create(slice("127.1.0.3")));
  const Proxier proxier(io_, store_, *plane_, std::chrono::seconds(1));
  EXPECT_TRUE(knows("127.1.0.3"));
  EXPECT_EQ(proxier.writes(), 1U);
}

TEST_F(ProxierWorld, WritesAtOnceWhenQuietAndThenOncePerPeriod) {
  ASSERT_TRUE(store_.create(service()));
  const Proxier proxier(io_, store_, *plane_, milliseconds(400));
  ASSERT_TRUE(store_.create(slice("127.1.0.3")));
  run_until([&] { return knows("127.1.0.3"); });
  EXPECT_EQ(proxier.writes(), 2U);
  const auto first = proxier.last_write();
  for (int i = 10; i < 20; ++i) ASSERT_TRUE(store_.create(slice("127.1.0." + std::to_string(i))));
  run_until([&] { return knows("127.1.0.19"); });
  EXPECT_TRUE(knows("127.1.0.10"));
  EXPECT_EQ(proxier.writes(), 3U) << "ten changes, one write";
  EXPECT_GE(proxier.last_write() - first, milliseconds(400));
}

TEST_F(ProxierWorld, StandsStillUntilItGoesOn) {
  ASSERT_TRUE(store_.create(service()));
  Proxier proxier(io_, store_, *plane_, Nanos{0});
  proxier.stop();
  ASSERT_TRUE(store_.create(slice("127.1.0.3")));
  io_.run_for(milliseconds(30));
  EXPECT_FALSE(knows("127.1.0.3"));
  proxier.go_on();
  EXPECT_TRUE(knows("127.1.0.3"));
}

TEST_F(ProxierWorld, LagsByWhatItIsToldAndKeepsTheOrder) {
  ASSERT_TRUE(store_.create(service()));
  Proxier proxier(io_, store_, *plane_, Nanos{0});
  io_.run_for(milliseconds(10));  // what is there has been heard of
  proxier.lag_by(milliseconds(150));
  const auto start = monotonic_now();
  ASSERT_TRUE(store_.create(slice("127.1.0.3")));
  io_.restart();
  io_.run_for(milliseconds(40));
  ASSERT_TRUE(store_.remove("EndpointSlice", "default", "sayhi-127.1.0.3"));
  EXPECT_FALSE(knows("127.1.0.3"));
  run_until([&] { return knows("127.1.0.3"); });
  EXPECT_GE(monotonic_now() - start, milliseconds(150)) << "as it stood then, though it is gone by now";
  run_until([&] { return !knows("127.1.0.3"); });
  EXPECT_GE(monotonic_now() - start, milliseconds(190));
  ASSERT_TRUE(store_.create(slice("127.1.0.4")));
  io_.restart();
  io_.run_for(milliseconds(20));
  proxier.lag_by(Nanos{});
  EXPECT_TRUE(knows("127.1.0.4")) << "no lag any more: what stands is written";
}

TEST_F(ProxierWorld, IgnoresOtherKinds) {
  const Proxier proxier(io_, store_, *plane_, Nanos{0});
  ASSERT_TRUE(store_.create(json::parse(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"x"}})")));
  io_.run_for(milliseconds(20));
  EXPECT_EQ(proxier.writes(), 1U);
}

TEST_F(ProxierWorld, MayBeGoneWhileAWriteIsDue) {
  {
    const Proxier proxier(io_, store_, *plane_, milliseconds(30));
    ASSERT_TRUE(store_.create(service()));
    io_.run_for(milliseconds(5));
    ASSERT_TRUE(store_.create(slice("127.1.0.3")));
    io_.run_for(milliseconds(5));
  }
  io_.restart();
  io_.run_for(milliseconds(60));
  EXPECT_FALSE(knows("127.1.0.3"));
}

}  // namespace
}  // namespace straycat::cluster
