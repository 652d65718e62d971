// The DaemonSet controller: a pod on each node that will take one (kubernetes
// pkg/controller/daemon/daemon_controller.go and update.go).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/events.hpp"
#include "cluster/controllers/objects.hpp"
#include "cluster/controllers/revisions.hpp"

namespace straycat::cluster {

struct DaemonSetPlan {
  std::vector<std::string> create;  // nodes that get a pod
  std::vector<std::string> failed;  // pods that have ended: they go, and others come
  std::vector<std::string> remove;
  json status;
  std::optional<std::int64_t> recheck_in;  // seconds: when the next pod will have been ready for minReadySeconds
};

// `pods`: those that it owns, in any state; `hash`: what its newest template's pods are labelled with.
[[nodiscard]] DaemonSetPlan decide_daemon_set(const json& set, const std::vector<Object>& pods,
                                              const std::vector<Object>& nodes, const std::string& hash,
                                              std::int64_t now);

// A pod of it for that node.
[[nodiscard]] json daemon_pod(const json& set, const std::string& node, const std::string& hash);

class DaemonSetController final : public Controller {
 public:
  explicit DaemonSetController(World world);
  void on_change(const Change& change) override;

 private:
  void sync(const Key& key);
  void carry_out(const json& set, const DaemonSetPlan& plan, const std::string& hash);
  void remove(const json& set, const std::string& pod);
  void wake_owner(const json& pod);

  World world_;
  EventRecorder events_;
  WorkQueue queue_;
};

}  // namespace straycat::cluster
