#include "cluster/node/pod_status.hpp"

#include "cluster/store/store.hpp"

namespace straycat::cluster {

using json = nlohmann::json;

namespace {

using State = ContainerLife::State;

json ending_json(const Ending& ending) {
  json out = {{"exitCode", ending.code},
              {"reason", ending.reason},
              {"startedAt", kubernetes_time(ending.started_wall_ns)},
              {"finishedAt", kubernetes_time(ending.finished_wall_ns)}};
  if (!ending.message.empty()) out["message"] = ending.message;
  if (!ending.id.empty()) out["containerID"] = ending.id;
  return json{{"terminated", out}};
}

// A container about to start again still shows how the one before ended.
bool shows_ending(const ContainerLife& life) {
  return life.current && (life.state == State::ended || life.state == State::starting ||
                          (life.state == State::waiting && life.waiting_reason != "CrashLoopBackOff"));
}

json state_json(const ContainerLife& life) {
  if (life.state == State::running) return json{{"running", {{"startedAt", kubernetes_time(life.started_wall_ns)}}}};
  if (shows_ending(life)) return ending_json(*life.current);
  json waiting = {{"reason", life.waiting_reason}};
  if (!life.waiting_message.empty()) waiting["message"] = life.waiting_message;
  return json{{"waiting", waiting}};
}

json last_state_json(const ContainerLife& life) {
  const auto& shown = life.current && !shows_ending(life) ? life.current : life.last;
  return shown ? ending_json(*shown) : json::object();
}

json mounts_json(const ContainerSpec& spec) {
  json out = json::array();
  for (const VolumeMount& mount : spec.mounts) {
    json item = {{"name", mount.name}, {"mountPath", mount.path}};
    if (mount.read_only) item.update({{"readOnly", true}, {"recursiveReadOnly", "Disabled"}});
    out.push_back(std::move(item));
  }
  return out;
}

json container_json(const ContainerLife& life) {
  json out = {{"name", life.spec.name}, {"state", state_json(life)},     {"lastState", last_state_json(life)},
              {"ready", life.ready()},  {"restartCount", life.restarts}, {"image", life.spec.image},
              {"imageID", ""},          {"started", life.started()}};
  if (!life.spec.mounts.empty()) out["volumeMounts"] = mounts_json(life.spec);
  if (life.id.empty()) return out;
  out["image"] = full_image_name(life.spec.image);
  out["imageID"] = life.spec.tree
                       ? life.spec.tree->id
                       : "program://" + (life.spec.program.empty() ? life.spec.image : life.spec.program.back());
  out["containerID"] = life.id;
  out["resources"] = json::object();
  return out;
}

std::string unready(const StatusFacts& facts, bool init) {
  std::string out;
  for (const ContainerLife& life : *facts.lives) {
    if ((life.spec.role == Role::init) != init || life.spec.role == Role::ephemeral || life.ready()) continue;
    out += (out.empty() ? "" : " ") + life.spec.name;
  }
  return out;
}

// pkg/kubelet/status/generate.go, GeneratePodReadyCondition; "" when all gates are open.
std::string closed_gates(const StatusFacts& facts) {
  static const std::map<std::string, std::string> none;
  const auto& known = facts.gates == nullptr ? none : *facts.gates;
  std::string out;
  for (const std::string& gate : facts.spec->readiness_gates) {
    const auto found = known.find(gate);
    std::string words;
    if (found == known.end())
      words = "corresponding condition of pod readiness gate \"" + gate + "\" does not exist.";
    else if (found->second != "True")
      words = "the status of pod readiness gate \"" + gate + "\" is not \"True\", but " + found->second;
    if (!words.empty()) out += (out.empty() ? "" : ", ") + words;
  }
  return out;
}

struct Verdict {
  std::string type;
  bool holds = false;
  std::string reason, message;
};

std::vector<Verdict> verdicts(const StatusFacts& facts) {
  const std::string phase = phase_of(facts);
  const std::string incomplete = unready(facts, true), waiting = unready(facts, false);
  std::vector<Verdict> out;
  out.push_back({"PodReadyToStartContainers", facts.sandbox_ready, "", ""});
  if (phase == "Succeeded") {
    out.push_back({"Initialized", true, "PodCompleted", ""});
  } else if (!incomplete.empty()) {
    out.push_back(
        {"Initialized", false, "ContainersNotInitialized", "containers with incomplete status: [" + incomplete + "]"});
  } else {
    out.push_back({"Initialized", true, "", ""});
  }
  Verdict ready{"Ready", waiting.empty(), "", ""};
  if (phase == "Succeeded" || phase == "Failed") {
    ready = {"Ready", false, phase == "Succeeded" ? "PodCompleted" : "PodFailed", ""};
  } else if (!waiting.empty()) {
    ready = {"Ready", false, "ContainersNotReady", "containers with unready status: [" + waiting + "]"};
  }
  Verdict containers = ready;
  containers.type = "ContainersReady";
  if (const std::string closed = closed_gates(facts); ready.holds && !closed.empty())
    ready = {"Ready", false, "ReadinessGatesNotReady", closed};
  out.push_back(ready);
  out.push_back(containers);
  return out;
}

const json* find_condition(const json& conditions, const std::string& type) {
  if (!conditions.is_array()) return nullptr;
  for (const json& condition : conditions) {
    if (condition.is_object() && condition.value("type", "") == type) return &condition;
  }
  return nullptr;
}

json conditions_json(const StatusFacts& facts, const json& before) {
  json out = json::array();
  const json old = before.is_object() ? before.value("conditions", json::array()) : json::array();
  for (const Verdict& verdict : verdicts(facts)) {
    const std::string status = verdict.holds ? "True" : "False";
    const json* known = find_condition(old, verdict.type);
    const bool same = known != nullptr && known->value("status", "") == status;
    json item = {
        {"type", verdict.type},
        {"observedGeneration", facts.spec->generation},
        {"status", status},
        {"lastProbeTime", nullptr},
        {"lastTransitionTime", same ? known->value("lastTransitionTime", "") : kubernetes_time(facts.now_wall_ns)}};
    if (!verdict.reason.empty()) item["reason"] = verdict.reason;
    if (!verdict.message.empty()) item["message"] = verdict.message;
    out.push_back(std::move(item));
  }
  return out;
}

struct Counts {
  int running = 0, waiting = 0, stopped = 0, succeeded = 0;
};

Counts count_main(const StatusFacts& facts) {
  Counts out;
  for (const ContainerLife& life : *facts.lives) {
    if (life.spec.role != Role::main) continue;
    if (life.state == State::running) {
      ++out.running;
    } else if (life.current || life.last) {
      ++out.stopped;
      const auto& ending = life.current ? life.current : life.last;
      if (life.state == State::ended && ending->code == 0) ++out.succeeded;
    } else {
      ++out.waiting;
    }
  }
  return out;
}

}  // namespace

std::string kubernetes_time(std::int64_t wall_ns) { return kube_time(wall_ns / 1'000'000'000); }

std::string bare_image_name(std::string image) {
  if (image.starts_with("docker.io/")) image.erase(0, 10);
  if (image.starts_with("library/")) image.erase(0, 8);
  const auto slash = image.rfind('/');
  const auto mark = image.find_first_of(":@", slash == std::string::npos ? 0 : slash);
  return mark == std::string::npos ? image : image.substr(0, mark);
}

bool same_image(std::string one, std::string other) {
  for (std::string* name : {&one, &other}) {
    for (const std::string_view start : {"docker.io/", "library/"})
      if (name->starts_with(start)) name->erase(0, start.size());
  }
  return full_image_name(one) == full_image_name(other);
}

std::string full_image_name(const std::string& image) {
  std::string out = image;
  const auto slash = out.find('/');
  const std::string first = out.substr(0, slash);
  const bool registry =
      slash != std::string::npos && (first.find_first_of(".:") != std::string::npos || first == "localhost");
  if (!registry) out.insert(0, slash == std::string::npos ? "docker.io/library/" : "docker.io/");
  if (out.find_first_of(":@", out.rfind('/')) == std::string::npos) out += ":latest";
  return out;
}

std::string phase_of(const StatusFacts& facts) {
  for (const ContainerLife& life : *facts.lives) {
    if (life.spec.role != Role::init) continue;
    const bool ended = life.state == State::ended && life.current;
    if (ended && life.current->code != 0 && facts.spec->restart_policy == "Never") return "Failed";
    if (!ended || life.current->code != 0) return facts.ended ? "Failed" : "Pending";
  }
  const Counts counts = count_main(facts);
  if (counts.waiting > 0) return facts.ended ? "Failed" : "Pending";
  if (counts.running > 0) return "Running";
  if (facts.spec->restart_policy == "Always" && !facts.ended && !facts.deleting) return "Running";
  if (counts.stopped == counts.succeeded) return "Succeeded";
  return facts.spec->restart_policy == "Never" || facts.ended || facts.deleting ? "Failed" : "Running";
}

json make_status(const StatusFacts& facts, const json& before) {
  // Kubelet reports a terminal phase only when nothing of the pod runs any more.
  std::string phase = phase_of(facts);
  if (!facts.ended && (phase == "Succeeded" || phase == "Failed"))
    phase = count_main(facts).waiting > 0 ? "Pending" : "Running";
  json out = {{"observedGeneration", facts.spec->generation},
              {"phase", phase},
              {"conditions", conditions_json(facts, before)},
              {"hostIP", facts.host_address},
              {"hostIPs", json::array({json{{"ip", facts.host_address}}})},
              {"startTime", kubernetes_time(facts.start_wall_ns)},
              {"resources", json::object()}};
  if (facts.overdue) {
    if (facts.ended) out["phase"] = "Failed";
    out["reason"] = deadline_reason;
    out["message"] = deadline_message;
  }
  if (!facts.address.empty()) {
    out["podIP"] = facts.address;
    out["podIPs"] = json::array({json{{"ip", facts.address}}});
  }
  json init = json::array(), main = json::array(), ephemeral = json::array();
  for (const ContainerLife& life : *facts.lives) {
    auto& list = life.spec.role == Role::main ? main : life.spec.role == Role::ephemeral ? ephemeral : init;
    list.push_back(container_json(life));
  }
  if (!init.empty()) out["initContainerStatuses"] = std::move(init);
  if (!ephemeral.empty()) out["ephemeralContainerStatuses"] = std::move(ephemeral);
  out["containerStatuses"] = std::move(main);
  return out;
}

std::map<std::string, std::string> conditions_of(const json& pod) {
  std::map<std::string, std::string> out;
  const json::json_pointer where("/status/conditions");
  if (!pod.contains(where)) return out;
  for (const json& condition : pod.at(where)) {
    if (!condition.is_object()) continue;
    const auto type = condition.find("type"), status = condition.find("status");
    if (type != condition.end() && status != condition.end() && type->is_string() && status->is_string())
      out[type->get<std::string>()] = status->get<std::string>();
  }
  return out;
}

void merge_status(json& pod, const json& status) {
  json& target = pod["status"];
  if (!target.is_object()) target = json::object();
  json conditions = status.at("conditions");
  for (json foreign : target.value("conditions", json::array())) {
    if (find_condition(conditions, foreign.value("type", "")) != nullptr) continue;
    if (foreign.value("type", "") == "PodScheduled") foreign["observedGeneration"] = status.at("observedGeneration");
    conditions.push_back(std::move(foreign));
  }
  for (const auto& [key, value] : status.items()) target[key] = value;
  target["conditions"] = std::move(conditions);
}

}  // namespace straycat::cluster
