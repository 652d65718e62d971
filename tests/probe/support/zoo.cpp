#include "probe/support/zoo.hpp"

#include <arpa/inet.h>
#include <cstdio>
#include <fstream>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace straycat::test {

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t port_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                                             : reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

int bound_socket(bool ipv6) {
  const int socket = ::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  const sockaddr_in v4 = loopback(0);
  const auto* address = ipv6 ? reinterpret_cast<const sockaddr*>(&v6) : reinterpret_cast<const sockaddr*>(&v4);
  if (::bind(socket, address, ipv6 ? sizeof v6 : sizeof v4) != 0) throw std::runtime_error("no port to be had");
  return socket;
}

// The bytes that wait to be read at the other end of a connection within this machine; nothing when it has no such end.
std::optional<unsigned> unread_at(std::uint16_t there, std::uint16_t here) {
  std::ifstream table("/proc/net/tcp");
  for (std::string line; std::getline(table, line);) {
    unsigned local = 0, remote = 0, unread = 0;
    const bool row = std::sscanf(line.c_str(), " %*u: %*8x:%x %*8x:%x %*x %*x:%x", &local, &remote, &unread) == 3;
    if (row && local == there && remote == here) return unread;
  }
  return std::nullopt;
}

}  // namespace

Server::Server(Behaviour behaviour, bool ipv6) : listener_(bound_socket(ipv6)), ipv6_(ipv6), port_(port_of(listener_)) {
  ::listen(listener_, 512);
  thread_ = std::thread([this, behaviour = std::move(behaviour)] { serve(behaviour); });
}

Server::~Server() {
  over_ = true;
  ::shutdown(listener_, SHUT_RDWR);  // wakes accept()
  thread_.join();
  ::close(listener_);
}

std::string Server::url(const std::string& path) const {
  return (ipv6_ ? "http://[::1]:" : "http://127.0.0.1:") + std::to_string(port_) + path;
}

void Server::serve(const Behaviour& behaviour) {
  while (!over_) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    ++accepted_;
    const timeval limit{10, 0};  // a behaviour that reads cannot hang for ever
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    behaviour(socket);
    ::close(socket);
  }
}

ClosedPort::ClosedPort() : socket_(bound_socket(false)), port_(port_of(socket_)) {}
ClosedPort::~ClosedPort() { ::close(socket_); }

FullQueue::FullQueue() {
  const int listener = bound_socket(false);
  port_ = port_of(listener);
  ::listen(listener, 0);
  sockets_.push_back(listener);
  for (int i = 0; i < 4; ++i) {
    const int filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const sockaddr_in to = loopback(port_);
    ::connect(filler, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    sockets_.push_back(filler);
  }
}

FullQueue::~FullQueue() {
  for (const int socket : sockets_) ::close(socket);
}

std::string read_request(int socket) {
  std::string text;
  char buffer[4096];
  while (text.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0) return {};
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

void send_text(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void wait_until_read(int socket) {
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return;
  const std::uint16_t there = ntohs(peer.sin_port), here = port_of(socket);
  int unsent = 1;
  for (int i = 0; i < 60'000; ++i, ::usleep(1000)) {
    if (::ioctl(socket, SIOCOUTQ, &unsent) == 0 && unsent == 0 && unread_at(there, here).value_or(0) == 0) return;
  }
}

void reset(int socket) {
  const linger now{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void wait_for_close(int socket) {
  char buffer[4096];
  while (::recv(socket, buffer, sizeof buffer, 0) > 0) {
  }
}

Server::Behaviour answers(std::string text) {
  return [text = std::move(text)](int socket) {
    if (!read_request(socket).empty()) send_text(socket, text);
  };
}

std::string ok_response(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace straycat::test
