#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

void default_cron_job(json& object) {
  auto& spec = own_spec(object);
  set_default_value(spec, "concurrencyPolicy", "Allow");
  set_default(spec, "suspend", false);
  set_default(spec, "successfulJobsHistoryLimit", 3);
  set_default(spec, "failedJobsHistoryLimit", 1);
  with_object(spec, "jobTemplate", [](json& job) {
    set_default(job, "metadata", json::object());
    with_object(job, "spec", default_template);
  });
}

}  // namespace

KindRow cron_job_row() {
  return {
      .kind = "CronJob",
      .has_status = true,
      .counts_generation = true,
      .categories = {"all"},
      .types =
          {"batch.v1.CronJob apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta spec:2=batch.v1.CronJobSpec "
           "status:3=batch.v1.CronJobStatus",
           "batch.v1.CronJobSpec concurrencyPolicy:3=s failedJobsHistoryLimit:7=N "
           "jobTemplate:5=batch.v1.JobTemplateSpec schedule:1=s startingDeadlineSeconds:2=N "
           "successfulJobsHistoryLimit:6=N suspend:4=B timeZone:8=S",
           "batch.v1.CronJobStatus active:1=list(core.v1.ObjectReference) lastScheduleTime:4=t lastSuccessfulTime:5=t",
           "batch.v1.JobTemplateSpec metadata:1=meta.v1.ObjectMeta spec:2=batch.v1.JobSpec"},
      .default_object = default_cron_job,
  };
}

}  // namespace straycat::cluster
