// Ways to a Service beside its ClusterIP, and datagrams, against a real kernel.
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

#include "cluster/dataplane/flows.hpp"
#include "cluster/dataplane/health_ports.hpp"
#include "cluster/support/plane_world.hpp"

namespace straycat::cluster::testing {
namespace {

constexpr const char* outsider_address = "192.0.2.7";

std::uint32_t as_number(const std::string& address) {
  in_addr parsed{};
  ::inet_pton(AF_INET, address.c_str(), &parsed);
  return ntohl(parsed.s_addr);
}

ServiceRule with_outside(ServiceRule rule, Outside outside) {
  rule.outside = std::move(outside);
  return rule;
}

// A machine beyond the cluster: a pod's wire, under an address that is no pod's.
Pod start_outsider(KernelDataPlane& plane) {
  const auto pod = start_idle(plane);
  auto routes = RouteSocket::open();
  EXPECT_TRUE(routes);
  const auto link = routes->link_index("pod" + pod.address.substr(7));
  EXPECT_TRUE(link);
  EXPECT_TRUE(routes->add_route({outsider_address, 32, "", "10.244.0.1", *link}));
  const auto inside = NetworkVisit::enter(pod.pid);
  EXPECT_TRUE(inside);
  auto own = RouteSocket::open();
  EXPECT_TRUE(own);
  const auto wire = own->link_index("eth0");
  EXPECT_TRUE(wire);
  EXPECT_TRUE(own->add_address(*wire, outsider_address, 32));
  return pod;
}

Try from_outside(const Pod& outsider, const std::string& address, std::uint16_t port) {
  const auto inside = NetworkVisit::enter(outsider.pid);
  EXPECT_TRUE(inside);
  return try_connect(address, port, 400, outsider_address);
}

void expect_reached(const Try& tried, const std::string& as, const char* what) {
  EXPECT_EQ(tried.error, 0) << what;
  EXPECT_EQ(tried.peer_saw, as_number(as)) << what;
}

TEST(NodePort, LeadsToTheEndpointsAndIsMasqueraded) {
  REQUIRE_KERNEL_PLANE();
  const int code = on_kernel_plane([](KernelDataPlane& plane, const SandboxSetup&) {
    const auto server = start_server(plane);
    const auto rule = rule_for({server});
    ASSERT_TRUE(plane.apply({{with_outside(rule, {{"203.0.113.9"}, {}, {}, 30080, false, rule.endpoints, {}})}}));
    const auto outsider = start_outsider(plane);
    for (const auto& [address, port] : {std::pair("10.244.0.1", 30080), std::pair("203.0.113.9", 80)}) {
      const auto number = static_cast<std::uint16_t>(port);
      const auto tries =
          from_pod(plane, [&, where = address](const std::string&) { return try_many(where, number, 1); });
      expect_reached(tries.at(0), "10.244.0.1", "from a pod");
      expect_reached(try_connect(address, number), "10.244.0.1", "from the node");
      expect_reached(from_outside(outsider, address, number), "10.244.0.1", "from outside");
    }
    EXPECT_EQ(plane.service_counters()["default/sayhi:80"], 6U);
    ASSERT_TRUE(plane.apply({{with_outside(rule_for({}), {{"203.0.113.9"}, {}, {}, 30080, false, {}, {}})}}));
    EXPECT_EQ(try_connect("10.244.0.1", 30080).error, ECONNREFUSED);
    EXPECT_EQ(from_outside(outsider, "203.0.113.9", 80).error, ECONNREFUSED);
    ASSERT_TRUE(plane.apply({{rule}}));
    EXPECT_EQ(try_connect("10.244.0.1", 30080).error, ECONNREFUSED) << "nobody's port of the node";
    EXPECT_NE(try_connect("203.0.113.9", 80, 200).error, 0);
  });
  EXPECT_EQ(code, 0);
}

// One endpoint here: who comes from outside keeps its address, and meets that one alone; with none it is dropped, while
// pods and the node itself are served by whoever there is.
TEST(NodePort, APolicyOfLocalConcernsWhoComesFromOutside) {
  REQUIRE_KERNEL_PLANE();
  const int code = on_kernel_plane([](KernelDataPlane& plane, const SandboxSetup&) {
    const auto here = start_server(plane), elsewhere = start_server(plane);
    const auto both = rule_for({here, elsewhere}), one = rule_for({here});
    const auto outsider = start_outsider(plane);
    ASSERT_TRUE(plane.apply({{with_outside(both, {{}, {}, {}, 30080, true, one.endpoints, both.endpoints})}}));
    for (int i = 0; i < 10; ++i)
      expect_reached(from_outside(outsider, "10.244.0.1", 30080), outsider_address, "as it is");
    EXPECT_EQ(plane.endpoint_counters()["default/sayhi:80"][elsewhere.address + ":3000"], 0U);
    ASSERT_TRUE(plane.apply({{with_outside(both, {{}, {}, {}, 30080, true, {}, both.endpoints})}}));
    EXPECT_EQ(from_outside(outsider, "10.244.0.1", 30080).error, ETIMEDOUT);
    expect_reached(try_connect("10.244.0.1", 30080), "10.244.0.1", "the node itself");
    const auto tries = from_pod(plane, [](const std::string&) { return try_many("10.244.0.1", 30080, 4); });
    EXPECT_EQ(count_errors(tries, 0), 4);
    ASSERT_TRUE(plane.apply({}));
  });
  EXPECT_EQ(code, 0);
}

TEST(NodePort, ALoadBalancersAddressLetsInWhomItNames) {
  REQUIRE_KERNEL_PLANE();
  const int code = on_kernel_plane([](KernelDataPlane& plane, const SandboxSetup&) {
    const auto server = start_server(plane);
    const auto rule = rule_for({server});
    const auto outsider = start_outsider(plane);
    const auto open_to = [&](std::vector<std::string> sources) {
      return ServiceTable{
          {with_outside(rule, {{}, {"203.0.113.9"}, std::move(sources), 0, false, rule.endpoints, {}})}};
    };
    ASSERT_TRUE(plane.apply(open_to({"198.51.100.0/24"})));
    EXPECT_EQ(from_outside(outsider, "203.0.113.9", 80).error, ETIMEDOUT);
    ASSERT_TRUE(plane.apply(open_to({"192.0.2.0/24", "198.51.100.0/24"})));
    EXPECT_EQ(from_outside(outsider, "203.0.113.9", 80).error, 0);
    ASSERT_TRUE(plane.apply(open_to({})));
    EXPECT_EQ(from_outside(outsider, "203.0.113.9", 80).error, 0);
  });
  EXPECT_EQ(code, 0);
}

// Answers each datagram with the address that it has.
Pod start_datagram_server(DataPlane& plane) {
  int ready[2];
  EXPECT_EQ(::pipe2(ready, O_CLOEXEC), 0);
  const auto pod = start_pod(plane, [&](const std::string& address) {
    const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in any{AF_INET, htons(5353), {}, {}};
    if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&any), sizeof any) != 0) return;
    (void)!::write(ready[1], "r", 1);
    while (true) {
      sockaddr_in peer{};
      socklen_t size = sizeof peer;
      char word;
      if (::recvfrom(socket.get(), &word, 1, 0, reinterpret_cast<sockaddr*>(&peer), &size) != 1) return;
      ::sendto(socket.get(), address.data(), address.size(), 0, reinterpret_cast<sockaddr*>(&peer), size);
    }
  });
  ::close(ready[1]);
  char word;
  EXPECT_EQ(::read(ready[0], &word, 1), 1);
  ::close(ready[0]);
  return pod;
}

// One socket, and so one flow for the kernel.
class Asking {
 public:
  Asking(const std::string& address, std::uint16_t port) : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{AF_INET, htons(port), {htonl(as_number(address))}, {}};
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&where), sizeof where), 0);
  }
  // Who answered; "refused"; "" when nobody did.
  [[nodiscard]] std::string ask() const {
    if (::send(socket_.get(), "?", 1, 0) != 1) return "refused";
    pollfd waited{socket_.get(), POLLIN, 0};
    if (::poll(&waited, 1, 500) != 1) return "";
    char buffer[64];
    const auto size = ::recv(socket_.get(), buffer, sizeof buffer, 0);
    return size < 0 ? "refused" : std::string(buffer, static_cast<std::size_t>(size));
  }

 private:
  Descriptor socket_;
};

ServiceRule names_rule(const std::vector<Pod>& pods, const std::vector<Pod>& serving) {
  ServiceRule rule{"default", "names", "", "10.96.0.7", 53, {}};
  rule.transport = Transport::udp;
  for (const auto& pod : pods) rule.endpoints.push_back({pod.address, 5353, pod.address});
  for (const auto& pod : serving) rule.serving.push_back({pod.address, 5353, pod.address});
  return rule;
}

// A client that asks again and again keeps its flow alive: only the kernel's forgetting sends it elsewhere.
TEST(Datagrams, FollowTheEndpointsAlthoughTheFlowLives) {
  REQUIRE_KERNEL_PLANE();
  const int code = on_kernel_plane([](KernelDataPlane& plane, const SandboxSetup&) {
    const auto first = start_datagram_server(plane), second = start_datagram_server(plane);
    const auto tcp = start_server(plane);
    auto both_protocols = rule_for({tcp});
    both_protocols.port = 53;
    ASSERT_TRUE(plane.apply({{both_protocols, names_rule({first}, {first})}}));
    const Asking client("10.96.0.7", 53);
    EXPECT_EQ(client.ask(), first.address);
    EXPECT_EQ(try_connect("10.96.0.7", 53).error, 0) << "the same number, by TCP";
    ASSERT_TRUE(plane.apply({{names_rule({second}, {first, second})}}));
    EXPECT_EQ(client.ask(), first.address) << "it ends, and serves still: its flows go on";
    EXPECT_EQ(Asking("10.96.0.7", 53).ask(), second.address);
    ASSERT_TRUE(plane.apply({{names_rule({second}, {second})}}));
    EXPECT_EQ(client.ask(), second.address) << "it is gone, though it would answer";
    ASSERT_TRUE(plane.apply({{names_rule({}, {})}}));
    EXPECT_EQ(client.ask(), "refused");
    const auto again = forget_stale_flows({{names_rule({}, {})}});
    ASSERT_TRUE(again);
    ASSERT_TRUE(plane.apply({{names_rule({first}, {first})}}));
    EXPECT_EQ(Asking("10.96.0.7", 53).ask(), first.address);
  });
  EXPECT_EQ(code, 0);
}

TEST(Datagrams, HaveNodePortsToo) {
  REQUIRE_KERNEL_PLANE();
  const int code = on_kernel_plane([](KernelDataPlane& plane, const SandboxSetup&) {
    const Asking early("10.244.0.1", 30053);
    EXPECT_EQ(early.ask(), "refused");
    const auto server = start_datagram_server(plane);
    auto rule = names_rule({server}, {server});
    rule.outside = Outside{{}, {}, {}, 30053, false, rule.endpoints, {}};
    ASSERT_TRUE(plane.apply({{rule}}));
    EXPECT_EQ(early.ask(), server.address) << "what it was told before is forgotten";
    EXPECT_EQ(Asking("10.244.0.1", 30053).ask(), server.address);
  });
  EXPECT_EQ(code, 0);
}

// The set that an affine Service's clients stand in forgets them after its timeout, counted from the last connection.
TEST(Affinity, EndsAfterItsTimeout) {
  REQUIRE_KERNEL_PLANE();
  const int code = on_kernel_plane([](KernelDataPlane& plane, const SandboxSetup&) {
    std::vector<Pod> pods;
    for (int i = 0; i < 4; ++i) pods.push_back(start_server(plane));
    auto rule = rule_for(pods);
    rule.client_ip_affinity = true;
    rule.affinity_seconds = 1;
    ASSERT_TRUE(plane.apply({{rule}}));
    const auto met = [&] {
      std::size_t out = 0;
      const auto counters = plane.endpoint_counters();
      for (const auto& [endpoint, count] : counters.at("default/sayhi:80")) out += count > 0 ? 1 : 0;
      return out;
    };
    for (int i = 0; i < 20; ++i) EXPECT_EQ(try_connect("10.96.0.7", 80).error, 0);
    EXPECT_EQ(met(), 1U);
    // Whether the dice fall on the same one of four again is chance: not five times.
    for (int i = 0; i < 5 && met() == 1; ++i) {
      ::usleep(1'200'000);
      EXPECT_EQ(try_connect("10.96.0.7", 80).error, 0);
    }
    EXPECT_GT(met(), 1U);
  });
  EXPECT_EQ(code, 0);
}

TEST(HealthPorts, AnswerWhileTheyAreAskedFor) {
  REQUIRE_KERNEL_PLANE();
  const int code = on_kernel_plane([](KernelDataPlane& plane, const SandboxSetup&) {
    boost::asio::io_context io;
    HealthPorts ports(io);
    ASSERT_TRUE(ports.set({{30500, "default", "sayhi", 2}}, plane.node_address()));
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in where{AF_INET, htons(30500), {htonl(as_number("10.244.0.1"))}, {}};
    ASSERT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&where), sizeof where), 0);
    const std::string question = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    ASSERT_EQ(::send(socket.get(), question.data(), question.size(), 0), static_cast<ssize_t>(question.size()));
    pollfd over{socket.get(), POLLRDHUP, 0};
    for (int i = 0; i < 1000 && ::poll(&over, 1, 0) == 0; ++i) io.run_one_for(std::chrono::milliseconds{10});
    ASSERT_NE(over.revents, 0) << "it says what it has to say, and closes";
    char buffer[1024];
    const auto size = ::recv(socket.get(), buffer, sizeof buffer, MSG_WAITALL);
    EXPECT_EQ(std::string(buffer, static_cast<std::size_t>(std::max<ssize_t>(size, 0))),
              health_answer({30500, "default", "sayhi", 2}));
    ASSERT_TRUE(ports.set({}, plane.node_address()));
    EXPECT_EQ(try_connect("10.244.0.1", 30500).error, ECONNREFUSED);
  });
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace straycat::cluster::testing
