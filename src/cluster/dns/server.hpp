// The cluster's name server: UDP and TCP on one address.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "cluster/store/store.hpp"
#include <straycat/core/result.hpp>

namespace straycat::cluster::dns {

class Server {
 public:
  // Both must outlive it. Errors: the address is not this machine's, or somebody else's listens there. `port` 0 = any
  // that is free.
  static Result<std::unique_ptr<Server>> start(boost::asio::io_context& io, const Store& store,
                                               const std::string& address, std::uint16_t port);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct State;
  explicit Server(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace straycat::cluster::dns
