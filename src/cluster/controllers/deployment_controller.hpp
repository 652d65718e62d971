// The Deployment controller: what to do next, decided without a store (kubernetes pkg/controller/deployment: sync.go,
// rolling.go, recreate.go, progress.go).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/events.hpp"
#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

// One step of a Deployment. Each step changes something that brings the next one about.
struct DeploymentPlan {
  std::optional<json> create;           // a ReplicaSet; when its name is taken by another template, count a collision
  std::map<std::string, json> patches;  // merge patches, by ReplicaSet name
  std::vector<std::string> remove;      // ReplicaSets beyond revisionHistoryLimit
  json deployment;                      // as it must stand afterwards: revision annotation and status
  std::vector<std::string> events;      // ScalingReplicaSet's messages
  std::optional<std::int64_t> recheck_in;  // seconds: a progress deadline that nothing else would wake
};

// `sets`: the ReplicaSets that it owns. `pods`: those of all these sets (Recreate waits for their end). `now`: seconds
// since 1970.
[[nodiscard]] DeploymentPlan decide_deployment(const json& deployment, const std::vector<Object>& sets,
                                               const std::vector<Object>& pods, std::int64_t now);

// The label value that tells one template's pods from another's.
[[nodiscard]] std::string pod_template_hash(const json& pod_template, std::int64_t collisions);

class DeploymentController final : public Controller {
 public:
  explicit DeploymentController(World world);
  void on_change(const Change& change) override;

 private:
  void sync(const Key& key);
  void carry_out(const json& deployment, const DeploymentPlan& plan);
  bool create_set(const json& deployment, const json& set);  // whether it stands now
  void wake_owner(const json& set);

  World world_;
  EventRecorder events_;
  WorkQueue queue_;
};

}  // namespace straycat::cluster
