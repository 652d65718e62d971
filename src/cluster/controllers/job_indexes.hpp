// Jobs whose pods have numbers, and what becomes of a pod that fails (kubernetes pkg/controller/job:
// indexed_job_utils.go, pod_failure_policy.go, success_policy.go).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

inline constexpr const char* index_key = "batch.kubernetes.io/job-completion-index";
inline constexpr const char* index_failures_key = "batch.kubernetes.io/job-index-failure-count";

using Indexes = std::set<std::int64_t>;
// "0,2-5"; what is no number is left out.
[[nodiscard]] Indexes parse_indexes(const std::string& text);
[[nodiscard]] std::string to_text(const Indexes& indexes);

// The number that a pod bears; none when it bears none below `completions`.
[[nodiscard]] std::optional<std::int64_t> index_of(const json& pod, std::int64_t completions);
// How many pods of its index had failed before it.
[[nodiscard]] std::int64_t failures_before(const json& pod);

// What a failed pod does to its Job. `count`: it counts against the limits.
struct FailureVerdict {
  enum class Action { count, ignore, fail_index, fail_job };
  Action action = Action::count;
  std::string message = {};  // fail_job
};
[[nodiscard]] FailureVerdict judge_failure(const json& job, const json& pod);

// Which of a Job's success rules is met, by the indexes that have succeeded.
[[nodiscard]] std::optional<std::size_t> met_success_rule(const json& job, const Indexes& succeeded);

struct IndexedPod {
  std::int64_t index = 0, failures = 0;
};
// A pod of a Job with its number in all the places where one looks for it.
[[nodiscard]] json indexed_pod(const json& job, const IndexedPod& which);

}  // namespace straycat::cluster
