#include "cluster/controllers/deployment_controller.hpp"

#include "cluster/controllers/rollout.hpp"

namespace straycat::cluster {

DeploymentController::DeploymentController(World world)
    : world_(std::move(world)),
      events_(world_.store, world_.clock, "deployment-controller"),
      queue_(world_.executor, world_.clock, [this](const Key& key) { sync(key); }) {}

void DeploymentController::wake_owner(const json& object) {
  const auto* owner = controller_of(object);
  if (owner != nullptr && string_or(*owner, "kind") == "Deployment")
    queue_.add({namespace_of(object), string_or(*owner, "name")});
}

void DeploymentController::on_change(const Change& change) {
  if (change.kind == "Deployment") queue_.add({change.ns, change.name});
  if (change.kind == "ReplicaSet") {
    wake_owner(*change.object);
    if (change.previous) wake_owner(*change.previous);
    if (controller_of(*change.object) == nullptr)  // an orphan may be adopted
      for (const auto& deployment : world_.store.list("Deployment", change.ns)) queue_.add(key_of(*deployment));
  }
  // Recreate waits for the end of pods, which their sets' status no longer counts.
  if (change.kind != "Pod" || (change.type != ChangeType::deleted && !pod_terminal(*change.object))) return;
  const auto* owner = controller_of(*change.object);
  if (owner == nullptr || string_or(*owner, "kind") != "ReplicaSet") return;
  if (const auto set = world_.store.get("ReplicaSet", change.ns, string_or(*owner, "name"))) wake_owner(*set);
}

void DeploymentController::sync(const Key& key) {
  const auto deployment = world_.store.get("Deployment", key.first, key.second);
  if (!deployment) return;
  const auto selector = selector_of(*deployment);
  if (selector.empty()) return;  // it would own everything
  const auto sets =
      apply_claim(world_.store, *deployment, claim(*deployment, selector, world_.store.list("ReplicaSet", key.first)));
  std::vector<Object> pods;
  for (const auto& pod : world_.store.list("Pod", key.first))
    for (const auto& set : sets)
      if (is_controlled_by(*pod, *set)) pods.push_back(pod);
  const auto plan = decide_deployment(*deployment, sets, pods, world_.clock.wall_seconds());
  carry_out(*deployment, plan);
  if (plan.recheck_in) queue_.add_after(key, std::chrono::seconds(*plan.recheck_in));
}

bool DeploymentController::create_set(const json& deployment, const json& set) {
  const auto made = world_.store.create(set);
  if (made) return true;
  if (made.error().reason != "AlreadyExists") return false;  // its namespace is going
  // Another template under our name: hash again with one more collision (sync.go getNewReplicaSet).
  (void)world_.store.mutate("Deployment", namespace_of(deployment), name_of(deployment), [](json& object) {
    object["status"]["collisionCount"] = status_number(object, "collisionCount") + 1;
    return true;
  });
  return false;
}

void DeploymentController::carry_out(const json& deployment, const DeploymentPlan& plan) {
  const auto ns = namespace_of(deployment);
  if (plan.create && !create_set(deployment, *plan.create)) return;
  for (const auto& [name, patch] : plan.patches)
    (void)world_.store.mutate("ReplicaSet", ns, name, [&](json& set) {
      set.merge_patch(patch);
      return true;
    });
  for (const auto& name : plan.remove) (void)world_.store.remove("ReplicaSet", ns, name);
  for (const auto& message : plan.events) events_.normal(deployment, "ScalingReplicaSet", message);
  (void)world_.store.mutate("Deployment", ns, name_of(deployment), [&](json& object) {
    object["status"] = plan.deployment["status"];
    const auto revision = annotation_of(plan.deployment, revision_key);
    if (!revision.empty()) object["metadata"]["annotations"][revision_key] = revision;
    return true;
  });
}

std::unique_ptr<Controller> deployment_controller(const Start& start) {
  return std::make_unique<DeploymentController>(start.world);
}

}  // namespace straycat::cluster
