#include "cluster/controllers/cron_job_controller.hpp"

#include <algorithm>
#include <tuple>

#include "cluster/controllers/cron_schedule.hpp"

namespace straycat::cluster {
namespace {

// "Complete", "Failed", or "" while it runs.
std::string end_of(const json& job) {
  for (const char* type : {"Complete", "Failed"})
    if (condition_true(job, type)) return type;
  return {};
}

json job_reference_to(const json& job) {
  return {{"kind", "Job"},        {"apiVersion", "batch/v1"},
          {"name", name_of(job)}, {"namespace", namespace_of(job)},
          {"uid", uid_of(job)},   {"resourceVersion", text_at(job, "/metadata/resourceVersion")}};
}

class CronDecision {
 public:
  CronDecision(const json& cron, const std::vector<Object>& jobs, std::int64_t now)
      : cron_(cron), jobs_(jobs), now_(now) {
    plan_.status = status_of(cron);
    plan_.status["active"] = array_or_empty(plan_.status, "active");
  }

  CronJobPlan decide() {
    count_ended();
    forget_missing();
    keep_history();
    if (!is_deleted(cron_) && spec_of(cron_).value("suspend", json(false)) != json(true)) follow_schedule();
    if (plan_.status["active"].empty()) plan_.status.erase("active");
    return std::move(plan_);
  }

 private:
  json& active() { return plan_.status["active"]; }
  void say(std::string reason, std::string message, bool warning = false) {
    plan_.events.push_back({warning, std::move(reason), std::move(message)});
  }
  [[nodiscard]] bool is_active(const json& job) {
    return std::any_of(active().begin(), active().end(),
                       [&](const json& one) { return string_or(one, "uid") == uid_of(job); });
  }
  void drop(const std::string& uid) {
    auto kept = json::array();
    for (const auto& one : active())
      if (string_or(one, "uid") != uid) kept.push_back(one);
    active() = std::move(kept);
  }

  void count_ended() {
    for (const auto& job : jobs_) {
      const auto end = end_of(*job);
      const bool listed = is_active(*job);
      if (!listed && end.empty() && !is_deleted(*job))
        say("UnexpectedJob", "Saw a job that the controller did not create or forgot: " + name_of(*job), true);
      if (end.empty()) continue;
      if (listed) say("SawCompletedJob", "Saw completed job: " + name_of(*job) + ", condition: " + end);
      drop(uid_of(*job));
      const auto at = text_at(*job, "/status/completionTime");
      if (end == "Complete" && at > string_or(plan_.status, "lastSuccessfulTime"))
        plan_.status["lastSuccessfulTime"] = at;
    }
  }

  void forget_missing() {
    const json listed = active();
    for (const auto& one : listed) {
      if (std::any_of(jobs_.begin(), jobs_.end(),
                      [&](const Object& job) { return uid_of(*job) == string_or(one, "uid"); }))
        continue;
      say("MissingJob", "Active job went missing: " + string_or(one, "name"));
      drop(string_or(one, "uid"));
    }
  }

  // Of those that ended each way, the last few stay.
  void keep_history() {
    for (const auto& [end, key, fallback] :
         {std::tuple{"Complete", "successfulJobsHistoryLimit", 3}, std::tuple{"Failed", "failedJobsHistoryLimit", 1}}) {
      std::vector<Object> ended;
      std::copy_if(jobs_.begin(), jobs_.end(), std::back_inserter(ended),
                   [&](const Object& job) { return end_of(*job) == end && !is_deleted(*job); });
      std::sort(ended.begin(), ended.end(), [](const Object& a, const Object& b) {
        return std::pair(text_at(*a, "/status/startTime"), name_of(*a)) <
               std::pair(text_at(*b, "/status/startTime"), name_of(*b));
      });
      const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(0, spec_number(cron_, key, fallback)));
      for (std::size_t i = 0; i + limit < ended.size(); ++i) plan_.remove.push_back(name_of(*ended[i]));
    }
  }

  // The last instant of the schedule that is over and has no Job yet (mostRecentScheduleTime): those before it are
  // lost.
  [[nodiscard]] std::optional<std::int64_t> due(const CronSchedule& schedule) {
    auto from =
        std::max(seconds_at(cron_, "/metadata/creationTimestamp"), seconds_at(cron_, "/status/lastScheduleTime"));
    const auto deadline = spec_number(cron_, "startingDeadlineSeconds", -1);
    if (deadline >= 0) from = std::max(from, now_ - deadline);
    std::optional<std::int64_t> last;
    std::int64_t missed = 0;
    for (auto at = schedule.next(from); at && *at <= now_; at = schedule.next(*at), ++missed) last = at;
    if (missed > 100)
      say("TooManyMissedTimes",
          "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew", true);
    return last;
  }

  void follow_schedule() {
    const auto text = string_or(spec_of(cron_), "schedule");
    const auto schedule = CronSchedule::parse(text);
    if (!schedule) return say("UnparseableSchedule", "unparseable schedule: " + json(text).dump(), true);
    const auto last = due(*schedule);
    const auto begin = seconds_at(cron_, "/status/lastScheduleTime");
    plan_.recheck_at = schedule->next(last.value_or(std::max(begin, seconds_at(cron_, "/metadata/creationTimestamp"))));
    if (plan_.recheck_at && *plan_.recheck_at <= now_) plan_.recheck_at = schedule->next(now_);
    if (last) start(*last);
  }

  void start(std::int64_t scheduled) {
    const auto policy = string_or(spec_of(cron_), "concurrencyPolicy", "Allow");
    if (policy == "Forbid" && !active().empty())
      return say("JobAlreadyActive",
                 "Not starting job because prior execution is running and concurrency policy is Forbid");
    if (policy == "Replace") {
      for (const auto& job : jobs_)
        if (is_active(*job)) plan_.remove.push_back(name_of(*job));
      active() = json::array();
    }
    plan_.scheduled = scheduled;
    plan_.status["lastScheduleTime"] = kube_time(scheduled);
  }

  const json& cron_;
  const std::vector<Object>& jobs_;
  std::int64_t now_;
  CronJobPlan plan_;
};

}  // namespace

CronJobPlan decide_cron_job(const json& cron, const std::vector<Object>& jobs, std::int64_t now) {
  return CronDecision(cron, jobs, now).decide();
}

json job_of(const json& cron, std::int64_t scheduled) {
  const auto& shape = object_or_empty(spec_of(cron), "jobTemplate");
  const auto& meta = object_or_empty(shape, "metadata");
  json job = {{"kind", "Job"}, {"spec", object_or_empty(shape, "spec")}};
  job["metadata"] = {{"name", name_of(cron) + "-" + std::to_string(scheduled / 60)}, {"namespace", namespace_of(cron)}};
  for (const char* key : {"labels", "annotations"})
    if (meta.contains(key)) job["metadata"][key] = meta[key];
  job["metadata"]["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"] = kube_time(scheduled);
  job["metadata"]["ownerReferences"] = json::array({owner_reference_to(cron)});
  return job;
}

CronJobController::CronJobController(World world)
    : world_(std::move(world)),
      events_(world_.store, world_.clock, "cronjob-controller"),
      queue_(world_.executor, world_.clock, [this](const Key& key) { sync(key); }) {}

void CronJobController::wake_owner(const json& job) {
  const auto* owner = controller_of(job);
  if (owner != nullptr && string_or(*owner, "kind") == "CronJob")
    queue_.add({namespace_of(job), string_or(*owner, "name")});
}

void CronJobController::on_change(const Change& change) {
  if (change.kind == "CronJob") queue_.add({change.ns, change.name});
  if (change.kind == "Job") wake_owner(*change.object);
}

// A Job of that name is this instant's, made before this controller was.
void CronJobController::start(const json& cron, std::int64_t scheduled, json& status) {
  const auto made = world_.store.create(job_of(cron, scheduled));
  if (made) {
    events_.normal(cron, "SuccessfulCreate", "Created job " + name_of(**made));
    status["active"].push_back(job_reference_to(**made));
  } else if (made.error().reason != "AlreadyExists") {
    events_.warning(cron, "FailedCreate", "Error creating job: " + made.error().message);
  }
}

void CronJobController::sync(const Key& key) {
  const auto cron = world_.store.get("CronJob", key.first, key.second);
  if (!cron) return;
  std::vector<Object> jobs;
  for (const auto& job : world_.store.list("Job", key.first))
    if (is_controlled_by(*job, *cron)) jobs.push_back(job);
  auto plan = decide_cron_job(*cron, jobs, world_.clock.wall_seconds());
  for (const auto& event : plan.events) {
    if (event.warning)
      events_.warning(*cron, event.reason, event.message);
    else
      events_.normal(*cron, event.reason, event.message);
  }
  for (const auto& name : plan.remove)
    if (world_.store.remove("Job", key.first, name, Deletion{-1, "Background", "", ""}))
      events_.normal(*cron, "SuccessfulDelete", "Deleted job " + name);
  if (plan.scheduled) start(*cron, *plan.scheduled, plan.status);
  (void)world_.store.mutate("CronJob", key.first, key.second, [&](json& object) {
    object["status"] = plan.status;
    return true;
  });
  if (plan.recheck_at) queue_.add_after(key, std::chrono::seconds(*plan.recheck_at) - Nanos{world_.clock.wall_ns()});
}

std::unique_ptr<Controller> cron_job_controller(const Start& start) {
  return std::make_unique<CronJobController>(start.world);
}

}  // namespace straycat::cluster
