#include "cluster/dataplane/silent_port.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace straycat::cluster {
namespace {

// With a backlog of 0 the queue takes one; what is not connected after this long never will be.
constexpr int enough = 4, full_after_ms = 50;

int tcp_socket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

bool connected(int fd) {
  pollfd waiting{fd, POLLOUT, 0};
  return ::poll(&waiting, 1, full_after_ms) == 1;
}

}  // namespace

Result<SilentPort> SilentPort::open(const std::string& address) {
  SilentPort silent;
  sockaddr_in where{};
  where.sin_family = AF_INET;
  ::inet_pton(AF_INET, address.c_str(), &where.sin_addr);
  socklen_t size = sizeof where;
  auto* name = reinterpret_cast<sockaddr*>(&where);
  silent.listener_ = Descriptor(tcp_socket());
  const int fd = silent.listener_.get();
  if (fd < 0 || ::bind(fd, name, size) != 0 || ::listen(fd, 0) != 0 || ::getsockname(fd, name, &size) != 0)
    return system_error("the port that drops");
  silent.port_ = ntohs(where.sin_port);
  for (int i = 0; i < enough; ++i) {
    silent.waiting_.emplace_back(tcp_socket());
    const int client = silent.waiting_.back().get();
    const int done = ::connect(client, name, size);
    if (done != 0 && errno != EINPROGRESS) return system_error("the port that drops");
    if (!connected(client)) break;
  }
  return silent;
}

}  // namespace straycat::cluster
