#include "agent/support/servers.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <set>
#include <stdexcept>
#include <string_view>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace straycat::test {

namespace {

int bound(const std::string& address, std::uint16_t& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &name.sin_addr);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0)
    throw std::runtime_error("cannot bind " + address);
  socklen_t size = sizeof name;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size);
  port = ntohs(name.sin_port);
  return socket;
}

void watch(int poll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  ::epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
}

}  // namespace

Meower::Meower(bool answers, const std::string& address, std::uint16_t port)
    : answers_(answers), address_(address), stop_(::eventfd(0, EFD_CLOEXEC)), port_(port) {
  listener_ = bound(address, port_);
  ::listen(listener_, 4096);
  thread_ = std::thread([this] { serve(); });
}

Meower::~Meower() {
  const std::uint64_t one = 1;
  std::ignore = ::write(stop_, &one, sizeof one);
  thread_.join();
  ::close(listener_);
  ::close(stop_);
}

std::string Meower::url() const { return "http://" + address_ + ":" + std::to_string(port_) + "/hi"; }

void Meower::serve() {
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  watch(poll, listener_);
  watch(poll, stop_);
  std::set<int> open;
  for (bool over = false; !over;) {
    epoll_event event{};
    if (::epoll_wait(poll, &event, 1, -1) != 1) continue;
    const int ready = event.data.fd;
    if (ready == stop_) {
      over = true;
    } else if (ready == listener_) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (socket < 0) continue;
      open.insert(socket);
      watch(poll, socket);
    } else {
      char buffer[4096];
      const ssize_t got = ::recv(ready, buffer, sizeof buffer, 0);
      if (got > 0) {
        answer(ready);
      } else {
        open.erase(ready);
        ::close(ready);
      }
    }
  }
  for (const int socket : open) ::close(socket);
  ::close(poll);
}

void Meower::answer(int socket) {
  static constexpr std::string_view text = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nMeow";
  ++requests_;
  if (answers_) ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
}

Refuser::Refuser(const std::string& address, std::uint16_t port) : port_(port) { socket_ = bound(address, port_); }
Refuser::~Refuser() { ::close(socket_); }

}  // namespace straycat::test
