// The fallback's way to drop.
#include "cluster/dataplane/silent_port.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "cluster/dataplane/loopback_plane.hpp"

namespace straycat::cluster {
namespace {

// Whether a connection stands within 100 ms, or its error.
int connecting(std::uint16_t port) {
  const Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  ::inet_pton(AF_INET, silent_address, &where.sin_addr);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0) return 0;
  pollfd waiting{fd.get(), POLLOUT, 0};
  if (::poll(&waiting, 1, 100) == 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

TEST(SilentPort, AnswersNobody) {
  const auto silent = SilentPort::open(silent_address);
  ASSERT_TRUE(silent) << silent.error().message;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(connecting(silent->port()), ETIMEDOUT);
}

TEST(SilentPort, ThePlaneOpensItWhenAServiceDrops) {
  const auto plane = LoopbackDataPlane::create();
  ASSERT_TRUE(plane);
  ServiceTable table;
  table.rules.push_back({"default", "sayhi", "", "10.96.0.7", 80, {}, false, 10800, true});
  EXPECT_TRUE((*plane)->apply(table));
  EXPECT_TRUE((*plane)->apply_policies({})) << "which it cannot enforce, and says so elsewhere";
}

}  // namespace
}  // namespace straycat::cluster
