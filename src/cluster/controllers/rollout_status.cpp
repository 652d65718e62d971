// What a Deployment says of itself (kubernetes pkg/controller/deployment/progress.go, sync.go calculateStatus).
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "cluster/controllers/rollout.hpp"

namespace straycat::cluster {

bool Rollout::has_deadline() const {
  const auto deadline = spec_number(deployment_, "progressDeadlineSeconds", std::numeric_limits<std::int32_t>::max());
  return deadline != std::numeric_limits<std::int32_t>::max();
}

bool Rollout::complete(const json& status) const {
  return integer_or(status, "updatedReplicas") == desired_ && integer_or(status, "replicas") == desired_ &&
         integer_or(status, "availableReplicas") == desired_ &&
         integer_or(status, "observedGeneration") >= integer_or(object_or_empty(deployment_, "metadata"), "generation");
}

// Keeps a condition that says the same already, and the transition's time when only the reason is new.
void Rollout::set_condition(json& status, const std::string& type, const std::string& state, const std::string& reason,
                            const std::string& message) {
  const auto* current = condition_of(status, type);
  if (current != nullptr && string_or(*current, "status") == state && string_or(*current, "reason") == reason) return;
  replace_condition(status, type, state, reason, message);
}

void Rollout::replace_condition(json& status, const std::string& type, const std::string& state,
                                const std::string& reason, const std::string& message) {
  const auto* current = condition_of(status, type);
  const bool same_state = current != nullptr && string_or(*current, "status") == state;
  const auto since = same_state ? string_or(*current, "lastTransitionTime") : kube_time(now_);
  auto conditions = json::array();
  for (const auto& condition : array_or_empty(status, "conditions"))
    if (string_or(condition, "type") != type) conditions.push_back(condition);
  conditions.push_back(json::object({{"type", type},
                                     {"status", state},
                                     {"lastUpdateTime", kube_time(now_)},
                                     {"lastTransitionTime", since},
                                     {"reason", reason},
                                     {"message", message}}));
  status["conditions"] = std::move(conditions);
}

void Rollout::note_pause() {
  if (!has_deadline()) return;
  auto& status = deployment_["status"];
  const auto* condition = condition_of(status, "Progressing");
  const auto reason = condition == nullptr ? "" : string_or(*condition, "reason");
  if (reason == "ProgressDeadlineExceeded") return;  // the truth is worse than a pause
  if (paused() && reason != "DeploymentPaused")
    set_condition(status, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused");
  if (!paused() && reason == "DeploymentPaused")
    set_condition(status, "Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed");
}

json Rollout::calculate_status() const {
  auto status = json::object();
  const auto& now = deployment_["status"];
  const auto available = sum(&SetView::available);
  const auto updated = newest_ < 0 ? 0 : sets_[static_cast<std::size_t>(newest_)].actual;
  const std::pair<const char*, std::int64_t> numbers[] = {
      {"observedGeneration", integer_or(object_or_empty(deployment_, "metadata"), "generation")},
      {"replicas", sum(&SetView::actual)},
      {"updatedReplicas", updated},
      {"readyReplicas", sum(&SetView::ready)},
      {"availableReplicas", available},
      {"unavailableReplicas", std::max<std::int64_t>(0, sum(&SetView::replicas) - available)},
      {"collisionCount", integer_or(now, "collisionCount")}};
  for (const auto& [key, number] : numbers)
    if (number != 0) status[key] = number;
  status["terminatingReplicas"] = sum(&SetView::terminating);
  if (now.contains("conditions")) status["conditions"] = now["conditions"];
  return status;
}

void Rollout::sync_status(bool rolling) {
  auto status = calculate_status();
  const bool enough = integer_or(status, "availableReplicas") >= desired_ - fenceposts_of(deployment_).unavailable;
  if (enough)
    set_condition(status, "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.");
  else
    set_condition(status, "Available", "False", "MinimumReplicasUnavailable",
                  "Deployment does not have minimum availability.");
  if (rolling && has_deadline()) judge_progress(status);
  deployment_["status"] = std::move(status);
}

// Complete, moving, or stuck (syncRolloutStatus).
void Rollout::judge_progress(json& status) {
  const auto* condition = condition_of(status, "Progressing");
  const auto reason = condition == nullptr ? "" : string_or(*condition, "reason");
  const bool settled =
      integer_or(status, "replicas") == integer_or(status, "updatedReplicas") && reason == "NewReplicaSetAvailable";
  if (settled) return;
  const auto subject = newest_ < 0 ? fmt::format("Deployment \"{}\"", name_of(deployment_))
                                   : fmt::format("ReplicaSet \"{}\"", new_set()->name);
  const auto grew = [&](const char* key) { return integer_or(status, key) > integer_or(before_, key); };
  const auto old_of = [](const json& from) {
    return integer_or(from, "replicas") - integer_or(from, "updatedReplicas");
  };
  if (complete(status)) {
    set_condition(status, "Progressing", "True", "NewReplicaSetAvailable", subject + " has successfully progressed.");
  } else if (grew("updatedReplicas") || grew("readyReplicas") || grew("availableReplicas") ||
             old_of(status) < old_of(before_)) {
    replace_condition(status, "Progressing", "True", "ReplicaSetUpdated", subject + " is progressing.");
  } else if (condition != nullptr && reason != "NewReplicaSetAvailable" && reason != "ProgressDeadlineExceeded") {
    const auto due =
        seconds_at(*condition, "/lastUpdateTime") + spec_number(deployment_, "progressDeadlineSeconds", 600);
    if (now_ > due)
      set_condition(status, "Progressing", "False", "ProgressDeadlineExceeded",
                    subject + " has timed out progressing.");
    else
      plan_.recheck_in = due - now_ + 1;
  }
}

}  // namespace straycat::cluster
