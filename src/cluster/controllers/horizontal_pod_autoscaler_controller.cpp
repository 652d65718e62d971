#include "cluster/controllers/horizontal_pod_autoscaler_controller.hpp"

namespace straycat::cluster {
namespace {

const json& target_of(const json& autoscaler) { return object_or_empty(spec_of(autoscaler), "scaleTargetRef"); }

bool aims_at(const json& autoscaler, const std::string& kind, const std::string& name) {
  return string_or(target_of(autoscaler), "kind") == kind && string_or(target_of(autoscaler), "name") == name;
}

// Metrics are what it has none of.
json conditions(const std::string& since) {
  const auto one = [&](const char* type, const char* status, const char* reason, const char* message) {
    return json{
        {"type", type}, {"status", status}, {"reason", reason}, {"message", message}, {"lastTransitionTime", since}};
  };
  return json::array(
      {one("AbleToScale", "True", "SucceededGetScale", "the HPA controller was able to get the target's current scale"),
       one("ScalingActive", "False", "FailedGetResourceMetric",
           "the HPA was unable to compute the replica count: this cluster measures nothing")});
}

}  // namespace

Bounding bounded_by(const json& autoscaler, std::int64_t replicas) {
  if (replicas == 0) return {0, ""};
  const auto least = spec_number(autoscaler, "minReplicas", 1), most = spec_number(autoscaler, "maxReplicas", 1);
  if (replicas > most) return {most, "Current number of replicas above Spec.MaxReplicas"};
  if (replicas < least) return {least, "Current number of replicas below Spec.MinReplicas"};
  return {replicas, ""};
}

HorizontalPodAutoscalerController::HorizontalPodAutoscalerController(World world)
    : world_(std::move(world)),
      events_(world_.store, world_.clock, "horizontal-pod-autoscaler"),
      queue_(world_.executor, world_.clock, [this](const Key& key) { sync(key); }) {}

void HorizontalPodAutoscalerController::on_change(const Change& change) {
  if (change.kind == "HorizontalPodAutoscaler") return queue_.add({change.ns, change.name});
  for (const auto& autoscaler : world_.store.list("HorizontalPodAutoscaler", change.ns))
    if (!change.ns.empty() && aims_at(*autoscaler, change.kind, change.name)) queue_.add(key_of(*autoscaler));
}

void HorizontalPodAutoscalerController::scale(const json& autoscaler, const json& target, const Bounding& wanted) {
  const auto scaled = world_.store.mutate(kind_of(target), namespace_of(target), name_of(target), [&](json& object) {
    object["spec"]["replicas"] = wanted.replicas;
    return true;
  });
  if (scaled)
    events_.normal(autoscaler, "SuccessfulRescale",
                   "New size: " + std::to_string(wanted.replicas) + "; reason: " + wanted.reason);
}

void HorizontalPodAutoscalerController::sync(const Key& key) {
  const auto autoscaler = world_.store.get("HorizontalPodAutoscaler", key.first, key.second);
  if (!autoscaler || is_deleted(*autoscaler)) return;
  const auto* kind = world_.store.row_of(target_of(*autoscaler));
  if (kind == nullptr || !kind->has_scale) return;
  const auto target = world_.store.get(kind->key(), key.first, string_or(target_of(*autoscaler), "name"));
  if (!target || is_deleted(*target)) return;
  const auto wanted = bounded_by(*autoscaler, spec_number(*target, "replicas", 1));
  if (!wanted.reason.empty()) scale(*autoscaler, *target, wanted);
  (void)world_.store.mutate("HorizontalPodAutoscaler", key.first, key.second, [&](json& object) {
    auto& status = object["status"];
    status["currentReplicas"] = status_number(*target, "replicas");
    status["desiredReplicas"] = wanted.replicas;
    if (!status.contains("conditions")) status["conditions"] = conditions(kube_time(world_.clock.wall_seconds()));
    return true;
  });
}

std::unique_ptr<Controller> horizontal_pod_autoscaler_controller(const Start& start) {
  return std::make_unique<HorizontalPodAutoscalerController>(start.world);
}

}  // namespace straycat::cluster
