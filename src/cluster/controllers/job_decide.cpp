#include <algorithm>

#include "cluster/controllers/job_controller.hpp"
#include "cluster/controllers/job_indexes.hpp"
#include "cluster/controllers/job_pods.hpp"

namespace straycat::cluster {
namespace {

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
    indexed_ = string_or(spec_of(job), "completionMode") == "Indexed";
    completions_ = spec_number(job, "completions", -1);
    succeeded_ = parse_indexes(string_or(status_, "completedIndexes"));
    failed_ = parse_indexes(string_or(status_, "failedIndexes"));
  }
  JobPlan decide() &&;

 private:
  void start_clock();
  void count();
  void settle_counted(const char* list, const char* counter);
  void find_end();
  void suspend_or_resume();
  bool find_failure();
  void find_failed_indexes();
  void manage_pods();
  void manage_indexes();
  [[nodiscard]] std::int64_t index_wait(std::int64_t index) const;
  [[nodiscard]] std::int64_t index_failures(std::int64_t index) const;
  void fail(const char* reason, const std::string& message) {
    add_condition(condition("FailureTarget", reason, message, now_));
  }
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
  bool only_ended_ = false, indexed_ = false;
  std::int64_t completions_ = -1;  // none: a work queue
  Indexes succeeded_, failed_;     // of an indexed Job
  std::string failed_by_policy_;   // why its own policy ends it
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
    if (succeeded && indexed_) {  // its index says enough
      if (const auto index = index_of(*pod, completions_)) succeeded_.insert(*index);
      continue;
    }
    const auto verdict = succeeded ? FailureVerdict{} : judge_failure(job_, *pod);
    if (verdict.action == FailureVerdict::Action::ignore) continue;
    if (verdict.action == FailureVerdict::Action::fail_job) failed_by_policy_ = verdict.message;
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

// What ends it badly; true when something does.
bool JobStep::find_failure() {
  const auto failed = number("failed") + pending("failed");
  if (!failed_by_policy_.empty()) return fail("PodFailurePolicy", failed_by_policy_), true;
  if (failed > spec_number(job_, "backoffLimit", 6) || restarts_exhausted())
    return fail("BackoffLimitExceeded", "Job has reached the specified backoff limit"), true;
  const auto deadline = spec_number(job_, "activeDeadlineSeconds", -1);
  const auto started = seconds_at(status_, "/startTime");
  if (deadline >= 0 && !suspended() && started > 0) {
    if (now_ - started >= deadline)
      return fail("DeadlineExceeded", "Job was active longer than specified deadline"), true;
    recheck(started + deadline - now_);
  }
  const auto bad = static_cast<std::int64_t>(failed_.size());
  if (bad > spec_number(job_, "maxFailedIndexes", bad))
    return fail("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes"), true;
  if (bad > 0 && bad + static_cast<std::int64_t>(succeeded_.size()) >= completions_)
    return fail("FailedIndexes", "Job has failed indexes"), true;
  return false;
}

void JobStep::find_end() {
  find_failed_indexes();
  if (find_failure()) return;
  if (const auto rule = indexed_ ? met_success_rule(job_, succeeded_) : std::nullopt)
    return add_condition(
        condition("SuccessCriteriaMet", "SuccessPolicy", "Matched rules at index " + std::to_string(*rule), now_));
  const auto succeeded =
      indexed_ ? static_cast<std::int64_t>(succeeded_.size()) : number("succeeded") + pending("succeeded");
  const bool reached = completions_ < 0 ? succeeded > 0 && active_.empty() : succeeded >= completions_;
  if (reached)
    add_condition(
        condition("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods", now_));
}

// How often pods of this index have failed, by the last of them: each bears the number of those before it.
std::int64_t JobStep::index_failures(std::int64_t index) const {
  std::int64_t most = 0;
  for (const auto& pod : pods_) {
    if (index_of(*pod, completions_) != index || !pod_failed(*pod, only_ended_)) continue;
    if (is_deleted(*pod) && !tracked(*pod)) continue;  // the controller took it away
    const bool ignored = judge_failure(job_, *pod).action == FailureVerdict::Action::ignore;
    most = std::max(most, failures_before(*pod) + (ignored ? 0 : 1));
  }
  return most;
}

// By pods that are counted in this step (calculateFailedIndexes): those that the controller took away bear no finalizer
// and have not failed.
void JobStep::find_failed_indexes() {
  if (!indexed_) return;
  const auto limit = spec_number(job_, "backoffLimitPerIndex", -1);
  for (const auto& pod : pods_) {
    const auto index = index_of(*pod, completions_);
    if (!index || !tracked(*pod) || succeeded_.contains(*index) || !pod_failed(*pod, only_ended_)) continue;
    const bool by_rule = judge_failure(job_, *pod).action == FailureVerdict::Action::fail_index;
    if (by_rule || (limit >= 0 && index_failures(*index) > limit)) failed_.insert(*index);
  }
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
  if (indexed_)
    return std::clamp<std::int64_t>(completions_ - static_cast<std::int64_t>(succeeded_.size() + failed_.size()), 0,
                                    parallelism);
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
  if (indexed_) return manage_indexes();
  const auto missing = wanted - active - (only_ended_ ? terminating_ : 0);
  if (missing <= 0) return;
  const auto wait = job_backoff_seconds(pods_, now_);
  if (wait > 0)
    recheck(wait);
  else
    plan_.create = missing;
}

// How long an index waits before its next pod: as a whole Job does, for itself alone.
std::int64_t JobStep::index_wait(std::int64_t index) const {
  std::vector<Object> own;
  for (const auto& pod : pods_)
    if (index_of(*pod, completions_) == index) own.push_back(pod);
  return job_backoff_seconds(own, now_);
}

// The lowest indexes that have neither ended nor a pod.
void JobStep::manage_indexes() {
  Indexes busy;
  for (const auto& pod : pods_) {
    if (!pod_active(*pod) && !(only_ended_ && pod_terminating(*pod))) continue;
    const auto index = index_of(*pod, completions_);
    if (index && busy.insert(*index).second) continue;
    if (pod_active(*pod)) plan_.remove.push_back(name_of(*pod));  // a second one of its index, or of none
  }
  const bool each = spec_of(job_).contains("backoffLimitPerIndex");
  const auto wait = each ? 0 : job_backoff_seconds(pods_, now_);
  if (wait > 0) return recheck(wait);
  auto missing = wanted_active() - static_cast<std::int64_t>(busy.size());
  for (std::int64_t index = 0; index < completions_ && missing > 0; ++index) {
    if (busy.contains(index) || succeeded_.contains(index) || failed_.contains(index)) continue;
    --missing;
    const auto own_wait = each ? index_wait(index) : 0;
    if (own_wait > 0)
      recheck(own_wait);
    else
      plan_.indexed.push_back({index, index_failures(index)});
  }
  plan_.create = static_cast<std::int64_t>(plan_.indexed.size());
}

// The end is written only when nothing runs any more and every pod has been counted (enactJobFinished).
void JobStep::finish() {
  if (!ending()) return;
  for (const auto& pod : active_) plan_.remove.push_back(name_of(*pod));
  plan_.release_removed = true_condition("SuccessCriteriaMet") != nullptr;  // they have not failed: they are not needed
  if (!active_.empty() || terminating_ > 0 || !plan_.release.empty() || pending("succeeded") + pending("failed") > 0)
    return;
  if (true_condition("SuccessCriteriaMet") != nullptr) {
    const auto criteria = *true_condition("SuccessCriteriaMet");
    add_condition(condition("Complete", string_or(criteria, "reason"), string_or(criteria, "message"), now_));
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
  if (indexed_) {
    status_["succeeded"] = succeeded_.size();
    status_["completedIndexes"] = to_text(succeeded_);
    if (succeeded_.empty()) {
      status_.erase("succeeded");
      status_.erase("completedIndexes");
    }
    if (spec_of(job_).contains("backoffLimitPerIndex")) status_["failedIndexes"] = to_text(failed_);
  }
  const auto active = static_cast<std::int64_t>(ending() || finished() ? 0 : active_.size()) + plan_.create;
  if (active > 0)
    status_["active"] = active;
  else
    status_.erase("active");
  status_["ready"] = ready_;
  status_["terminating"] = terminating_;
}

}  // namespace

JobPlan decide_job(const json& job, const std::vector<Object>& pods, std::int64_t now) {
  return JobStep(job, pods, now).decide();
}

}  // namespace straycat::cluster
