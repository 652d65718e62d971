// The CronJob controller: makes Jobs on a schedule (kubernetes pkg/controller/cronjob/cronjob_controllerv2.go and
// utils.go).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/events.hpp"
#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

struct CronJobEvent {
  bool warning = false;
  std::string reason, message;
};

struct CronJobPlan {
  json status;
  std::vector<std::string> remove;        // Jobs: replaced, or beyond the history that is kept
  std::optional<std::int64_t> scheduled;  // a Job is to be made for this instant (seconds since 1970)
  std::vector<CronJobEvent> events;
  std::optional<std::int64_t> recheck_at;  // seconds since 1970: the next instant of the schedule
};

// `jobs`: those that it owns. `now`: seconds since 1970.
[[nodiscard]] CronJobPlan decide_cron_job(const json& cron, const std::vector<Object>& jobs, std::int64_t now);

// The Job that it makes for that instant.
[[nodiscard]] json job_of(const json& cron, std::int64_t scheduled);

class CronJobController final : public Controller {
 public:
  explicit CronJobController(World world);
  void on_change(const Change& change) override;

 private:
  void sync(const Key& key);
  void start(const json& cron, std::int64_t scheduled, json& status);
  void wake_owner(const json& job);

  World world_;
  EventRecorder events_;
  WorkQueue queue_;
};

}  // namespace straycat::cluster
