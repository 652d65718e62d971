#include "cluster/controllers/job_controller.hpp"

#include "cluster/controllers/job_pods.hpp"

namespace straycat::cluster {

JobController::JobController(World world)
    : world_(std::move(world)),
      events_(world_.store, world_.clock, "job-controller"),
      queue_(world_.executor, world_.clock, [this](const Key& key) { sync(key); }) {}

void JobController::on_change(const Change& change) {
  if (change.kind == "Pod") on_pod(change);
  if (change.kind != "Job") return;
  queue_.add({change.ns, change.name});
  if (change.type != ChangeType::deleted) return;
  // Nobody will count the pods that it leaves behind.
  for (const auto& pod : world_.store.list("Pod", change.ns))
    if (is_controlled_by(*pod, *change.object)) release(key_of(*pod));
}

// A pod that nobody controls: a Job may adopt it, else nobody will ever count it (syncOrphanPod).
void JobController::on_orphan(const json& pod) {
  bool wanted = false;
  for (const auto& job : world_.store.list("Job", namespace_of(pod))) {
    const auto selector = selector_of(*job);
    if (is_deleted(*job) || selector.empty() || !model::matches(selector, labels_of(pod))) continue;
    queue_.add(key_of(*job));
    wanted = true;
  }
  if (tracked(pod) && !wanted) release(key_of(pod));
}

void JobController::on_pod(const Change& change) {
  const auto* owner = controller_of(*change.object);
  if (owner == nullptr && change.type != ChangeType::deleted) return on_orphan(*change.object);
  if (owner == nullptr || string_or(*owner, "kind") != "Job") return;
  const Key key{change.ns, string_or(*owner, "name")};
  const auto job = world_.store.get("Job", key.first, key.second);
  const bool orphan = !job || uid_of(*job) != string_or(*owner, "uid");
  if (!orphan)
    queue_.add(key);
  else if (change.type != ChangeType::deleted)
    release(key_of(*change.object));
}

// Takes the tracking finalizer off a pod.
void JobController::release(const Key& pod) {
  (void)world_.store.mutate("Pod", pod.first, pod.second, [](json& object) {
    auto kept = json::array();
    for (const auto& finalizer : array_or_empty(object["metadata"], "finalizers"))
      if (finalizer != json(job_tracking_finalizer)) kept.push_back(finalizer);
    if (kept.empty())
      object["metadata"].erase("finalizers");
    else
      object["metadata"]["finalizers"] = std::move(kept);
    return true;
  });
}

bool JobController::create_pod(const json& job, json pod) {
  pod["metadata"]["finalizers"].push_back(job_tracking_finalizer);
  const auto made = world_.store.create(std::move(pod));
  if (made) {
    events_.normal(job, "SuccessfulCreate", "Created pod: " + name_of(**made));
    return true;
  }
  events_.warning(job, "FailedCreate", "Error creating: " + made.error().message);
  return false;
}

void JobController::sync(const Key& key) {
  const auto job = world_.store.get("Job", key.first, key.second);
  if (!job) return;
  const auto selector = selector_of(*job);
  if (selector.empty()) return;
  const auto pods = apply_claim(world_.store, *job, claim(*job, selector, world_.store.list("Pod", key.first)));
  const auto plan = decide_job(*job, pods, world_.clock.wall_seconds());
  carry_out(*job, plan);
  if (plan.recheck_in) queue_.add_after(key, std::chrono::seconds(*plan.recheck_in));
}

void JobController::carry_out(const json& job, const JobPlan& plan) {
  const auto ns = namespace_of(job);
  auto status = plan.status;
  for (std::int64_t i = 0; i < plan.create; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (create_pod(job, plan.indexed.empty() ? pod_from_template(job) : indexed_pod(job, plan.indexed[at]))) continue;
    queue_.add_after(key_of(job), std::chrono::seconds(1));  // a quota may have room again
    status["active"] = integer_or(status, "active") - (plan.create - i);
    if (status["active"] == 0) status.erase("active");
    break;
  }
  for (const auto& name : plan.remove) {
    if (plan.release_removed) release({ns, name});
    if (world_.store.remove("Pod", ns, name)) events_.normal(job, "SuccessfulDelete", "Deleted pod: " + name);
  }
  (void)world_.store.mutate("Job", ns, name_of(job), [&](json& object) {
    object["status"] = status;
    return true;
  });
  for (const auto& name : plan.release) release({ns, name});
  for (const auto& event : plan.events) {
    if (event.warning)
      events_.warning(job, event.reason, event.message);
    else
      events_.normal(job, event.reason, event.message);
  }
  if (plan.delete_job) (void)world_.store.remove("Job", ns, name_of(job), Deletion{-1, "Foreground", "", ""});
}

std::unique_ptr<Controller> job_controller(const Start& start) { return std::make_unique<JobController>(start.world); }

}  // namespace straycat::cluster
