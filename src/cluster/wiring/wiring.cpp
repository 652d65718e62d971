#include "cluster/wiring/wiring.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cluster/kinds/json_help.hpp"
#include "cluster/node/own_programs.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/model/law.hpp>

namespace straycat::cluster {
namespace {

constexpr const char* kApiAddress = "10.96.0.1";
constexpr int kNodePort = 6443;

// A socket bound to the node's address and listening, in this thread's network namespace.
Result<int> listen_on(const std::string& address, int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, address.c_str(), &where.sin_addr);
  if (fd >= 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0 && ::listen(fd, 256) == 0)
    return fd;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  return own_trouble(fmt::format("listen on {}:{}: {}", address, port, std::strerror(error)));
}

Result<> write_all(int fd, const std::string& text) {
  if (::pwrite(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size())) return {};
  return own_trouble(std::string("write the kubeconfig: ") + std::strerror(errno));
}

json object(const std::string& api_version, const std::string& kind, const std::string& ns, const std::string& name) {
  json meta = {{"name", name}};
  if (!ns.empty()) meta["namespace"] = ns;
  return {{"apiVersion", api_version}, {"kind", kind}, {"metadata", meta}};
}

json controller_in(const json& object) {
  for (const json& owner : array_or_empty(object_or_empty(object, "metadata"), "ownerReferences"))
    if (owner.is_object() && owner.value("controller", json(false)) == json(true)) return owner;
  return json::object();
}

// "Deployment/sayhi": who stands at the top of a pod's owners.
std::string workload_of(const json& pod, const Store& store) {
  json owner = controller_in(pod);
  const std::string ns = text_at(pod, "/metadata/namespace");
  if (const auto between = store.get(string_or(owner, "kind"), ns, string_or(owner, "name")))
    if (const json above = controller_in(*between); !above.empty()) owner = above;
  return string_or(owner, "kind") + "/" + string_or(owner, "name");
}

}  // namespace

Result<> EmbeddedCluster::start() {
  if (const auto planes = start_planes(); !planes) return planes;
  create_basics();
  start_nodes();
  if (const auto api = start_api(); !api) return api;
  if (const auto service = create_api_service(); !service) return service;
  if (isolated())
    if (const auto names = start_names(); !names) return names;
  start_controllers();
  start_faults();
  return write_kubeconfig();
}

Result<> EmbeddedCluster::start_planes() {
  auto planes = make_data_planes(setup_.plane, setup_.truth_fd, options_.nodes);
  if (!planes) return planes.error().within("data plane");
  for (const NodeNet& net : node_nets(options_.nodes)) {
    auto its = std::make_unique<ClusterNode>();
    its->net = net;
    its->plane = std::move((*planes)[nodes_.size()]);
    nodes_.push_back(std::move(its));
  }
  if (setup_.state_dir.empty()) return {};
  const std::string pods = setup_.state_dir + "/pods";
  if (::mkdir(pods.c_str(), 0755) != 0 && errno != EEXIST) return own_trouble("make " + pods);
  auto view =
      look_at_machine({setup_.state_dir, static_cast<unsigned>(setup_.keeper), setup_.self_exe_fd, options_.shared});
  if (!view) return view.error().within("what pods see");
  view_ = std::move(*view);
  if (setup_.own_proc) warden_.emplace(io_);
  return {};
}

void EmbeddedCluster::create_basics() {
  for (const char* ns : {"default", "kube-system", "kube-public", "kube-node-lease"})
    (void)store_.create(object("v1", "Namespace", "", ns));
  json range = object("networking.k8s.io/v1", "ServiceCIDR", "", "kubernetes");  // where Services' addresses come from
  range["spec"] = {{"cidrs", json::array({"10.96.0.0/16"})}};
  (void)store_.create(range);
  (void)store_.mutate("ServiceCIDR", "", "kubernetes", [](json& made) {
    made["status"]["conditions"] = json::array({json{{"type", "Ready"},
                                                     {"status", "True"},
                                                     {"reason", ""},
                                                     {"message", "Kubernetes Service CIDR is ready"},
                                                     {"lastTransitionTime", made["metadata"]["creationTimestamp"]}}});
    return true;
  });
}

Result<> EmbeddedCluster::start_api() {
  auto identity =
      make_identity({"127.0.0.1", "localhost", plane().node_address(), kApiAddress, "kubernetes", "kubernetes.default",
                     "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"});
  if (!identity) return identity.error().within("certificates");
  identity_ = std::move(*identity);
  server_ = std::make_unique<ApiServer>(io_, store_, identity_, tokens_, faces_of(nodes_));
  api_port_ = setup_.port;
  if (isolated()) {
    const auto inside = listen_on(plane().node_address(), kNodePort);
    if (!inside) return inside.error();
    if (const auto added = server_->add_listener(*inside); !added) return added;
    api_port_ = kNodePort;
  }
  const int outside =
      ::fcntl(setup_.listen_fd, F_DUPFD_CLOEXEC, 3);  // the setup's own stays open as long as the process
  return server_->add_listener(outside);
}

// The Service "kubernetes" by which pods reach the API, with the slice that the API server itself keeps for it.
Result<> EmbeddedCluster::create_api_service() {
  json service = object("v1", "Service", "default", "kubernetes");
  service["metadata"]["labels"] = {{"component", "apiserver"}, {"provider", "kubernetes"}};
  service["spec"] = {
      {"clusterIP", kApiAddress},
      {"ports", json::array({json{{"name", "https"}, {"port", 443}, {"protocol", "TCP"}, {"targetPort", api_port_}}})}};
  if (const auto made = store_.create(service); !made)
    return own_trouble("Service kubernetes: " + made.error().message);
  return put_endpoints("default", "kubernetes", plane().node_address(),
                       json::array({json{{"name", "https"}, {"port", api_port_}, {"protocol", "TCP"}}}));
}

// Who stands behind a Service of the cluster's own, in both kinds.
Result<> EmbeddedCluster::put_endpoints(const std::string& ns, const std::string& name, const std::string& address,
                                        const json& ports) {
  json slice = object("discovery.k8s.io/v1", "EndpointSlice", ns, name);
  slice["metadata"]["labels"] = {{"kubernetes.io/service-name", name}};
  slice["addressType"] = "IPv4";
  slice["ports"] = ports;
  slice["endpoints"] = json::array({json{{"addresses", json::array({address})}, {"conditions", {{"ready", true}}}}});
  if (const auto made = store_.create(slice); !made)
    return own_trouble("EndpointSlice " + name + ": " + made.error().message);
  json endpoints = object("v1", "Endpoints", ns, name);
  endpoints["metadata"]["labels"] = {{"endpointslice.kubernetes.io/skip-mirror", "true"}};
  endpoints["subsets"] = json::array({json{{"addresses", json::array({json{{"ip", address}}})}, {"ports", ports}}});
  if (const auto made = store_.create(endpoints); !made)
    return own_trouble("Endpoints " + name + ": " + made.error().message);
  return {};
}

void EmbeddedCluster::start_controllers() {
  controllers_ = std::make_unique<Controllers>(io_, store_, ControllersOptions{identity_.ca}, clock_);
  controllers_->start();
  for (const auto& its : nodes_) {
    its->proxier = std::make_unique<Proxier>(
        io_, store_, *its->plane, options_.min_sync_period,
        [](const Error& error) { say("straycat cluster: Service rules: {}\n", error.message); }, its->net.name());
    its->policies = std::make_unique<PolicyKeeper>(
        store_, *its->plane, [](const Error& error) { say("straycat cluster: policy rules: {}\n", error.message); });
  }
}

// Faults on order: who does what.
void EmbeddedCluster::start_faults() {
  FaultHands hands;
  hands.signal = [this](const std::string& ns, const std::string& pod, const std::string& container, int number,
                        bool all) { return node_of(nodes_, ns, pod).node->signal(ns, pod, container, number, all); };
  hands.out_of_memory = [this](const std::string& ns, const std::string& pod, const std::string& container) {
    return node_of(nodes_, ns, pod).node->run_out_of_memory(ns, pod, container);
  };
  hands.address_of = [this](const std::string& ns, const std::string& pod) {
    return node_of(nodes_, ns, pod).node->address_of(ns, pod);
  };
  hands.set_network = [this](const std::vector<NetworkFault>& all) { return apply_faults(nodes_, all); };
  hands.set_delay = [this](const std::string& address, Nanos length) {
    return plane_of(nodes_, address).delay(address, length);
  };
  for (const auto& its : nodes_)
    hands.proxies[its->net.name()] = {[&its](bool stopped) { stopped ? its->proxier->stop() : its->proxier->go_on(); },
                                      [&its](Nanos length) { its->proxier->lag_by(length); }};
  hands.set_node_away = [this](const std::string& node, bool away) -> Result<> {
    if (node.empty()) return bad_input("node: none is named");
    auto& its = node_named(nodes_, node);
    if (&its == nodes_.front().get()) return bad_input(node + " is where the API server stands");
    its.node->set_away(away);
    return {};
  };
  hands.set_api_away = [this](bool away) { server_->set_away(away); };
  hands.end_watches = [this](bool compact) {
    if (compact) store_.compact();
    server_->end_watches();
  };
  hands.has_names = [this] { return names_ != nullptr; };
  hands.disturb_names = [this](FaultHow how, Nanos delay) {
    dns::Disturbance wanted;
    if (how == FaultHow::servfail) wanted.code = dns::Code::server_failure;
    if (how == FaultHow::nxdomain) wanted.code = dns::Code::no_name;
    wanted.silent = how == FaultHow::silence;
    wanted.delay = delay;
    if (names_) names_->disturb(wanted);
  };
  faults_ = std::make_unique<FaultKeeper>(io_, store_, std::move(hands));
}

NodeTools EmbeddedCluster::tools_for(ClusterNode& its) {
  return {io_,
          store_,
          *its.plane,
          setup_.state_dir,
          isolated() ? name_server_address : "",
          warden_ ? &*warden_ : nullptr,
          view_ ? &*view_ : nullptr,
          {},
          setup_.self_exe_fd,
          Descriptor(own_programs_ ? ::fcntl(own_programs_.get(), F_DUPFD_CLOEXEC, 3) : -1),
          "",
          443,
          false,
          {},
          {},
          {},
          {},
          {},
          {}};
}

void EmbeddedCluster::start_nodes() {
  own_programs_ = open_own_programs();
  for (const auto& its : nodes_) start_node(*its);
}

void EmbeddedCluster::start_node(ClusterNode& its) {
  its.events = std::make_unique<EventRecorder>(store_, clock_, "kubelet", its.net.name());
  its.tools = std::make_unique<NodeTools>(tools_for(its));
  NodeTools& tools = *its.tools;
  tools.lifecycle.host_address = its.plane->node_address();
  tools.lifecycle.by_hand = !options_.die_with_parent;
  if (isolated()) {
    tools.api_host = kApiAddress;
    tools.account_files = [this](const std::string& ns) {
      return std::map<std::string, std::string>{{"ca.crt", identity_.ca}, {"namespace", ns}};
    };
    tools.account_token = [this](const PodSpec& pod, const VolumePart& part) { return account_token(pod, part); };
  } else {
    tools.account_kubeconfig = [this](const std::string& ns, const std::string& account) {
      return account_kubeconfig(ns, account);
    };
  }
  tools.record = [events = its.events.get()](const json& pod, const std::string& container, const std::string& type,
                                             const std::string& reason, const std::string& message) {
    record(*events, pod, container, type, reason, message);
  };
  tools.start_delay = [this](const json& pod) {
    if (!faults_ || !faults_->any()) return Nanos{};
    return faults_->start_delay(text_at(pod, "/metadata/namespace"), workload_of(pod, store_));
  };
  NodeSettings settings;
  settings.name = its.net.name();
  settings.pod_block = its.net.block.text();
  settings.data_plane = to_string(isolated() ? model::Plane::kernel : model::Plane::fallback);
  settings.images = options_.images;
  settings.trees = trees_;
  its.node = std::make_unique<Node>(tools, settings);
}

void EmbeddedCluster::record(EventRecorder& events, const json& pod, const std::string& container,
                             const std::string& type, const std::string& reason, const std::string& message) {
  std::string part;
  if (!container.empty()) {
    bool init = false;
    for (const json& item : array_or_empty(object_or_empty(pod, "spec"), "initContainers"))
      init = init || string_or(item, "name") == container;
    part = fmt::format("spec.{}{{{}}}", init ? "initContainers" : "containers", container);
  }
  type == "Normal" ? events.normal(pod, reason, message, part) : events.warning(pod, reason, message, part);
}

// The name server, and the Service by which a real cluster has one. kube-proxy leaves it alone: the node answers
// itself.
Result<> EmbeddedCluster::start_names() {
  auto server = dns::Server::start(io_, store_, name_server_address, 53);
  if (!server) return server.error();
  names_ = std::move(*server);
  json service = object("v1", "Service", "kube-system", "kube-dns");
  service["metadata"]["labels"] = {{"k8s-app", "kube-dns"}, {"service.kubernetes.io/service-proxy-name", "straycat"}};
  const auto port = [](const char* name, const char* protocol) {
    return json{{"name", name}, {"port", 53}, {"protocol", protocol}, {"targetPort", 53}};
  };
  service["spec"] = {{"clusterIP", name_server_address},
                     {"ports", json::array({port("dns", "UDP"), port("dns-tcp", "TCP")})}};
  if (const auto made = store_.create(service); !made) return own_trouble("Service kube-dns: " + made.error().message);
  json ports = service["spec"]["ports"];
  for (json& each : ports) each.erase("targetPort");
  return put_endpoints("kube-system", "kube-dns", name_server_address, ports);
}

// An hour and seven seconds are what every pod has by itself: those are good for a year, as a real API server makes
// them (pkg/serviceaccount ExpirationExtensionSeconds).
std::string EmbeddedCluster::account_token(const PodSpec& pod, const VolumePart& part) {
  TokenOrder order{.ns = pod.ns, .account = pod.service_account, .account_uid = ""};
  const auto uid_of = [&](const char* kind, const std::string& ns, const std::string& name) {
    const auto object = store_.get(kind, ns, name);
    return object ? text_at(*object, "/metadata/uid") : std::string{};
  };
  order.account_uid = uid_of("ServiceAccount", pod.ns, pod.service_account);
  order.pod = pod.name;
  order.pod_uid = pod.uid;
  order.node = pod.node;
  order.node_uid = uid_of("Node", "", pod.node);
  if (!part.audience.empty()) order.audiences = {part.audience};
  order.seconds = part.seconds == 3607 ? 365L * 24 * 3600 : part.seconds;
  order.lasting = true;
  return tokens_.issue(order).token;
}

std::string EmbeddedCluster::account_kubeconfig(const std::string& ns, const std::string& account) {
  std::string& path = kubeconfigs_[ns + "/" + account];
  if (!path.empty()) return path;
  const auto fd = make_memory_file("straycat-account");
  if (!fd) return path;
  const std::string text =
      make_kubeconfig(identity_, fmt::format("https://127.0.0.1:{}", setup_.port), tokens_.issue_token(ns, account));
  if (write_all(*fd, text)) path = fmt::format("/proc/{}/fd/{}", ::getpid(), *fd);
  return path;
}

Result<> EmbeddedCluster::write_kubeconfig() {
  const std::string text =
      make_kubeconfig(identity_, fmt::format("https://127.0.0.1:{}", setup_.port), tokens_.admin());
  if (const auto done = write_all(setup_.kubeconfig_fd, text); !done) return done;
  return setup_.kubeconfig_copy_fd < 0 ? Result<>() : write_all(setup_.kubeconfig_copy_fd, text);
}

void EmbeddedCluster::serve() {
  ::signal(SIGPIPE, SIG_IGN);  // a command may close its standard input while somebody writes into it
  boost::asio::signal_set signals(io_, SIGTERM, SIGINT);
  signals.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    for (const auto& its : nodes_) its->node->kill_all();
    server_->stop();
    io_.stop();
  });
  io_.run();
}

}  // namespace straycat::cluster
