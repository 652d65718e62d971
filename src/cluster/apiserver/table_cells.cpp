#include "cluster/apiserver/table_cells.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "cluster/apiserver/table.hpp"
#include <straycat/core/time.hpp>

namespace straycat::cluster {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

// The value at a path of keys, or null: cells are made from whatever the objects hold.
const json& at(const json& object, std::initializer_list<const char*> path) {
  static const json none;
  const json* here = &object;
  for (const char* key : path) {
    if (!here->is_object()) return none;
    const auto found = here->find(key);
    if (found == here->end()) return none;
    here = &*found;
  }
  return *here;
}

std::string text(const json& value, const std::string& fallback = "<none>") {
  return value.is_string() && !value.get_ref<const std::string&>().empty() ? value.get<std::string>() : fallback;
}
std::int64_t count(const json& value) { return value.is_number_integer() ? value.get<std::int64_t>() : 0; }

std::string name_of(const json& object) { return text(at(object, {"metadata", "name"})); }

std::string since(const json& time, std::int64_t now_ns) {
  const Result<std::int64_t> then =
      time.is_string() ? parse_wall(time.get_ref<const std::string&>()) : Result<std::int64_t>(bad_input(""));
  return then ? human_duration((now_ns - *then) / second_ns) : "<unknown>";
}
std::string age(const json& object, std::int64_t now_ns) {
  return since(at(object, {"metadata", "creationTimestamp"}), now_ns);
}

std::string joined(const json& map) {
  std::string all;
  if (!map.is_object()) return "<none>";
  for (const auto& [key, value] : map.items())
    all += fmt::format("{}{}={}", all.empty() ? "" : ",", key, text(value, ""));
  return all.empty() ? "<none>" : all;
}

// A field of every container, joined by commas.
std::string containers(const json& pod_spec, const char* field) {
  std::string all;
  for (const json& container : at(pod_spec, {"containers"}))
    all += (all.empty() ? "" : ",") + text(at(container, {field}), "");
  return all;
}

std::string selector_of(const json& selector) {
  std::string all;
  const json& labels = at(selector, {"matchLabels"});
  if (labels.is_object() && !labels.empty()) all = joined(labels);
  for (const json& rule : at(selector, {"matchExpressions"}))
    all +=
        fmt::format("{}{} {}", all.empty() ? "" : ",", text(at(rule, {"key"}), ""), text(at(rule, {"operator"}), ""));
  return all.empty() ? "<none>" : all;
}

void add_template(json& cells, const json& object) {
  const json& spec = at(object, {"spec", "template", "spec"});
  cells.push_back(containers(spec, "name"));
  cells.push_back(containers(spec, "image"));
  cells.push_back(selector_of(at(object, {"spec", "selector"})));
}

// --- pods (printers.go printPod) ---

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

std::string service_ports(const json& object) {
  std::string all;
  for (const json& port : at(object, {"spec", "ports"})) {
    const std::int64_t node_port = count(at(port, {"nodePort"}));
    const std::string protocol = text(at(port, {"protocol"}), "TCP");
    all += all.empty() ? "" : ",";
    all += node_port != 0 ? fmt::format("{}:{}/{}", count(at(port, {"port"})), node_port, protocol)
                          : fmt::format("{}/{}", count(at(port, {"port"})), protocol);
  }
  return all.empty() ? "<none>" : all;
}

std::string node_address(const json& object, std::string_view type) {
  for (const json& address : at(object, {"status", "addresses"})) {
    if (text(at(address, {"type"})) == type) return text(at(address, {"address"}));
  }
  return "<none>";
}

bool has_condition(const json& object, std::string_view type) {
  for (const json& condition : at(object, {"status", "conditions"})) {
    if (text(at(condition, {"type"})) == type && text(at(condition, {"status"})) == "True") return true;
  }
  return false;
}

std::string node_status(const json& object) {
  const std::string ready = has_condition(object, "Ready") ? "Ready" : "NotReady";
  return at(object, {"spec", "unschedulable"}) == true ? ready + ",SchedulingDisabled" : ready;
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

// At most three are shown, as formatDiscoveryPorts and formatDiscoveryEndpoints do.
std::string first_three(const std::vector<std::string>& all, const char* empty) {
  std::string shown;
  for (std::size_t i = 0; i < all.size() && i < 3; ++i) shown += (i == 0 ? "" : ",") + all[i];
  if (all.size() > 3) shown += fmt::format(" + {} more...", all.size() - 3);
  return shown.empty() ? empty : shown;
}

}  // namespace

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

json service_cells(const json& object, std::int64_t now_ns) {
  const std::string type = text(at(object, {"spec", "type"}), "ClusterIP");
  const std::string external = type == "ExternalName"   ? text(at(object, {"spec", "externalName"}))
                               : type == "LoadBalancer" ? "<pending>"
                                                        : "<none>";
  return json::array({name_of(object), type, text(at(object, {"spec", "clusterIP"})), external, service_ports(object),
                      age(object, now_ns), joined(at(object, {"spec", "selector"}))});
}

json event_cells(const json& object, std::int64_t now_ns) {
  std::string kind = text(at(object, {"involvedObject", "kind"}), "");
  for (char& letter : kind) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  const json& last =
      at(object, {"lastTimestamp"}).is_string() ? at(object, {"lastTimestamp"}) : at(object, {"eventTime"});
  const json& first =
      at(object, {"firstTimestamp"}).is_string() ? at(object, {"firstTimestamp"}) : at(object, {"eventTime"});
  const std::string host = text(at(object, {"source", "host"}), text(at(object, {"reportingInstance"}), ""));
  const std::string component = text(at(object, {"source", "component"}), text(at(object, {"reportingComponent"}), ""));
  const std::int64_t times = std::max<std::int64_t>(1, count(at(object, {"count"})));
  return json::array({since(last, now_ns), text(at(object, {"type"}), ""), text(at(object, {"reason"}), ""),
                      kind + "/" + text(at(object, {"involvedObject", "name"}), ""),
                      text(at(object, {"involvedObject", "fieldPath"}), ""),
                      host.empty() ? component : component + ", " + host, text(at(object, {"message"}), ""),
                      since(first, now_ns), times, name_of(object)});
}

json node_cells(const json& object, std::int64_t now_ns) {
  const json& info = at(object, {"status", "nodeInfo"});
  const std::string kernel = fmt::format("{} ({})", text(at(info, {"kernelVersion"}), "<unknown>"),
                                         text(at(info, {"architecture"}), "<unknown>"));
  return json::array({name_of(object), node_status(object), "<none>", age(object, now_ns),
                      text(at(info, {"kubeletVersion"}), ""), node_address(object, "InternalIP"),
                      node_address(object, "ExternalIP"), text(at(info, {"osImage"}), "<unknown>"), kernel,
                      text(at(info, {"containerRuntimeVersion"}), "<unknown>")});
}

json deployment_cells(const json& object, std::int64_t now_ns) {
  const json& status = at(object, {"status"});
  json cells = json::array(
      {name_of(object),
       fmt::format("{}/{}", count(at(status, {"readyReplicas"})), count(at(object, {"spec", "replicas"}))),
       count(at(status, {"updatedReplicas"})), count(at(status, {"availableReplicas"})), age(object, now_ns)});
  add_template(cells, object);
  return cells;
}

json replica_set_cells(const json& object, std::int64_t now_ns) {
  const json& status = at(object, {"status"});
  json cells = json::array({name_of(object), count(at(object, {"spec", "replicas"})), count(at(status, {"replicas"})),
                            count(at(status, {"readyReplicas"})), age(object, now_ns)});
  add_template(cells, object);
  return cells;
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

json slice_cells(const json& object, std::int64_t now_ns) {
  std::vector<std::string> ports, addresses;
  for (const json& port : at(object, {"ports"})) {
    const json& number = at(port, {"port"});
    ports.push_back(number.is_number_integer() ? std::to_string(count(number)) : text(at(port, {"name"}), "*"));
  }
  for (const json& endpoint : at(object, {"endpoints"})) {
    for (const json& address : at(endpoint, {"addresses"})) addresses.push_back(text(address));
  }
  return json::array({name_of(object), text(at(object, {"addressType"}), ""), first_three(ports, "<unset>"),
                      first_three(addresses, "<unset>"), age(object, now_ns)});
}

json namespace_cells(const json& object, std::int64_t now_ns) {
  return json::array({name_of(object), text(at(object, {"status", "phase"}), "Active"), age(object, now_ns)});
}

json plain_cells(const json& object, std::int64_t now_ns) {
  return json::array({name_of(object), age(object, now_ns)});
}

}  // namespace straycat::cluster
