// The fallback without any privilege: pods listen on 127.1.0.x, and clients choose the endpoint themselves from a
// memory file (src/README.md, "Loopback fallback"). Lost: the kernel's balancing, a ClusterIP for other programs,
// network-level drops.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cluster/dataplane/address_pool.hpp"
#include "cluster/dataplane/dataplane.hpp"
#include "cluster/dataplane/silent_port.hpp"
#include "cluster/system/descriptor.hpp"

namespace straycat::cluster {

// Where clients of a Service dial whose connections are dropped; a port there is a SilentPort's.
inline constexpr const char* silent_address = "127.1.255.253";

// The whole text of the service map: "LENGTH FNV1A64HEX\n" and the JSON that these two are about. Pure. A Service that
// drops has one endpoint, at the silent address and this port.
[[nodiscard]] std::string service_map_text(const ServiceTable& table, std::uint16_t silent_port = 0);

class LoopbackDataPlane final : public DataPlane {
 public:
  static Result<std::unique_ptr<LoopbackDataPlane>> create();

  [[nodiscard]] std::string name() const override { return "loopback fallback"; }
  [[nodiscard]] bool isolates_pods() const override { return false; }
  [[nodiscard]] std::string node_address() const override { return "127.0.0.1"; }
  Result<Descriptor> open_socket() override { return open_tcp_socket(); }
  [[nodiscard]] bool owns(const std::string&) const override { return true; }
  Result<std::string> allocate_address() override;
  Result<> attach(pid_t, const std::string&) override { return {}; }
  void detach(const std::string& address) override { addresses_.give_back(address); }
  Result<> apply(const ServiceTable& table) override;
  Result<> apply_policies(const PolicyTable&) override { return {}; }
  Result<> apply_faults(const std::vector<NetworkFault>& faults) override {
    return faults.empty() ? Result<>() : no_packets();
  }
  Result<> delay(const std::string&, Nanos) override { return no_packets(); }
  // POD_IP and STRAYCAT_SERVICE_MAP.
  [[nodiscard]] std::map<std::string, std::string> pod_environment(const std::string& address) const override;
  [[nodiscard]] std::map<std::string, std::uint64_t> service_counters() override { return {}; }

 private:
  explicit LoopbackDataPlane(Descriptor map);
  static Result<> no_packets() {
    return bad_input(
        "on the loopback fallback no packet passes a place where it could be touched: that takes the kernel's data "
        "plane");
  }
  Result<std::uint16_t> silent_port(const ServiceTable& table);
  Descriptor map_;
  std::string map_path_;
  AddressPool addresses_;
  std::optional<SilentPort> silent_;  // opened when a Service first drops
};

}  // namespace straycat::cluster
