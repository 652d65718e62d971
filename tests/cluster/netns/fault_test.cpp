// Faults of the network on the real kernel: what a client in a pod and one on the node meet. One cluster for all rows.
#include <arpa/inet.h>
#include <cerrno>
#include <sys/socket.h>
#include <sys/time.h>

#include <fmt/format.h>

#include "cluster/dataplane/netlink.hpp"
#include "cluster/support/plane_world.hpp"

namespace straycat::cluster::testing {
namespace {

constexpr int fault_patience_ms = 150;

// Connects, says something, and waits for the answer: '+' got it, 'x' refused, 't' no connection in time, 'r' reset,
// 's' connected and then silence.
char asked(const std::string& address, std::uint16_t port, int patience_ms = fault_patience_ms) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{patience_ms / 1000, patience_ms % 1000 * 1000};
  for (const int which : {SO_SNDTIMEO, SO_RCVTIMEO})
    ::setsockopt(socket.get(), SOL_SOCKET, which, &patience, sizeof patience);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &where.sin_addr);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
    return errno == ECONNREFUSED ? 'x' : errno == EINPROGRESS || errno == EAGAIN ? 't' : '?';
  (void)::send(socket.get(), "?", 1, MSG_NOSIGNAL);
  char answer[4];
  const auto got = ::recv(socket.get(), answer, sizeof answer, 0);
  if (got > 0) return '+';
  return got < 0 && errno == ECONNRESET ? 'r' : got < 0 && errno == EAGAIN ? 's' : '?';
}

char asked_from(const Pod& pod, const std::string& address, std::uint16_t port, int patience_ms = fault_patience_ms) {
  const auto visit = NetworkVisit::enter(pod.pid);
  EXPECT_TRUE(visit);
  return asked(address, port, patience_ms);
}

struct FaultRowOfKernel {
  FaultWord word;
  FaultFrom from;
  const char* expected;  // the client and the node, of the pod that is hit; the client, of another pod
};

const FaultRowOfKernel fault_rows_of_kernel[] = {
    {FaultWord::drop, FaultFrom::pods, "t++"},     {FaultWord::drop, FaultFrom::node, "+t+"},
    {FaultWord::drop, FaultFrom::anywhere, "tt+"}, {FaultWord::refuse, FaultFrom::pods, "x++"},
    {FaultWord::refuse, FaultFrom::node, "+x+"},   {FaultWord::refuse, FaultFrom::anywhere, "xx+"},
    {FaultWord::reset, FaultFrom::pods, "r++"},    {FaultWord::reset, FaultFrom::node, "+r+"},
    {FaultWord::stall, FaultFrom::pods, "s++"},    {FaultWord::stall, FaultFrom::node, "+s+"},
    {FaultWord::stall, FaultFrom::anywhere, "ss+"}};

struct FaultPods {
  KernelDataPlane& plane;
  Pod hit, other, client;
  [[nodiscard]] NetworkFault fault(FaultWord word, FaultFrom from = FaultFrom::pods) const {
    NetworkFault out;
    out.word = word;
    out.addresses = {hit.address};
    out.from = from;
    return out;
  }
  void set(const std::vector<NetworkFault>& faults) const {
    const auto done = plane.apply_faults(faults);
    ASSERT_TRUE(done) << done.error().message;
  }
};

void each_row(const FaultPods& pods) {
  for (const auto& row : fault_rows_of_kernel) {
    pods.set({pods.fault(row.word, row.from)});
    const std::string seen{asked_from(pods.client, pods.hit.address, 3000), asked(pods.hit.address, 3000),
                           asked_from(pods.client, pods.other.address, 3000)};
    EXPECT_EQ(seen, row.expected) << to_string(row.word) << " from " << to_string(row.from);
  }
  pods.set({});
  EXPECT_EQ(asked_from(pods.client, pods.hit.address, 3000), '+') << "all is well when it is over";
}

// A SYN that is lost behind the translation is sent again to the same endpoint: nobody comes through to the other one.
void the_translation_stands(const FaultPods& pods) {
  ASSERT_TRUE(pods.plane.apply(ServiceTable{{rule_for({pods.hit, pods.other})}}));
  pods.set({pods.fault(FaultWord::drop)});
  int timed_out = 0, slow = 0;
  for (int i = 0; i < 60 && timed_out < 3; ++i) {
    const auto start = monotonic_now();
    const char seen = asked_from(pods.client, "10.96.0.7", 80, 1300);  // a SYN is sent again after 1 s
    timed_out += seen == 't' ? 1 : 0;
    slow += seen == '+' && monotonic_now() - start > std::chrono::milliseconds{900} ? 1 : 0;
  }
  EXPECT_EQ(slow, 0);
  EXPECT_EQ(timed_out, 3);
  pods.set({pods.fault(FaultWord::refuse)});
  std::string seen;
  for (int i = 0; i < 40; ++i) seen += asked_from(pods.client, "10.96.0.7", 80);
  EXPECT_NE(seen.find('x'), std::string::npos) << seen;
  EXPECT_NE(seen.find('+'), std::string::npos) << seen;
  EXPECT_EQ(seen.find_first_not_of("x+"), std::string::npos) << "refused at the Service's address, too: " << seen;
}

// 30 % of 300 connections: outside 20 % to 40 % once in some 10,000 runs.
void a_share(const FaultPods& pods) {
  auto some = pods.fault(FaultWord::refuse);
  some.ppm = 300'000;
  some.salt = 7;
  pods.set({some});
  int refused = 0;
  for (int i = 0; i < 300; ++i) refused += asked_from(pods.client, pods.hit.address, 3000) == 'x' ? 1 : 0;
  EXPECT_GT(refused, 60);
  EXPECT_LT(refused, 120);
}

// In pairs: each does its part, and each goes alone.
void pairs(const FaultPods& pods) {
  auto other = pods.fault(FaultWord::stall);
  other.addresses = {pods.other.address};
  pods.set({pods.fault(FaultWord::drop), other});
  EXPECT_EQ(asked_from(pods.client, pods.hit.address, 3000), 't');
  EXPECT_EQ(asked_from(pods.client, pods.other.address, 3000), 's');
  pods.set({other});
  EXPECT_EQ(asked_from(pods.client, pods.hit.address, 3000), '+');
  EXPECT_EQ(asked_from(pods.client, pods.other.address, 3000), 's');
}

void a_full_table(const FaultPods& pods) {
  NetworkFault full;
  full.word = FaultWord::connections;
  full.limit = 20;
  pods.set({full});
  const auto visit = NetworkVisit::enter(pods.client.pid);
  ASSERT_TRUE(visit);
  std::vector<Descriptor> held;
  int connected = 0;
  for (int i = 0; i < 30; ++i) {
    held.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{0, 100'000};
    ::setsockopt(held.back().get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(3000);
    ::inet_pton(AF_INET, pods.other.address.c_str(), &where.sin_addr);
    connected += ::connect(held.back().get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0 ? 1 : 0;
  }
  EXPECT_GT(connected, 0);
  EXPECT_LE(connected, 21);
}

TEST(Faults, DoWhatTheySayOnTheKernel) {
  const int failed = on_kernel_plane([](KernelDataPlane& plane, const SandboxSetup&) {
    const FaultPods pods{plane, start_server(plane), start_server(plane), start_idle(plane)};
    each_row(pods);
    the_translation_stands(pods);
    a_share(pods);
    pairs(pods);
    a_full_table(pods);
    pods.set({});
    // Where the kernel has netem, packets come later; where not, that is said.
    const auto delayed = plane.delay(pods.hit.address, std::chrono::milliseconds{120});
    const auto start = monotonic_now();
    EXPECT_EQ(asked_from(pods.client, pods.hit.address, 3000, 2000), '+');
    const Nanos took = monotonic_now() - start;
    if (delayed)
      EXPECT_GT(took, std::chrono::milliseconds{120});
    else
      EXPECT_EQ(delayed.error().message, "this kernel has no netem (sch_netem)");
  });
  EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace straycat::cluster::testing
