// The node: runs the pods that are bound to it as real processes, and tells the store how they fare.
//
// What it does not do, and says in an Event or a container's state instead of guessing: volumes of the machine or of
// others' making (FailedMount), grpc probes ("errored").
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cluster/node/pod_runner.hpp"
#include "cluster/node/pod_status.hpp"
#include "cluster/store/pod_faces.hpp"

namespace straycat::cluster {

// kube-controller-manager's --node-monitor-grace-period (50 s from 1.32 on).
inline constexpr Nanos node_patience = std::chrono::seconds{50};

struct NodeSettings {
  std::string name = "node1";
  std::string pod_block = "10.244.0.0/16";                 // spec.podCIDR
  std::string data_plane;                                  // label straycat.dev/data-plane
  std::map<std::string, std::vector<std::string>> images;  // image name -> command line, beside our own
  std::map<std::string, ImageTree> trees;                  // image name -> its files
};

// The one of `all` that a manifest's image name means: by itself, else without what a registry's name adds
// ("docker.io/", "library/", ":latest"), else, for a name without a tag, whatever tag is asked for. Null: none.
template <class T>
[[nodiscard]] const T* image_named(const std::map<std::string, T>& all, const std::string& image) {
  if (const auto exact = all.find(image); exact != all.end()) return &exact->second;
  for (const auto& [name, value] : all)
    if (same_image(name, image)) return &value;
  for (const auto& [name, value] : all)
    if (name == bare_image_name(name) && bare_image_name(name) == bare_image_name(image)) return &value;
  return nullptr;
}

// What an image's name stands for: the settings' own, else one of our programs ("/proc/self/exe", "image", "sayhi"),
// else nothing. Tags, digests and "docker.io/" do not matter, unless the settings name exactly that.
[[nodiscard]] std::vector<std::string> program_of(const std::string& image,
                                                  const std::map<std::string, std::vector<std::string>>& images);

// The Node object as it is when the node is up.
[[nodiscard]] json make_node_object(const NodeSettings& settings, const std::string& address);

// As the cluster shows a node of which it has heard nothing for `node_patience`, and a pod of it (returns whether
// anything changed); and takes the node's taints back. kubernetes
// pkg/controller/nodelifecycle/node_lifecycle_controller.go.
void make_unreachable(json& node);
void make_reachable(json& node);
bool mark_not_ready(json& pod);

class Node {
 public:
  // Registers the Node object and starts what is bound to it; follows the store from there. `tools` must outlive it.
  Node(NodeTools& tools, NodeSettings settings);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // SIGKILL to every pod; the store is not told. For the cluster's end.
  void kill_all();
  [[nodiscard]] PodLogs logs();
  [[nodiscard]] PodStreams streams();
  // `words` as a further process of a running container: in its namespaces and file tree, with its environment, working
  // directory and user, as kubelet's exec starts it. The caller fills in the streams and hands it to Process::start. An
  // error names the container that does not run: `container not found ("c")`.
  [[nodiscard]] Result<Command> command_in(const std::string& ns, const std::string& pod, const std::string& container,
                                           const std::vector<std::string>& words) const;

  // Faults on order. A signal to the main process of a container, of each that runs where `container` is "" (with
  // `all`: to whatever it started, too). Errors (bad_input): none runs.
  Result<> signal(const std::string& ns, const std::string& pod, const std::string& container, int number, bool all);
  // Ends a container, or each, as the kernel's out-of-memory killer does. Errors (bad_input): none runs.
  Result<> run_out_of_memory(const std::string& ns, const std::string& pod, const std::string& container);
  [[nodiscard]] bool runs(const std::string& ns, const std::string& pod) const { return runner_of(ns, pod) != nullptr; }
  // The address of a pod of this node that has one; "" else.
  [[nodiscard]] std::string address_of(const std::string& ns, const std::string& pod) const;

  // Out of everybody's reach: it hears nothing and tells nothing, and its pods go on. After `node_patience` it is taken
  // for dead (NotReady, its pods not ready, taints that evict), as by kube-controller-manager. When it comes back it
  // tells how its pods are by then.
  void set_away(bool away);
  [[nodiscard]] bool away() const { return tools_.away; }

  [[nodiscard]] std::size_t pods() const { return runners_.size(); }

 private:
  void register_node();
  void give_up();
  void come_back();
  void on_change(const Change& change);
  void on_pod(const Object& pod);
  void take(const Object& pod, const std::string& uid);
  [[nodiscard]] std::shared_ptr<PodRunner> runner_of(const std::string& ns, const std::string& pod) const;
  [[nodiscard]] StoreResult<std::shared_ptr<CommandSession>> run(const CommandRequest& request,
                                                                 CommandListener listener) const;
  [[nodiscard]] StoreResult<std::shared_ptr<LogBook>> find_log(const LogRequest& request) const;

  NodeTools& tools_;
  NodeSettings settings_;
  std::map<std::string, std::shared_ptr<PodRunner>> runners_;  // by uid
  boost::asio::steady_timer patience_;
  Subscription changes_;
};

}  // namespace straycat::cluster
