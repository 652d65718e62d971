#include "cluster/dataplane/dataplane.hpp"

#include <sys/socket.h>

namespace straycat::cluster {

Result<Descriptor> open_tcp_socket() {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return system_error("socket");
  return socket;
}

}  // namespace straycat::cluster
