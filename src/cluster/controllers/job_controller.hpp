// The Job controller: runs pods to completion (kubernetes pkg/controller/job/job_controller.go, backoff_utils.go, and
// pkg/controller/ttlafterfinished).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/events.hpp"
#include "cluster/controllers/job_indexes.hpp"
#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

struct JobEvent {
  bool warning = false;
  std::string reason, message;
};

// One step. The order matters: first `status` (it names the ended pods that are being counted), then `release` (those
// pods lose the finalizer), then the next step counts them for good.
struct JobPlan {
  json status;
  std::vector<std::string> release;  // pods that no longer need the tracking finalizer
  std::vector<std::string>
      remove;  // running pods that must go; with `release_removed` they are not counted as failures
  bool release_removed = false;
  std::int64_t create = 0;
  std::vector<IndexedPod> indexed;  // an indexed Job's: `create` of them
  std::vector<JobEvent> events;
  std::optional<std::int64_t> recheck_in;  // seconds: a deadline, a back-off
  bool delete_job = false;                 // ttlSecondsAfterFinished is over
};

// `pods`: those that it owns, in any state. `now`: seconds since 1970.
[[nodiscard]] JobPlan decide_job(const json& job, const std::vector<Object>& pods, std::int64_t now);

class JobController final : public Controller {
 public:
  explicit JobController(World world);
  void on_change(const Change& change) override;

 private:
  void sync(const Key& key);
  void carry_out(const json& job, const JobPlan& plan);
  void on_pod(const Change& change);
  void on_orphan(const json& pod);
  void release(const Key& pod);
  bool create_pod(const json& job, json pod);

  World world_;
  EventRecorder events_;
  WorkQueue queue_;
};

}  // namespace straycat::cluster
