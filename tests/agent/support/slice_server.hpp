// Plays a list and a watch of EndpointSlices to one agent over HTTPS, as the test dictates; and a folder with what the
// agent needs: kubeconfig and service map.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "net/support/tls_server.hpp"
#include <straycat/probe/service_map.hpp>

namespace straycat::test {

// {"addresses":[..],"conditions":{..},"targetRef":{..}}; the pod's name and uid follow from the address.
[[nodiscard]] nlohmann::json slice_endpoint(const std::string& address, bool ready);
[[nodiscard]] nlohmann::json endpoint_slice(const std::string& name, int version, std::uint16_t port,
                                            nlohmann::json endpoints);

class SliceServer {
 public:
  // Lists these slices; `deny` answers everything with 403.
  explicit SliceServer(std::vector<nlohmann::json> slices, bool deny = false);
  ~SliceServer();
  SliceServer(const SliceServer&) = delete;
  SliceServer& operator=(const SliceServer&) = delete;

  // Tells the watch.
  void modified(const nlohmann::json& slice);
  // Tells the beacon's watch.
  void beacon(const std::string& resource_version);
  // A kubeconfig for it, in a folder that goes with it.
  [[nodiscard]] std::string kubeconfig() const { return folder_ + "/kubeconfig"; }
  [[nodiscard]] std::string map_path() const { return folder_ + "/services"; }
  void write_map(const std::vector<probe::MappedService>& services) const;

 private:
  boost::asio::awaitable<void> serve(Exchange& exchange);
  boost::asio::awaitable<void> stream(Exchange& exchange, bool is_beacon);
  [[nodiscard]] std::vector<std::string> lines(bool is_beacon, std::size_t from);

  std::string folder_;
  std::vector<nlohmann::json> slices_;
  bool deny_;
  std::mutex mutex_;
  std::map<bool, std::vector<std::string>> told_;
  boost::asio::io_context loop_;
  std::unique_ptr<TlsServer> server_;
  std::thread thread_;
};

}  // namespace straycat::test
