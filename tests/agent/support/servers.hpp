// A well-behaved server for agents to ask, and a port that refuses.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace straycat::test {

// Answers every request on its port with 200 and "Meow" when `answers`, else takes them and says nothing. One thread,
// any number of connections.
class Meower {
 public:
  explicit Meower(bool answers = true, const std::string& address = "127.0.0.1", std::uint16_t port = 0);
  ~Meower();
  Meower(const Meower&) = delete;
  Meower& operator=(const Meower&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::uint64_t requests() const { return requests_; }

 private:
  void serve();
  void answer(int socket);

  bool answers_;
  std::string address_;
  int listener_ = -1;
  int stop_ = -1;  // an eventfd
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> requests_{0};
  std::thread thread_;
};

// A bound port where nobody listens.
class Refuser {
 public:
  explicit Refuser(const std::string& address = "127.0.0.1", std::uint16_t port = 0);
  ~Refuser();
  Refuser(const Refuser&) = delete;
  Refuser& operator=(const Refuser&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/hi"; }

 private:
  int socket_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace straycat::test
