// Real servers on 127.0.0.1 that misbehave on purpose, each on a thread of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace straycat::test {

// Serves each accepted connection by `behaviour`, one after the other; closes it afterwards unless the behaviour did.
class Server {
 public:
  using Behaviour = std::function<void(int socket)>;

  explicit Server(Behaviour behaviour, bool ipv6 = false);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "/hi") const;
  [[nodiscard]] int accepted() const { return accepted_; }

 private:
  void serve(const Behaviour& behaviour);

  int listener_ = -1;
  bool ipv6_;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::atomic<bool> over_{false};
  std::thread thread_;
};

// Until the other side has taken in all that was sent over this connection of ours on 127.0.0.1.
void wait_until_read(int socket);

// A port of 127.0.0.1 where nobody listens: bound, so that nobody else can, but not listening.
class ClosedPort {
 public:
  ClosedPort();
  ~ClosedPort();
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int socket_ = -1;
  std::uint16_t port_ = 0;
};

// A listener whose queue is full: further SYNs are dropped, as by a dead host.
class FullQueue {
 public:
  FullQueue();
  ~FullQueue();
  FullQueue(const FullQueue&) = delete;
  FullQueue& operator=(const FullQueue&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::vector<int> sockets_;
  std::uint16_t port_ = 0;
};

// Building blocks of behaviours.
std::string read_request(int socket);               // until the blank line; "" when the client left
void send_text(int socket, std::string_view text);  // all of it, as far as the client listens
void reset(int socket);                             // RST instead of FIN at close
void wait_for_close(int socket);                    // until the client closes
Server::Behaviour answers(std::string text);        // reads a request, sends the text, closes
std::string ok_response(std::string_view body);     // 200 with Content-Length

}  // namespace straycat::test
