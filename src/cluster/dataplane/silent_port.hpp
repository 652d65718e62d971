// A TCP port that answers nobody: the fallback's way to drop, as it has no packet filter. It listens, and its queue is
// full, so that the kernel drops every further SYN (tcp_conn_request: sk_acceptq_is_full) and clients wait in vain.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cluster/system/descriptor.hpp"
#include <straycat/core/result.hpp>

namespace straycat::cluster {

class SilentPort {
 public:
  static Result<SilentPort> open(const std::string& address);
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  SilentPort() = default;
  Descriptor listener_;
  std::vector<Descriptor> waiting_;  // our own connections, which fill the queue as long as they stand
  std::uint16_t port_ = 0;
};

}  // namespace straycat::cluster
