// Sockets of both engines under one epoll instance, which Asio watches as one descriptor: one epoll_ctl a connection
// and no handler allocation, where an Asio socket costs one more system call for each wait.
#pragma once

#include <cstdint>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

namespace straycat::probe {

class Poller {
 public:
  // What is told when a descriptor is ready; must live until the handlers running now have returned.
  class Watched {
   public:
    virtual void on_ready(std::uint32_t events) = 0;  // EPOLLIN, ...

   protected:
    ~Watched() = default;
  };

  explicit Poller(boost::asio::any_io_executor executor);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Closing a descriptor takes it out. Returns false when the kernel refused (no memory, too many watches).
  [[nodiscard]] bool add(int descriptor, std::uint32_t events, Watched& watched);
  [[nodiscard]] bool modify(int descriptor, std::uint32_t events, Watched& watched);
  void remove(int descriptor);
  // False when no epoll instance could be had: nothing can be watched then.
  [[nodiscard]] bool usable() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace straycat::probe
