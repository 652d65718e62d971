#include "agent/support/slice_server.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

namespace straycat::test {

namespace asio = boost::asio;
using json = nlohmann::json;

json slice_endpoint(const std::string& address, bool ready) {
  return json::object({{"addresses", json::array({address})},
                       {"conditions", {{"ready", ready}, {"serving", ready}, {"terminating", false}}},
                       {"targetRef", {{"kind", "Pod"}, {"name", "pod-" + address}, {"uid", "uid-" + address}}}});
}

json endpoint_slice(const std::string& name, int version, std::uint16_t port, json endpoints) {
  return json::object({{"kind", "EndpointSlice"},
                       {"apiVersion", "discovery.k8s.io/v1"},
                       {"metadata",
                        {{"name", name},
                         {"namespace", "default"},
                         {"resourceVersion", std::to_string(version)},
                         {"labels", {{"kubernetes.io/service-name", "sayhi"}}}}},
                       {"addressType", "IPv4"},
                       {"ports", json::array({{{"name", ""}, {"port", port}, {"protocol", "TCP"}}})},
                       {"endpoints", std::move(endpoints)}});
}

SliceServer::SliceServer(std::vector<json> slices, bool deny) : slices_(std::move(slices)), deny_(deny) {
  char folder[] = "/tmp/straycat-agent-test-XXXXXX";
  if (::mkdtemp(folder) == nullptr) throw std::runtime_error("no folder");
  folder_ = folder;
  server_ = std::make_unique<TlsServer>(loop_, [this](Exchange& exchange) { return serve(exchange); });
  std::ofstream(folder_ + "/ca.pem") << server_->ca_pem();
  std::ofstream(kubeconfig()) << json::object(
      {{"apiVersion", "v1"},
       {"kind", "Config"},
       {"current-context", "c"},
       {"contexts", json::array({{{"name", "c"}, {"context", {{"cluster", "k"}, {"user", "u"}}}}})},
       {"clusters",
        json::array({{{"name", "k"}, {"cluster", {{"server", server_->url()}, {"certificate-authority", "ca.pem"}}}}})},
       {"users", json::array({{{"name", "u"}, {"user", {{"token", "t"}}}}})}});
  thread_ = std::thread([this] { loop_.run(); });
}

SliceServer::~SliceServer() {
  loop_.stop();
  thread_.join();
  std::filesystem::remove_all(folder_);
}

void SliceServer::write_map(const std::vector<probe::MappedService>& services) const {
  const std::string text = probe::format_service_map(services);
  const int file = ::open(map_path().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const ssize_t written = ::pwrite(file, text.data(), text.size(), 0);  // in place, as the cluster does
  ::close(file);
  if (written != static_cast<ssize_t>(text.size())) throw std::runtime_error("the service map was not written");
}

void SliceServer::modified(const json& slice) {
  const std::lock_guard lock(mutex_);
  told_[false].push_back(json::object({{"type", "MODIFIED"}, {"object", slice}}).dump());
}

void SliceServer::beacon(const std::string& resource_version) {
  json object = endpoint_slice("beacon", 0, 1, json::array());
  object["metadata"]["resourceVersion"] = resource_version;
  const std::lock_guard lock(mutex_);
  told_[true].push_back(json::object({{"type", "MODIFIED"}, {"object", object}}).dump());
}

std::vector<std::string> SliceServer::lines(bool is_beacon, std::size_t from) {
  const std::lock_guard lock(mutex_);
  const auto& all = told_[is_beacon];
  return {all.begin() + static_cast<std::ptrdiff_t>(from), all.end()};
}

asio::awaitable<void> SliceServer::serve(Exchange& exchange) {
  if (deny_) {
    const json status = {{"kind", "Status"},
                         {"status", "Failure"},
                         {"reason", "Forbidden"},
                         {"message", "no slices for you"},
                         {"code", 403}};
    co_return co_await exchange.answer(403, status.dump());
  }
  const bool is_beacon = exchange.target.find("fieldSelector") != std::string::npos;
  if (exchange.target.find("watch=") != std::string::npos) co_return co_await stream(exchange, is_beacon);
  const json list = {{"kind", "EndpointSliceList"},
                     {"apiVersion", "discovery.k8s.io/v1"},
                     {"metadata", {{"resourceVersion", "1"}}},
                     {"items", is_beacon ? json::array() : json(slices_)}};
  co_await exchange.answer(200, list.dump());
}

asio::awaitable<void> SliceServer::stream(Exchange& exchange, bool is_beacon) {
  co_await exchange.begin_stream();
  for (std::size_t told = 0;;) {
    for (const std::string& line : lines(is_beacon, told)) {
      co_await exchange.piece(line + "\n");
      ++told;
    }
    co_await exchange.wait(std::chrono::milliseconds{2});
  }
}

}  // namespace straycat::test
