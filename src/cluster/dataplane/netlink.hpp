// rtnetlink(7), as much as wiring pods needs: links, addresses, routes, of the network namespace in which the socket
// was made.
#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

#include "cluster/system/descriptor.hpp"
#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>

namespace straycat::cluster {

struct KernelRoute {
  std::string destination;  // "10.96.0.0"; "" = default route
  int prefix = 32;
  std::string gateway;  // "" = directly on the link
  std::string source;   // preferred source, "" = the kernel's choice
  int link = 0;
};

// A network namespace that no process has to stand in. It goes with the last who holds it.
class NetworkSpace {
 public:
  static Result<NetworkSpace> make();
  [[nodiscard]] int get() const { return held_.get(); }

 private:
  explicit NetworkSpace(Descriptor held) : held_(std::move(held)) {}
  Descriptor held_;
};

class RouteSocket {
 public:
  static Result<RouteSocket> open();

  Result<int> link_index(const std::string& name);
  Result<> set_up(int link);
  Result<> add_bridge(const std::string& name);
  // A pair of links, both down (an end cannot be opened before the other exists): `name` here, `peer` in the network
  // namespace of process `pid`.
  Result<> add_wire(const std::string& name, const std::string& peer, pid_t pid);
  Result<> add_wire(const std::string& name, const std::string& peer, const NetworkSpace& space);
  Result<> delete_link(const std::string& name);  // synchronous in the kernel: some 35 ms for one end of a wire
  Result<> add_address(int link, const std::string& address, int prefix);
  Result<> add_route(const KernelRoute& route);
  Result<> delete_route(const KernelRoute& route);
  // What the link sends goes out so much later (tc-netem(8)); 0: at once again. Errors: bad_input where the kernel has
  // no netem.
  Result<> set_delay(int link, Nanos length);

 private:
  explicit RouteSocket(Descriptor socket) : socket_(std::move(socket)) {}
  Result<> add_wire_to(const std::string& name, const std::string& peer, std::uint16_t attribute, std::uint32_t where);
  Result<int> ask(std::vector<char> message, const std::string& what);  // the link index in the answer, or 0

  Descriptor socket_;
  std::uint32_t sequence_ = 0;
};

// While it lives this thread is in another network namespace, of process `pid` or a space. setns(2) is per thread.
class NetworkVisit {
 public:
  static Result<NetworkVisit> enter(pid_t pid);
  static Result<NetworkVisit> enter(const NetworkSpace& space);
  NetworkVisit(NetworkVisit&&) = default;
  NetworkVisit& operator=(NetworkVisit&&) = delete;
  ~NetworkVisit();

 private:
  friend class NetworkSpace;
  explicit NetworkVisit(Descriptor home) : home_(std::move(home)) {}
  Descriptor home_;
};

// Writes a kernel setting of the network namespace that this thread is in ("net.ipv4.ip_forward").
Result<> write_sysctl(const std::string& name, const std::string& value);

}  // namespace straycat::cluster
