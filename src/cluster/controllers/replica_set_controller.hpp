// The ReplicaSet controller, which is the ReplicationController's, too (kubernetes
// pkg/controller/replicaset/replica_set.go, replica_set_utils.go).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/events.hpp"
#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

struct ReplicaSetPlan {
  std::int64_t create = 0;
  std::vector<std::string> remove;  // pods, in this order
  json status;
  std::optional<std::int64_t> recheck_in;  // seconds: when the next pod will have been ready for minReadySeconds
};

// `pods`: those that it owns, in any state.
[[nodiscard]] ReplicaSetPlan decide_replica_set(const json& set, const std::vector<Object>& pods, std::int64_t now);

// Kinds that keep a number of pods, and nothing else.
enum class Keeper { replica_set, replication_controller };

class ReplicaSetController final : public Controller {
 public:
  ReplicaSetController(World world, Keeper keeper);
  void on_change(const Change& change) override;

 private:
  void sync(const Key& key);
  void wake_owner(const json& pod);
  // Why it could not make one; "" = it did.
  std::string create_pod(const json& set);
  void write_status(const Key& key, json status, const std::string& refusal);

  World world_;
  std::string kind_;
  EventRecorder events_;
  WorkQueue queue_;
};

}  // namespace straycat::cluster
