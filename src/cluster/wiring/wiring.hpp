// The embedded cluster's parts, put together inside the sandbox: one thread, one io_context.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "cluster/apiserver/apiserver.hpp"
#include "cluster/controllers/clock.hpp"
#include "cluster/controllers/controllers.hpp"
#include "cluster/controllers/events.hpp"
#include "cluster/dataplane/planes.hpp"
#include "cluster/dns/server.hpp"
#include "cluster/faults/fault_keeper.hpp"
#include "cluster/sandbox/sandbox.hpp"
#include "cluster/wiring/cluster_node.hpp"
#include <straycat/cluster/cluster.hpp>

namespace straycat::cluster {

class EmbeddedCluster {
 public:
  // All three must outlive it.
  EmbeddedCluster(const Options& options, const SandboxSetup& setup, const std::map<std::string, ImageTree>& trees)
      : options_(options), setup_(setup), trees_(trees) {}

  // Everything up and the kubeconfig written: from here on requests are answered while `serve` runs.
  Result<> start();
  // Until SIGTERM or SIGINT; ends all pods.
  void serve();
  [[nodiscard]] std::string data_plane() const { return plane().name(); }

 private:
  // The first node's: where the cluster itself stands.
  [[nodiscard]] DataPlane& plane() const { return *nodes_.front()->plane; }
  [[nodiscard]] bool isolated() const { return plane().isolates_pods(); }
  Result<> start_planes();
  Result<> start_api();
  void create_basics();
  Result<> create_api_service();
  void start_controllers();
  void start_nodes();
  void start_node(ClusterNode& its);
  [[nodiscard]] NodeTools tools_for(ClusterNode& its);
  Result<> start_names();
  Result<> put_endpoints(const std::string& ns, const std::string& name, const std::string& address, const json& ports);
  void start_faults();
  Result<> write_kubeconfig();
  std::string account_token(const PodSpec& pod, const VolumePart& part);
  std::string account_kubeconfig(const std::string& ns, const std::string& account);
  static void record(EventRecorder& events, const json& pod, const std::string& container, const std::string& type,
                     const std::string& reason, const std::string& message);

  const Options& options_;
  const SandboxSetup& setup_;
  const std::map<std::string, ImageTree>& trees_;
  boost::asio::io_context io_{1};
  Store store_{io_.get_executor()};
  SystemClock clock_{io_.get_executor()};
  Tokens tokens_;
  TlsIdentity identity_;
  std::unique_ptr<dns::Server> names_;
  std::optional<MachineView> view_;
  std::optional<Warden> warden_;
  Descriptor own_programs_;
  ClusterNodes nodes_;
  std::unique_ptr<ApiServer> server_;
  std::unique_ptr<Controllers> controllers_;
  std::unique_ptr<FaultKeeper> faults_;
  std::map<std::string, std::string> kubeconfigs_;  // the fallback's, by "ns/account": paths of memory files
  int api_port_ = 0;                                // of the listener that pods reach
};

}  // namespace straycat::cluster
