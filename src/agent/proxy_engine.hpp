// Requests through the API server's own proxy: no pod of ours, no image. The server picks an endpoint of the Service
// itself (kubernetes pkg/registry/core/service/storage/storage.go, ResourceLocation) and so says nothing of the data
// plane of any node; asked for a pod, it dials that pod.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "agent/direct_plan.hpp"
#include "agent/watches.hpp"
#include <straycat/kube/client.hpp>
#include <straycat/probe/engine.hpp>

namespace straycat::agent {

// What the API server says when it could not hand a request on: its Status object, status 503, with the dialler's words
// ("error trying to reach service: dial tcp 10.244.0.44:3000: connect: connection refused"). None: the answer is the
// target's own. 401 and 403 are ours (local_exhaustion), never the target's.
[[nodiscard]] std::optional<Failure> proxy_failure(int status, const std::string& body);
// "/api/v1/namespaces/NS/services/NAME:PORT/proxy/hi?x=1", ".../pods/NAME:PORT/proxy/..."; https targets as
// "https:NAME:PORT".
[[nodiscard]] std::string proxy_path(const std::string& resource, const std::string& ns, const std::string& name,
                                     int port, const probe::Url& url);

class ProxyEngine final : public probe::Engine {
 public:
  ProxyEngine(boost::asio::any_io_executor executor, kube::Client client);
  ~ProxyEngine() override;

  // Which Service a URL's host and port stand for, and which pod an address that is dialled directly.
  void serve(const std::string& host, int port, ServicePortRef service);
  void know(const std::string& ns, const std::vector<model::Listed>& endpoints);

  Stamp start(std::shared_ptr<const probe::Prepared> request, Stamp intended, Done done) override;
  [[nodiscard]] std::size_t in_flight() const override;
  [[nodiscard]] probe::EngineHealth take_health() override;

 private:
  struct Shared;
  [[nodiscard]] std::optional<std::string> path_of(const probe::Prepared& request) const;

  std::shared_ptr<Shared> shared_;
  std::map<std::pair<std::string, int>, ServicePortRef> services_;
  std::map<std::pair<std::string, int>, std::pair<std::string, std::string>> pods_;  // address, port -> ns, pod
};

}  // namespace straycat::agent
