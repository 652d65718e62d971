// The loopback fallback's stand-in for a Service's virtual address: a file that the cluster rewrites in place, from
// which a client resolves Service names and picks one endpoint at random for each new connection.
//
//   LENGTH FNV1A64HEX\n{"services":[{"ns":"..","name":"..","clusterIP":"..","port":80,
//                                    "endpoints":[{"address":"127.1.0.3","port":3000}]}]}
//
// LENGTH and the checksum are of what follows the newline.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/probe/request.hpp>

namespace straycat::probe {

// Where nobody listens: dialled for a Service without endpoints, as a real refusal takes a real closed port.
inline constexpr std::string_view nobody_listens = "127.1.255.254";

struct MappedService {
  std::string ns, name, cluster_ip;
  std::uint16_t port = 0;
  std::vector<Dial> endpoints;
  bool operator==(const MappedService&) const = default;
};

// Reads the file's text. Errors (own_trouble): not whole (a writer is at work: read again), or not of this form.
[[nodiscard]] Result<std::vector<MappedService>> parse_service_map(std::string_view text);
// The file's text for these services.
[[nodiscard]] std::string format_service_map(const std::vector<MappedService>& services);

struct ServiceChoice {
  std::string address;  // what the name stands for: the ClusterIP
  Dial dial;            // where to connect
};

// Finds the Service that `host` names (NAME, NAME.NS, NAME.NS.svc[.cluster.local], or its ClusterIP) and picks an
// endpoint; none when no Service has that name. A Service without endpoints or without that port refuses.
[[nodiscard]] std::optional<ServiceChoice> choose_endpoint(const std::vector<MappedService>& services,
                                                           std::string_view host, std::uint16_t port,
                                                           std::string_view own_ns, std::mt19937_64& random);

// The file, read again for each choice; parsed again only when its first line has changed.
class ServiceMap {
 public:
  ServiceMap(std::string path, std::string own_ns);
  ~ServiceMap();
  ServiceMap(const ServiceMap&) = delete;
  ServiceMap& operator=(const ServiceMap&) = delete;

  [[nodiscard]] std::optional<ServiceChoice> choose(std::string_view host, std::uint16_t port, std::mt19937_64& random);

 private:
  void refresh();
  [[nodiscard]] bool read_text();

  std::string path_, own_ns_;
  int descriptor_ = -1;
  std::string text_, first_line_;
  std::vector<MappedService> services_;
};

}  // namespace straycat::probe
