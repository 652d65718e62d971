#include <fmt/format.h>

#include "cluster/kinds/cells.hpp"
#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

using namespace cells;

// What may change in a running pod's spec: images, deadline, grace period, more tolerations.
json fixed_pod_spec(const json& pod) {
  auto spec = object_or_empty(pod, "spec");
  for (const char* key :
       {"activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations", "ephemeralContainers", "nodeName"})
    spec.erase(key);
  for (const char* list : {"containers", "initContainers"}) {
    each_object(spec, list, [](json& container) { container.erase("image"); });
  }
  return spec;
}

void validate_pod_update(Causes& causes, const json& object, const json& current) {
  if (fixed_pod_spec(object) == fixed_pod_spec(current)) return;
  causes.push_back({"FieldValueForbidden",
                    "Forbidden: pod updates may not change fields other than "
                    "`spec.containers[*].image`,`spec.initContainers[*].image`,"
                    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
                    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
                    "spec"});
}

struct PodSummary {
  std::string reason;
  std::int64_t ready = 0, total = 0, restarts = 0;
  std::string last_restart;  // finishedAt of the latest lastState
};

// What a container that does not run says of the pod; empty when it says nothing.
std::string container_reason(const json& status) {
  const json& waiting = at(status, {"state", "waiting"});
  if (waiting.is_object()) return text(at(waiting, {"reason"}), "");
  const json& ended = at(status, {"state", "terminated"});
  if (!ended.is_object()) return "";
  const std::string reason = text(at(ended, {"reason"}), "");
  if (!reason.empty()) return reason;
  const std::int64_t signal = count(at(ended, {"signal"}));
  return signal != 0 ? fmt::format("Signal:{}", signal) : fmt::format("ExitCode:{}", count(at(ended, {"exitCode"})));
}

// A pod whose init containers are not through shows them: "Init:1/2", "Init:Error".
std::string init_reason(const json& object) {
  const json& statuses = at(object, {"status", "initContainerStatuses"});
  std::size_t index = 0;
  for (const json& status : statuses) {
    const json& ended = at(status, {"state", "terminated"});
    if (ended.is_object() && count(at(ended, {"exitCode"})) == 0) {
      ++index;
      continue;
    }
    const std::string reason = container_reason(status);
    if (!reason.empty() && reason != "PodInitializing") return "Init:" + reason;
    return fmt::format("Init:{}/{}", index, at(object, {"spec", "initContainers"}).size());
  }
  return "";
}

PodSummary summarise(const json& object) {
  PodSummary summary;
  summary.reason = text(at(object, {"status", "reason"}), text(at(object, {"status", "phase"}), ""));
  summary.total = static_cast<std::int64_t>(at(object, {"spec", "containers"}).size());
  bool running = false;
  for (const json& status : at(object, {"status", "containerStatuses"})) {
    summary.restarts += count(at(status, {"restartCount"}));
    const std::string finished = text(at(status, {"lastState", "terminated", "finishedAt"}), "");
    if (finished > summary.last_restart) summary.last_restart = finished;
    if (const std::string reason = container_reason(status); !reason.empty()) summary.reason = reason;
    const bool ready = at(status, {"ready"}) == true;
    summary.ready += ready ? 1 : 0;
    running = running || (ready && at(status, {"state", "running"}).is_object());
  }
  if (summary.reason == "Completed" && running) summary.reason = "Running";
  if (const std::string init = init_reason(object); !init.empty()) summary.reason = init;
  if (at(object, {"metadata", "deletionTimestamp"}).is_string()) summary.reason = "Terminating";
  return summary;
}

json pod_cells(const json& object, std::int64_t now_ns) {
  const PodSummary pod = summarise(object);
  const std::string restarts = pod.restarts != 0 && !pod.last_restart.empty()
                                   ? fmt::format("{} ({} ago)", pod.restarts, since(json(pod.last_restart), now_ns))
                                   : fmt::format("{}", pod.restarts);
  return json::array({name_of(object), fmt::format("{}/{}", pod.ready, pod.total), pod.reason, restarts,
                      age(object, now_ns), text(at(object, {"status", "podIP"})),
                      text(at(object, {"spec", "nodeName"})), text(at(object, {"status", "nominatedNodeName"})),
                      "<none>"});
}

}  // namespace

KindRow pod_row() {
  return {
      .kind = "Pod",
      .has_status = true,
      .counts_generation = true,
      .categories = {"all"},
      .deletion = DeletionStyle::graceful,
      .deleted_as_object = true,
      .subresources = {{"attach", "PodAttachOptions", {"create", "get"}},
                       {"ephemeralcontainers", "", {"get", "patch", "update"}},
                       {"eviction", "Eviction", {"create"}, "policy", "v1"},
                       {"exec", "PodExecOptions", {"create", "get"}},
                       {"log", "", {"get"}},
                       {"portforward", "PodPortForwardOptions", {"create", "get"}},
                       {"proxy", "PodProxyOptions", {"create", "delete", "get", "patch", "update"}}},
      .selectable = {"spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
                     "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"},
      .empty = json::object({{"spec", {{"containers", nullptr}}}, {"status", json::object()}}),
      .columns = {name_column,
                  {"Ready", "string", 0, "The aggregate readiness state of this pod for accepting traffic."},
                  {"Status", "string", 0, "The aggregate status of the containers in this pod."},
                  {"Restarts", "string", 0, "The number of times the containers in this pod have been restarted."},
                  age_column,
                  {"IP", "string", 1, "podIP address allocated to the pod."},
                  {"Node", "string", 1, "NodeName indicates in which node this pod is scheduled."},
                  {"Nominated Node", "string", 1, "nominatedNodeName is set only when this pod preempts other pods."},
                  {"Readiness Gates", "string", 1,
                   "If specified, all readiness gates will be evaluated for pod readiness."}},
      .cells = pod_cells,
      .default_object =
          [](json& object) {
            default_pod_spec(own_spec(object));
            default_pod(object);
          },
      .complete = complete_new_pod,
      .validate = [](Causes& causes,
                     const json& object) { validate_pod_spec(causes, "spec", object_or_empty(object, "spec")); },
      .validate_update = validate_pod_update,
      // Binding a pod to its node is no change of what was asked for (the binding subresource leaves the generation
      // alone).
      .count =
          [](json& rest, const json&) {
            if (rest["spec"].is_object()) rest["spec"].erase("nodeName");
          },
  };
}

}  // namespace straycat::cluster
