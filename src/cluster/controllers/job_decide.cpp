#include <algorithm>
#include <set>

#include "cluster/controllers/job_controller.hpp"

namespace straycat::cluster {
namespace {

// podReplacementPolicy TerminatingOrFailed: a pod on its way out has failed already.
bool pod_failed(const json& pod, bool only_when_ended) {
  const auto phase = string_or(status_of(pod), "phase");
  if (phase == "Failed") return true;
  return !only_when_ended && is_deleted(pod) && phase != "Succeeded";
}

bool tracked(const json& pod) {
  const auto& finalizers = array_or_empty(object_or_empty(pod, "metadata"), "finalizers");
  return std::find(finalizers.begin(), finalizers.end(), json(job_tracking_finalizer)) != finalizers.end();
}

// When its last container ended; else when it was deleted; else `fallback`.
std::int64_t end_of(const json& pod, std::int64_t fallback) {
  std::int64_t end = 0;
  for (const auto& status : array_or_empty(status_of(pod), "containerStatuses"))
    end = std::max(end, seconds_at(status, "/state/terminated/finishedAt"));
  return end > 0 ? end : fallback;
}

json condition(const char* type, const std::string& reason, const std::string& message, std::int64_t now,
               const char* state = "True") {
  return json::object({{"type", type},
                       {"status", state},
                       {"lastProbeTime", kube_time(now)},
                       {"lastTransitionTime", kube_time(now)},
                       {"reason", reason},
                       {"message", message}});
}

class JobStep {
 public:
  JobStep(const json& job, const std::vector<Object>& pods, std::int64_t now)
      : job_(job), pods_(pods), now_(now), status_(status_of(job)) {
    if (status_.is_null()) status_ = json::object();
    only_ended_ = string_or(spec_of(job), "podReplacementPolicy") == "Failed";
  }
  JobPlan decide() &&;

 private:
  void start_clock();
  void count();
  void settle_counted(const char* list, const char* counter);
  void find_end();
  void suspend_or_resume();
  void manage_pods();
  void finish();
  void expire();
  void write_counters();
  void add_condition(json condition);
  [[nodiscard]] const json* true_condition(std::string_view type) const;
  [[nodiscard]] bool finished() const {
    return true_condition("Complete") != nullptr || true_condition("Failed") != nullptr;
  }
  [[nodiscard]] bool ending() const {
    return true_condition("SuccessCriteriaMet") != nullptr || true_condition("FailureTarget") != nullptr;
  }
  [[nodiscard]] bool suspended() const { return spec_of(job_).value("suspend", json(false)) == json(true); }
  [[nodiscard]] bool restarts_exhausted() const;
  [[nodiscard]] std::int64_t number(const char* key) const { return integer_or(status_, key); }
  [[nodiscard]] std::int64_t pending(const char* list) const;
  [[nodiscard]] std::int64_t wanted_active() const;
  void recheck(std::int64_t seconds);

  const json& job_;
  const std::vector<Object>& pods_;
  std::int64_t now_;
  json status_;
  bool only_ended_ = false;
  std::vector<Object> active_;
  std::int64_t terminating_ = 0, ready_ = 0;
  JobPlan plan_;
};

const json* JobStep::true_condition(std::string_view type) const {
  const auto* found = condition_of(status_, type);
  return found != nullptr && string_or(*found, "status") == "True" ? found : nullptr;
}

void JobStep::recheck(std::int64_t seconds) {
  const auto wait = std::max<std::int64_t>(1, seconds);
  plan_.recheck_in = plan_.recheck_in ? std::min(*plan_.recheck_in, wait) : wait;
}

// One condition a type; the new one goes to the end, as in Kubernetes' lists.
void JobStep::add_condition(json added) {
  auto kept = json::array();
  for (const auto& old : array_or_empty(status_, "conditions"))
    if (string_or(old, "type") != string_or(added, "type")) kept.push_back(old);
  kept.push_back(std::move(added));
  status_["conditions"] = std::move(kept);
}

std::int64_t JobStep::pending(const char* list) const {
  return static_cast<std::int64_t>(array_or_empty(object_or_empty(status_, "uncountedTerminatedPods"), list).size());
}

JobPlan JobStep::decide() && {
  if (finished()) {
    expire();
    count();  // pods that ended after the Job did still carry the finalizer
    write_counters();
    plan_.status = std::move(status_);
    return std::move(plan_);
  }
  start_clock();
  count();
  if (!is_deleted(job_)) {
    if (!ending()) find_end();
    if (!ending()) suspend_or_resume();
    if (!ending()) manage_pods();
    finish();
  }
  write_counters();
  plan_.status = std::move(status_);
  return std::move(plan_);
}

void JobStep::start_clock() {
  if (suspended() || status_.contains("startTime")) return;
  status_["startTime"] = kube_time(now_);
}

// Pods that lost their finalizer since they were listed are counted; ended pods that still have it are listed and lose
// it next. So each pod counts once, whatever is killed in between (trackJobStatusAndRemoveFinalizers).
void JobStep::count() {
  settle_counted("succeeded", "succeeded");
  settle_counted("failed", "failed");
  auto& uncounted = status_["uncountedTerminatedPods"];
  if (!uncounted.is_object()) uncounted = json::object();
  for (const auto& pod : pods_) {
    if (pod_active(*pod)) active_.push_back(pod);
    if (pod_active(*pod) && pod_ready(*pod)) ++ready_;
    if (pod_terminating(*pod)) ++terminating_;
    const bool succeeded = string_or(status_of(*pod), "phase") == "Succeeded";
    if (!tracked(*pod) || (!succeeded && !pod_failed(*pod, only_ended_))) continue;
    plan_.release.push_back(name_of(*pod));
    auto& list = uncounted[succeeded ? "succeeded" : "failed"];
    if (std::find(list.begin(), list.end(), json(uid_of(*pod))) == list.end()) list.push_back(uid_of(*pod));
  }
}

void JobStep::settle_counted(const char* list, const char* counter) {
  auto waiting = json::array();
  auto& uncounted = status_["uncountedTerminatedPods"];
  if (!uncounted.is_object()) uncounted = json::object();
  for (const auto& uid : array_or_empty(uncounted, list)) {
    const bool still = std::any_of(pods_.begin(), pods_.end(),
                                   [&](const Object& pod) { return json(uid_of(*pod)) == uid && tracked(*pod); });
    if (still)
      waiting.push_back(uid);
    else
      status_[counter] = number(counter) + 1;
  }
  if (waiting.empty())
    uncounted.erase(list);
  else
    uncounted[list] = std::move(waiting);
}

// restartPolicy OnFailure restarts in place: restarts count against the limit (pastBackoffLimitOnFailure).
bool JobStep::restarts_exhausted() const {
  if (text_at(job_, "/spec/template/spec/restartPolicy") != "OnFailure") return false;
  const auto limit = spec_number(job_, "backoffLimit", 6);
  std::int64_t restarts = 0;
  for (const auto& pod : active_)
    for (const char* list : {"initContainerStatuses", "containerStatuses"})
      for (const auto& status : array_or_empty(status_of(*pod), list)) restarts += integer_or(status, "restartCount");
  return limit == 0 ? restarts > 0 : restarts >= limit;
}

void JobStep::find_end() {
  const auto succeeded = number("succeeded") + pending("succeeded");
  const auto failed = number("failed") + pending("failed");
  const auto deadline = spec_number(job_, "activeDeadlineSeconds", -1);
  const auto started = seconds_at(status_, "/startTime");
  if (failed > spec_number(job_, "backoffLimit", 6) || restarts_exhausted()) {
    return add_condition(
        condition("FailureTarget", "BackoffLimitExceeded", "Job has reached the specified backoff limit", now_));
  }
  if (deadline >= 0 && !suspended() && started > 0) {
    if (now_ - started >= deadline)
      return add_condition(
          condition("FailureTarget", "DeadlineExceeded", "Job was active longer than specified deadline", now_));
    recheck(started + deadline - now_);
  }
  const auto completions = spec_number(job_, "completions", -1);
  const bool reached = completions < 0 ? succeeded > 0 && active_.empty() : succeeded >= completions;
  if (reached)
    add_condition(
        condition("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods", now_));
}

void JobStep::suspend_or_resume() {
  const auto* noted = condition_of(status_, "Suspended");
  const bool was = noted != nullptr && string_or(*noted, "status") == "True";
  if (suspended() && !was) {
    add_condition(condition("Suspended", "JobSuspended", "Job suspended", now_));
    status_.erase("startTime");
    plan_.events.push_back({false, "Suspended", "Job suspended"});
  } else if (!suspended() && was) {
    add_condition(condition("Suspended", "JobResumed", "Job resumed", now_, "False"));
    status_["startTime"] = kube_time(now_);  // the deadline counts anew
    plan_.events.push_back({false, "Resumed", "Job resumed"});
  }
}

std::int64_t JobStep::wanted_active() const {
  if (suspended()) return 0;
  const auto parallelism = spec_number(job_, "parallelism", 1);
  const auto succeeded = number("succeeded") + pending("succeeded");
  const auto completions = spec_number(job_, "completions", -1);
  const auto active = static_cast<std::int64_t>(active_.size());
  // A work queue without a number of completions: once one has succeeded, the others finish and none is added.
  if (completions < 0) return succeeded > 0 ? std::min(active, parallelism) : parallelism;
  return std::clamp<std::int64_t>(completions - succeeded, 0, parallelism);
}

void JobStep::manage_pods() {
  const auto wanted = wanted_active();
  const auto active = static_cast<std::int64_t>(active_.size());
  if (active > wanted) {
    sort_for_deletion(active_, now_);
    for (std::int64_t i = 0; i < active - wanted; ++i)
      plan_.remove.push_back(name_of(*active_[static_cast<std::size_t>(i)]));
    plan_.release_removed = true;  // not their fault: they must not count as failures
    active_.erase(active_.begin(), active_.begin() + (active - wanted));
    return;
  }
  const auto missing = wanted - active - (only_ended_ ? terminating_ : 0);
  if (missing <= 0) return;
  const auto wait = job_backoff_seconds(pods_, now_);
  if (wait > 0)
    recheck(wait);
  else
    plan_.create = missing;
}

// The end is written only when nothing runs any more and every pod has been counted (enactJobFinished).
void JobStep::finish() {
  if (!ending()) return;
  for (const auto& pod : active_) plan_.remove.push_back(name_of(*pod));
  if (!active_.empty() || terminating_ > 0 || !plan_.release.empty() || pending("succeeded") + pending("failed") > 0)
    return;
  if (true_condition("SuccessCriteriaMet") != nullptr) {
    add_condition(condition("Complete", "CompletionsReached", "Reached expected number of succeeded pods", now_));
    status_["completionTime"] = kube_time(now_);
    plan_.events.push_back({false, "Completed", "Job completed"});
  } else {
    const auto target = *true_condition("FailureTarget");
    add_condition(condition("Failed", string_or(target, "reason"), string_or(target, "message"), now_));
    plan_.events.push_back({true, string_or(target, "reason"), string_or(target, "message")});
  }
  expire();
}

void JobStep::expire() {
  const auto ttl = spec_number(job_, "ttlSecondsAfterFinished", -1);
  if (ttl < 0 || is_deleted(job_)) return;
  const auto* end = true_condition("Complete") != nullptr ? true_condition("Complete") : true_condition("Failed");
  const auto due = seconds_at(*end, "/lastTransitionTime") + ttl;
  if (now_ >= due)
    plan_.delete_job = true;
  else
    recheck(due - now_);
}

void JobStep::write_counters() {
  const auto active = static_cast<std::int64_t>(ending() || finished() ? 0 : active_.size()) + plan_.create;
  if (active > 0)
    status_["active"] = active;
  else
    status_.erase("active");
  status_["ready"] = ready_;
  status_["terminating"] = terminating_;
}

}  // namespace

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

JobPlan decide_job(const json& job, const std::vector<Object>& pods, std::int64_t now) {
  return JobStep(job, pods, now).decide();
}

}  // namespace straycat::cluster
