// What a Job's controller reads off its pods.
#pragma once

#include <cstdint>
#include <vector>

#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

// Keeps a Job's pod from vanishing before it has been counted.
inline constexpr const char* job_tracking_finalizer = "batch.kubernetes.io/job-tracking";

// Whether it bears that finalizer.
[[nodiscard]] bool tracked(const json& pod);
// podReplacementPolicy TerminatingOrFailed: a pod on its way out has failed already; `only_when_ended`: not yet.
[[nodiscard]] bool pod_failed(const json& pod, bool only_when_ended);

// How long to wait before the next pod: 10 s after the first failure in a row, doubled for each more, at most 10 min,
// from the last failure's end (backoff_utils.go getRemainingTime). Failures in a row end with a success.
[[nodiscard]] std::int64_t job_backoff_seconds(const std::vector<Object>& pods, std::int64_t now);

}  // namespace straycat::cluster
