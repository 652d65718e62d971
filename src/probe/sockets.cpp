#include "probe/sockets.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

namespace straycat::probe {

namespace {

// inet_ntop() goes through sprintf(), and every request of an engine comes here.
std::string text_of(in_addr address) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(&address);
  std::string text = std::to_string(bytes[0]);
  for (int i = 1; i < 4; ++i) text.append(1, '.').append(std::to_string(bytes[i]));
  return text;
}

}  // namespace

socklen_t to_sockaddr(const Dial& dial, sockaddr_storage& out) {
  out = {};
  if (sockaddr_in v4{}; ::inet_pton(AF_INET, dial.address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(dial.port);
    std::memcpy(&out, &v4, sizeof v4);
    return sizeof v4;
  }
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(dial.address.c_str(), std::to_string(dial.port).c_str(), &hints, &list) != 0) return 0;
  const socklen_t size = list->ai_addrlen;
  std::memcpy(&out, list->ai_addr, size);
  ::freeaddrinfo(list);
  return size;
}

Dial from_sockaddr(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET6) {
    char text[INET6_ADDRSTRLEN] = "";
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return {text, ntohs(v6.sin6_port)};
  }
  sockaddr_in v4{};
  std::memcpy(&v4, &address, sizeof v4);
  return {text_of(v4.sin_addr), ntohs(v4.sin_port)};
}

int open_bound_socket(const sockaddr_storage& to, const Dial& source) {
  const int socket = ::socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0 || source.address.empty()) return socket;
  sockaddr_storage from{};
  const socklen_t size = to_sockaddr(source, from);
  if (size == 0 || from.ss_family != to.ss_family) return socket;
  // Without the first, bind() would choose the port for all destinations, and run out of them much earlier; without the
  // second it would not take one that rests towards another destination.
  const int on = 1;
  if (source.port == 0) ::setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (source.port != 0) ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&from), size) == 0) return socket;
  const int error = errno;
  ::close(socket);
  errno = error;
  return -1;
}

Dial local_end(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return from_sockaddr(address);
}

std::optional<Dial> remote_end(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return std::nullopt;
  return from_sockaddr(address);
}

bool is_unspecified(const std::string& address) { return address.empty() || address == "0.0.0.0" || address == "::"; }

std::string source_for(const Dial& remote) {
  sockaddr_storage to{};
  const socklen_t size = to_sockaddr(remote, to);
  if (size == 0) return {};
  const int socket = ::socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return {};
  std::string source;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), size) == 0) source = local_end(socket).address;
  ::close(socket);
  return source;
}

}  // namespace straycat::probe
