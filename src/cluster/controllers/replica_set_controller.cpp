#include "cluster/controllers/replica_set_controller.hpp"

#include <algorithm>

namespace straycat::cluster {
namespace {

// At most so many pods a step, as in Kubernetes: a typo in `replicas` must not start a million processes at once.
constexpr std::int64_t burst = 500;

bool fully_labelled(const json& set, const json& pod) {
  const auto wanted = labels_of(object_or_empty(spec_of(set), "template"));
  const auto labels = labels_of(pod);
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& pair) {
    const auto found = labels.find(pair.first);
    return found != labels.end() && found->second == pair.second;
  });
}

json status_for(const json& set, const std::vector<Object>& pods, std::int64_t now) {
  const auto count = [&](auto&& wanted) {
    return std::count_if(pods.begin(), pods.end(), [&](const Object& pod) { return wanted(*pod); });
  };
  const auto min_ready = spec_number(set, "minReadySeconds");
  auto status = json::object();
  status["replicas"] = count(pod_active);
  const std::pair<const char*, std::int64_t> numbers[] = {
      {"fullyLabeledReplicas", count([&](const json& pod) { return pod_active(pod) && fully_labelled(set, pod); })},
      {"readyReplicas", count([](const json& pod) { return pod_active(pod) && pod_ready(pod); })},
      {"availableReplicas",
       count([&](const json& pod) { return pod_active(pod) && pod_available(pod, min_ready, now); })},
      {"observedGeneration", integer_or(object_or_empty(set, "metadata"), "generation")}};
  for (const auto& [key, number] : numbers)
    if (number != 0) status[key] = number;
  status["terminatingReplicas"] = count(pod_terminating);
  return status;
}

std::optional<std::int64_t> next_available(const json& set, const std::vector<Object>& pods, std::int64_t now) {
  const auto min_ready = spec_number(set, "minReadySeconds");
  std::optional<std::int64_t> soonest;
  for (const auto& pod : pods) {
    if (!pod_active(*pod) || !pod_ready(*pod) || pod_available(*pod, min_ready, now)) continue;
    const auto wait = pod_ready_since(*pod) + min_ready - now;
    soonest = soonest ? std::min(*soonest, wait) : wait;
  }
  return soonest;
}

}  // namespace

ReplicaSetPlan decide_replica_set(const json& set, const std::vector<Object>& pods, std::int64_t now) {
  ReplicaSetPlan plan;
  plan.status = status_for(set, pods, now);
  plan.recheck_in = next_available(set, pods, now);
  if (is_deleted(set)) return plan;
  std::vector<Object> active;
  std::copy_if(pods.begin(), pods.end(), std::back_inserter(active),
               [](const Object& pod) { return pod_active(*pod); });
  const auto surplus = static_cast<std::int64_t>(active.size()) - spec_number(set, "replicas", 1);
  plan.create = std::clamp<std::int64_t>(-surplus, 0, burst);
  if (surplus <= 0) return plan;
  sort_for_deletion(active, now);
  for (std::int64_t i = 0; i < std::min(surplus, burst); ++i)
    plan.remove.push_back(name_of(*active[static_cast<std::size_t>(i)]));
  return plan;
}

ReplicaSetController::ReplicaSetController(World world, Keeper keeper)
    : world_(std::move(world)),
      kind_(keeper == Keeper::replica_set ? "ReplicaSet" : "ReplicationController"),
      events_(world_.store, world_.clock,
              keeper == Keeper::replica_set ? "replicaset-controller" : "replication-controller"),
      queue_(world_.executor, world_.clock, [this](const Key& key) { sync(key); }) {}

void ReplicaSetController::wake_owner(const json& pod) {
  const auto* owner = controller_of(pod);
  if (owner != nullptr && string_or(*owner, "kind") == kind_)
    queue_.add({namespace_of(pod), string_or(*owner, "name")});
}

void ReplicaSetController::on_change(const Change& change) {
  if (change.kind == kind_) queue_.add({change.ns, change.name});
  if (change.kind != "Pod") return;
  wake_owner(*change.object);
  if (change.previous) wake_owner(*change.previous);
  if (change.type == ChangeType::deleted || controller_of(*change.object) != nullptr) return;
  for (const auto& set : world_.store.list(kind_, change.ns))  // an orphan may be adopted
    if (model::matches(selector_of(*set), labels_of(*change.object))) queue_.add(key_of(*set));
}

std::string ReplicaSetController::create_pod(const json& set) {
  const auto made = world_.store.create(pod_from_template(set));
  if (made) {
    events_.normal(set, "SuccessfulCreate", "Created pod: " + name_of(**made));
    return {};
  }
  events_.warning(set, "FailedCreate", "Error creating: " + made.error().message);
  return made.error().message;
}

void ReplicaSetController::sync(const Key& key) {
  const auto set = world_.store.get(kind_, key.first, key.second);
  if (!set) return;
  const auto selector = selector_of(*set);
  if (selector.empty()) return;
  const auto pods = apply_claim(world_.store, *set, claim(*set, selector, world_.store.list("Pod", key.first)));
  const auto plan = decide_replica_set(*set, pods, world_.clock.wall_seconds());
  std::string refusal;
  for (std::int64_t i = 0; i < plan.create && refusal.empty(); ++i) refusal = create_pod(*set);
  for (const auto& name : plan.remove)
    if (world_.store.remove("Pod", key.first, name)) events_.normal(*set, "SuccessfulDelete", "Deleted pod: " + name);
  write_status(key, plan.status, refusal);
  if (plan.recheck_in) queue_.add_after(key, std::chrono::seconds(*plan.recheck_in));
  if (!refusal.empty()) queue_.add_after(key, std::chrono::seconds(1));  // a quota may have room again
}

// With the condition ReplicaFailure for as long as pods are refused (replica_set_utils.go calculateStatus).
void ReplicaSetController::write_status(const Key& key, json status, const std::string& refusal) {
  (void)world_.store.mutate(kind_, key.first, key.second, [&](json& object) {
    const auto* known = condition_of(status_of(object), "ReplicaFailure");
    auto conditions = json::array();
    for (const auto& other : array_or_empty(status_of(object), "conditions"))
      if (string_or(other, "type") != "ReplicaFailure") conditions.push_back(other);
    if (!refusal.empty())
      conditions.push_back(known != nullptr ? *known
                                            : json{{"type", "ReplicaFailure"},
                                                   {"status", "True"},
                                                   {"reason", "FailedCreate"},
                                                   {"message", refusal},
                                                   {"lastTransitionTime", kube_time(world_.clock.wall_seconds())}});
    if (!conditions.empty()) status["conditions"] = std::move(conditions);
    if (kind_ == "ReplicationController") status.erase("terminatingReplicas");
    object["status"] = std::move(status);
    return true;
  });
}

std::unique_ptr<Controller> replica_set_controller(const Start& start) {
  return std::make_unique<ReplicaSetController>(start.world, Keeper::replica_set);
}

}  // namespace straycat::cluster
