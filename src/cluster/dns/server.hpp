// The cluster's name server: UDP and TCP on one address.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "cluster/dns/message.hpp"
#include "cluster/store/store.hpp"
#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>

namespace straycat::cluster::dns {

struct Disturbance {
  std::optional<Code> code;  // what everybody is answered
  bool silent = false;       // nobody is
  Nanos delay{};             // answers by UDP go out so much later
};

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
  // A fault on order, from now on; a default one ends it.
  void disturb(const Disturbance& how);

 private:
  struct State;
  explicit Server(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace straycat::cluster::dns
