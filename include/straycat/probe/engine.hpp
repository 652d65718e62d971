// Sends requests and tells what became of them. One io_context thread; thousands of requests in flight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include <straycat/probe/request.hpp>
#include <straycat/probe/service_map.hpp>

namespace straycat::probe {

// Both ends belong to it.
struct PortRange {
  std::uint16_t low = 0, high = 0;
  bool operator==(const PortRange&) const = default;
};

struct EngineOptions {
  std::shared_ptr<ServiceMap>
      services;  // loopback fallback: resolve Service names here and pick the endpoint; else null
  // Local addresses to send from, in turn. Empty: the kernel chooses, and where connections come so fast that their
  // TIME_WAITs use up an address's ports, further addresses of the host join in.
  std::vector<std::string> source_addresses;
  // Who chooses local ports. `kernel`: always the kernel. `fitting`: the prober, from the range below in turn, once two
  // fifths of an address's ports rest in TIME_WAIT: from there on the kernel's search takes milliseconds each time.
  enum class Ports : std::uint8_t { fitting, kernel } ports = Ports::fitting;
  std::optional<PortRange> port_range;  // none: net.ipv4.ip_local_port_range
  std::uint64_t seed = 0;               // of the endpoint picks
};

// What an engine ran into by its own fault, since it was last asked.
struct EngineHealth {
  std::uint64_t attempts = 0;
  std::uint64_t no_ports = 0;          // EADDRNOTAVAIL
  std::uint64_t no_descriptors = 0;    // EMFILE, ENFILE
  std::uint64_t no_memory = 0;         // ENOBUFS, ENOMEM
  std::uint64_t no_right = 0;          // through the API server: it said 401 or 403
  std::uint64_t no_server = 0;         // ... and it did not take them
  std::uint64_t watched_connects = 0;  // connect() calls whose cost was looked at: one in eight
  std::uint64_t slow_connects = 0;     // of these, such as kept the processor for over 1 ms: the TIME_WAIT cliff
  std::uint64_t own_ports = 0;         // connections whose local port the prober chose itself; no trouble
  [[nodiscard]] std::uint64_t local_exhaustion() const {
    return no_ports + no_descriptors + no_memory + no_right + no_server;
  }
};

class Engine {
 public:
  // Called once for each request, never from inside start().
  using Done = std::function<void(const Attempt&)>;

  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  // Drops what is in flight without a call.
  virtual ~Engine() = default;

  // Starts one attempt and returns when it started.
  virtual Stamp start(std::shared_ptr<const Prepared> request, Stamp intended, Done done) = 0;
  [[nodiscard]] virtual std::size_t in_flight() const = 0;
  [[nodiscard]] virtual EngineHealth take_health() = 0;
};

// Plain http, a new TCP connection for each request, closed by us first, as curl does it.
[[nodiscard]] std::unique_ptr<Engine> make_fast_engine(boost::asio::any_io_executor executor, EngineOptions options);
// libcurl: https too. A new connection for each request.
[[nodiscard]] std::unique_ptr<Engine> make_curl_engine(boost::asio::any_io_executor executor, EngineOptions options);
// Each request by the engine that fits: plain http by the fast one, the rest by libcurl.
[[nodiscard]] std::unique_ptr<Engine> make_engine(boost::asio::any_io_executor executor, EngineOptions options);

}  // namespace straycat::probe
