#include "cluster/controllers/job_pods.hpp"

#include <algorithm>

namespace straycat::cluster {
namespace {

// When its last container ended; else when it was deleted; else `fallback`.
std::int64_t end_of(const json& pod, std::int64_t fallback) {
  std::int64_t end = 0;
  for (const auto& status : array_or_empty(status_of(pod), "containerStatuses"))
    end = std::max(end, seconds_at(status, "/state/terminated/finishedAt"));
  return end > 0 ? end : fallback;
}

}  // namespace

bool pod_failed(const json& pod, bool only_when_ended) {
  const auto phase = string_or(status_of(pod), "phase");
  if (phase == "Failed") return true;
  return !only_when_ended && is_deleted(pod) && phase != "Succeeded";
}

bool tracked(const json& pod) {
  const auto& finalizers = array_or_empty(object_or_empty(pod, "metadata"), "finalizers");
  return std::find(finalizers.begin(), finalizers.end(), json(job_tracking_finalizer)) != finalizers.end();
}

std::int64_t job_backoff_seconds(const std::vector<Object>& pods, std::int64_t now) {
  std::int64_t last_success = 0;
  std::vector<std::int64_t> failures;
  for (const auto& pod : pods) {
    const auto phase = string_or(status_of(*pod), "phase");
    const auto end = end_of(*pod, seconds_at(*pod, "/metadata/deletionTimestamp"));
    if (phase == "Succeeded")
      last_success = std::max(last_success, end);
    else if (phase == "Failed")
      failures.push_back(end);
  }
  std::erase_if(failures, [&](std::int64_t end) { return end <= last_success; });
  if (failures.empty()) return 0;
  std::int64_t delay = 10;
  for (std::size_t i = 1; i < failures.size() && delay < 600; ++i) delay *= 2;
  const auto due = *std::max_element(failures.begin(), failures.end()) + std::min<std::int64_t>(delay, 600);
  return std::max<std::int64_t>(0, due - now);
}

}  // namespace straycat::cluster
