#include "cluster/dataplane/loopback_plane.hpp"

#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cluster/dataplane/planes.hpp"

namespace straycat::cluster {
namespace {

// 127.1.0.1 .. 127.1.254.254: 127.1.255.254 is where clients dial when a Service has no endpoint, 127.1.255.253 when it
// drops, so no pod may listen there.
constexpr std::uint32_t first_loopback_pod = 0x7f010001, last_loopback_pod = 0x7f01fefe;

// Fowler, Noll, Vo: 64 bit, variant 1a.
std::uint64_t fnv1a64(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

nlohmann::ordered_json describe_endpoint(const std::string& address, std::uint16_t port) {
  nlohmann::ordered_json out;
  out["address"] = address;
  out["port"] = port;
  return out;
}

nlohmann::ordered_json describe_rule(const ServiceRule& rule, std::uint16_t silent_port) {
  nlohmann::ordered_json out;
  out["ns"] = rule.ns;
  out["name"] = rule.name;
  out["clusterIP"] = rule.cluster_ip;
  out["port"] = rule.port;
  auto endpoints = nlohmann::ordered_json::array();
  for (const auto& endpoint : rule.endpoints) endpoints.push_back(describe_endpoint(endpoint.address, endpoint.port));
  if (rule.drop && silent_port != 0) endpoints.push_back(describe_endpoint(silent_address, silent_port));
  out["endpoints"] = std::move(endpoints);
  return out;
}

}  // namespace

std::string service_map_text(const ServiceTable& table, std::uint16_t silent_port) {
  auto services = nlohmann::ordered_json::array();
  for (const auto& rule : table.rules)
    if (rule.transport == Transport::tcp) services.push_back(describe_rule(rule, silent_port));
  nlohmann::ordered_json document;
  document["services"] = std::move(services);
  const auto body = document.dump() + "\n";
  return fmt::format("{} {:016x}\n{}", body.size(), fnv1a64(body), body);
}

LoopbackDataPlane::LoopbackDataPlane(Descriptor map)
    : map_(std::move(map)),
      map_path_(fmt::format("/proc/{}/fd/{}", ::getpid(), map_.get())),
      addresses_(first_loopback_pod, last_loopback_pod) {}

Result<std::unique_ptr<LoopbackDataPlane>> LoopbackDataPlane::create() {
  auto map = make_memory_file("straycat-services");
  if (!map) return map.error();
  std::unique_ptr<LoopbackDataPlane> plane(new LoopbackDataPlane(Descriptor(*map)));
  if (auto done = plane->apply({}); !done) return done.error();
  return plane;
}

Result<std::string> LoopbackDataPlane::allocate_address() {
  auto address = addresses_.take();
  if (!address) return own_trouble("no free pod address");
  return *address;
}

Result<std::uint16_t> LoopbackDataPlane::silent_port(const ServiceTable& table) {
  const bool drops = std::any_of(table.rules.begin(), table.rules.end(), [](const auto& rule) { return rule.drop; });
  if (drops && !silent_) {
    auto opened = SilentPort::open(silent_address);
    if (!opened) return opened.error();
    silent_ = std::move(*opened);
  }
  return silent_ ? silent_->port() : std::uint16_t{0};
}

// In place, so that readers may keep the file mapped or open; the checksum tells them when they read halfway through.
Result<> LoopbackDataPlane::apply(const ServiceTable& table) {
  const auto silent = silent_port(table);
  if (!silent) return silent.error();
  const auto text = service_map_text(table, *silent);
  if (::pwrite(map_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    return system_error("write the service map");
  if (::ftruncate(map_.get(), static_cast<off_t>(text.size())) != 0) return system_error("cut the service map");
  return {};
}

std::map<std::string, std::string> LoopbackDataPlane::pod_environment(const std::string& address) const {
  return {{"POD_IP", address}, {"STRAYCAT_SERVICE_MAP", map_path_}};
}

}  // namespace straycat::cluster
