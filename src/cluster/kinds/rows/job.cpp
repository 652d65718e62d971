#include <fmt/format.h>

#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"
#include <straycat/core/time.hpp>

namespace straycat::cluster {
namespace {

using namespace cells;

void default_job(json& spec) {
  if (spec.value("completions", json()).is_null() && spec.value("parallelism", json()).is_null())
    spec["completions"] = 1;
  set_default(spec, "parallelism", 1);
  constexpr std::int64_t no_limit = 2147483647;
  set_default(spec, "backoffLimit", spec.contains("backoffLimitPerIndex") ? no_limit : 6);
  set_default(spec, "completionMode", "NonIndexed");
  set_default(spec, "suspend", false);
  set_default(spec, "manualSelector", false);
  set_default(spec, "podReplacementPolicy", spec.contains("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
  default_template(spec);
}

// batch/v1 job strategy generateSelector: a Job owns its pods by a label that nobody else can have.
void select_own_pods(json& job) {
  auto& spec = job["spec"];
  if (!spec.is_object() || spec.value("manualSelector", json(false)) == json(true)) return;
  const auto uid = text_at(job, "/metadata/uid");
  const auto name = text_at(job, "/metadata/name");
  auto& labels = spec["template"]["metadata"]["labels"];
  labels["batch.kubernetes.io/controller-uid"] = uid;
  labels["batch.kubernetes.io/job-name"] = name;
  labels["controller-uid"] = uid;
  labels["job-name"] = name;
  set_default(spec["selector"]["matchLabels"], "batch.kubernetes.io/controller-uid", uid);
}

void validate_job(Causes& causes, const json& object) {
  const auto& spec = object_or_empty(object, "spec");
  for (const char* key : {"parallelism", "completions", "backoffLimit", "activeDeadlineSeconds",
                          "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"}) {
    check_not_negative(causes, spec, key);
  }
  check_template(causes, spec, {"OnFailure", "Never"});
  const bool indexed = string_or(spec, "completionMode") == "Indexed";
  if (indexed && !spec.contains("completions")) require(causes, "spec.completions", "when completion mode is Indexed");
  for (const char* key : {"backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"})
    if (!indexed && spec.contains(key))
      refuse(causes, std::string("spec.") + key, spec[key], "requires indexed completion mode");
  const bool per_index = spec.contains("backoffLimitPerIndex");
  if (!per_index && spec.contains("maxFailedIndexes"))
    require(causes, "spec.backoffLimitPerIndex", "when maxFailedIndexes is specified");
  if (indexed && integer_or(spec, "maxFailedIndexes") > integer_or(spec, "completions", INT64_MAX))
    refuse(causes, "spec.maxFailedIndexes", spec["maxFailedIndexes"], "must be less than or equal to completions");
  const auto& rules = array_or_empty(object_or_empty(spec, "podFailurePolicy"), "rules");
  if (!rules.empty() && text_at(object, "/spec/template/spec/restartPolicy") != "Never")
    refuse(causes, "spec.template.spec.restartPolicy", text_at(object, "/spec/template/spec/restartPolicy"),
           "only \"Never\" is supported when podFailurePolicy is specified");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto action = string_or(rules[i], "action");
    const auto field = "spec.podFailurePolicy.rules[" + std::to_string(i) + "].action";
    if (action == "FailIndex" && !per_index)
      refuse(causes, field, action, "requires the backoffLimitPerIndex to be set");
    if (action != "Count" && action != "FailIndex" && action != "FailJob" && action != "Ignore")
      refuse_unsupported(causes, field, action, {"Count", "FailIndex", "FailJob", "Ignore"});
  }
}

std::string job_status(const json& object) {
  if (has_condition(object, "Complete")) return "Complete";
  if (has_condition(object, "Failed")) return "Failed";
  if (at(object, {"metadata", "deletionTimestamp"}).is_string()) return "Terminating";
  if (has_condition(object, "Suspended")) return "Suspended";
  if (has_condition(object, "FailureTarget")) return "FailureTarget";
  if (has_condition(object, "SuccessCriteriaMet")) return "SuccessCriteriaMet";
  return "Running";
}

std::string job_duration(const json& object, std::int64_t now_ns) {
  const json& start = at(object, {"status", "startTime"});
  if (!start.is_string()) return "";
  const json& end = at(object, {"status", "completionTime"});
  const Result<std::int64_t> ended =
      end.is_string() ? parse_wall(end.get_ref<const std::string&>()) : Result<std::int64_t>(now_ns);
  return since(start, ended ? *ended : now_ns);
}

json job_cells(const json& object, std::int64_t now_ns) {
  const json& completions = at(object, {"spec", "completions"});
  const std::int64_t succeeded = count(at(object, {"status", "succeeded"}));
  const std::int64_t parallelism = count(at(object, {"spec", "parallelism"}));
  const std::string done = completions.is_number_integer() ? fmt::format("{}/{}", succeeded, count(completions))
                           : parallelism > 1               ? fmt::format("{}/1 of {}", succeeded, parallelism)
                                                           : fmt::format("{}/1", succeeded);
  json cells =
      json::array({name_of(object), job_status(object), done, job_duration(object, now_ns), age(object, now_ns)});
  add_template(cells, object);
  return cells;
}

}  // namespace

KindRow job_row() {
  return {
      .kind = "Job",
      .has_status = true,
      .counts_generation = true,
      .categories = {"all"},
      .selectable = {"status.successful"},
      .types =
          {"batch.v1.Job apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta spec:2=batch.v1.JobSpec "
           "status:3=batch.v1.JobStatus",
           "batch.v1.JobCondition lastProbeTime:3=t lastTransitionTime:4=t message:6=s reason:5=s status:2=s type:1=s",
           "batch.v1.JobSpec activeDeadlineSeconds:3=N backoffLimit:7=N backoffLimitPerIndex:12=N completionMode:9=S "
           "completions:2=N managedBy:15=S manualSelector:5=B maxFailedIndexes:13=N parallelism:1=N "
           "podFailurePolicy:11=batch.v1.PodFailurePolicy podReplacementPolicy:14=S selector:4=meta.v1.LabelSelector "
           "successPolicy:16=batch.v1.SuccessPolicy suspend:10=B template:6=core.v1.PodTemplateSpec "
           "ttlSecondsAfterFinished:8=N",
           "batch.v1.JobStatus active:4=n completedIndexes:7=s completionTime:3=t "
           "conditions:1=list(batch.v1.JobCondition) failed:6=n failedIndexes:10=S ready:9=N startTime:2=t "
           "succeeded:5=n terminating:11=N uncountedTerminatedPods:8=batch.v1.UncountedTerminatedPods",
           "batch.v1.PodFailurePolicy rules:1=list(batch.v1.PodFailurePolicyRule)",
           "batch.v1.PodFailurePolicyOnExitCodesRequirement containerName:1=S operator:2=s values:3=set(n)",
           "batch.v1.PodFailurePolicyOnPodConditionsPattern status:2=s type:1=s",
           "batch.v1.PodFailurePolicyRule action:1=s onExitCodes:2=batch.v1.PodFailurePolicyOnExitCodesRequirement "
           "onPodConditions:3=list(batch.v1.PodFailurePolicyOnPodConditionsPattern)",
           "batch.v1.SuccessPolicy rules:1=list(batch.v1.SuccessPolicyRule)",
           "batch.v1.SuccessPolicyRule succeededCount:2=N succeededIndexes:1=S",
           "batch.v1.UncountedTerminatedPods failed:2=set(s) succeeded:1=set(s)"},
      .empty = json::object({{"spec", {{"template", empty_template()}}}, {"status", json::object()}}),
      .fixed = {"completions", "selector", "template", "completionMode"},
      .columns = workload_columns({{"Status", "string", 0, "Status of the job."},
                                   {"Completions", "string", 0, "The number of pods which reached phase Succeeded."},
                                   {"Duration", "string", 0, "Time required to complete the job."}}),
      .cells = job_cells,
      .default_object = [](json& object) { default_job(own_spec(object)); },
      .complete = select_own_pods,
      .validate = validate_job,
  };
}

}  // namespace straycat::cluster
