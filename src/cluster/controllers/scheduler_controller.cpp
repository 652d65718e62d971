#include "cluster/controllers/scheduler_controller.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cluster/controllers/placement.hpp"

namespace straycat::cluster {

bool tolerates(const json& toleration, const json& taint) {
  const auto key = string_or(toleration, "key");
  const auto effect = string_or(toleration, "effect");
  if (!effect.empty() && effect != string_or(taint, "effect")) return false;
  const bool exists = string_or(toleration, "operator", "Equal") == "Exists";
  if (key.empty()) return exists;
  return key == string_or(taint, "key") && (exists || string_or(toleration, "value") == string_or(taint, "value"));
}

namespace {

// The taint that keeps the pod away, or null.
const json* untolerated(const json& pod, const json& node) {
  for (const auto& taint : array_or_empty(spec_of(node), "taints")) {
    const auto effect = string_or(taint, "effect");
    if (effect != "NoSchedule" && effect != "NoExecute") continue;
    const auto& tolerations = array_or_empty(spec_of(pod), "tolerations");
    if (std::none_of(tolerations.begin(), tolerations.end(),
                     [&](const json& toleration) { return tolerates(toleration, taint); }))
      return &taint;
  }
  return nullptr;
}

// Why this node will not take this pod; "" when it will.
std::string objection(const json& pod, const json& node) {
  if (spec_of(node).value("unschedulable", json(false)) == json(true)) return "node(s) were unschedulable";
  if (const auto* taint = untolerated(pod, node))
    return fmt::format("node(s) had untolerated taint(s) {{{}: {}}}", string_or(*taint, "key"),
                       string_or(*taint, "value"));
  if (!condition_true(node, "Ready")) return "node(s) had untolerated taint(s) {node.kubernetes.io/not-ready: }";
  if (!model::selects(labels_from(object_or_empty(spec_of(pod), "nodeSelector")), labels_of(node)) &&
      !object_or_empty(spec_of(pod), "nodeSelector").empty())
    return "node(s) didn't match Pod's node affinity/selector";
  if (!node_affinity_fits(pod, node)) return "node(s) didn't match Pod's node affinity/selector";
  return {};
}

std::string controller_uid(const json& pod) {
  const json* controller = controller_of(pod);
  return controller == nullptr ? "" : string_or(*controller, "uid");
}

std::string emptiest(const json& pod, const std::vector<std::string>& willing, const std::vector<Object>& pods) {
  if (willing.size() == 1) return willing.front();
  std::map<std::string, std::pair<int, int>> there;  // of its own kin, and at all
  const auto kin = controller_uid(pod);
  for (const auto& other : pods) {
    if (pod_terminal(*other)) continue;
    auto& [alike, all] = there[text_at(*other, "/spec/nodeName")];
    ++all;
    if (!kin.empty() && controller_uid(*other) == kin) ++alike;
  }
  return *std::min_element(willing.begin(), willing.end(),
                           [&](const auto& one, const auto& other) { return there[one] < there[other]; });
}

}  // namespace

Placement place_pod(const json& pod, const std::vector<Object>& nodes, const std::vector<Object>& pods) {
  if (nodes.empty()) return {"", "no nodes available to schedule pods"};
  std::map<std::string, int> objections;
  std::vector<std::string> willing;
  const Neighbours neighbours(nodes, pods);
  for (const auto& node : nodes) {
    auto why = objection(pod, *node);
    if (why.empty()) why = neighbours.objection(pod, *node);
    if (why.empty())
      willing.push_back(name_of(*node));
    else
      ++objections[why];
  }
  if (!willing.empty()) return {emptiest(pod, willing, pods), ""};
  std::string text;
  for (const auto& [why, count] : objections) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, why);
  return {"", fmt::format("0/{} nodes are available: {}. preemption: 0/{} nodes are available: {} Preemption is not "
                          "helpful for scheduling.",
                          nodes.size(), text, nodes.size(), nodes.size())};
}

Scheduler::Scheduler(World world)
    : world_(std::move(world)),
      events_(world_.store, world_.clock, "default-scheduler"),
      queue_(world_.executor, world_.clock, [this](const Key& key) { sync(key); }) {}

void Scheduler::on_change(const Change& change) {
  if (change.kind == "Pod" && change.type != ChangeType::deleted && text_at(*change.object, "/spec/nodeName").empty()) {
    queue_.add({change.ns, change.name});
  } else if (change.kind == "Node" && change.type != ChangeType::deleted) {
    try_again();
  } else if (change.kind == "Pod" && waiting_ && (change.type == ChangeType::deleted || pod_terminal(*change.object))) {
    try_again();  // it may have stood in another's way
  }
}

void Scheduler::try_again() {
  waiting_ = false;
  for (const auto& pod : world_.store.list("Pod"))
    if (text_at(*pod, "/spec/nodeName").empty()) queue_.add(key_of(*pod));
}

void Scheduler::sync(const Key& key) {
  const auto pod = world_.store.get("Pod", key.first, key.second);
  if (!pod || is_deleted(*pod) || pod_terminal(*pod) || !text_at(*pod, "/spec/nodeName").empty()) return;
  if (string_or(spec_of(*pod), "schedulerName", "default-scheduler") != "default-scheduler") return;
  if (!array_or_empty(spec_of(*pod), "schedulingGates").empty()) return;
  const auto nodes = world_.store.list("Node");
  const auto placement = place_pod(*pod, nodes, nodes.size() > 1 ? world_.store.list("Pod") : std::vector<Object>());
  if (placement.node.empty())
    refuse(*pod, placement.message);
  else
    bind(*pod, placement.node);
}

void Scheduler::bind(const json& pod, const std::string& node) {
  const auto bound = world_.store.mutate("Pod", namespace_of(pod), name_of(pod), [&](json& object) {
    object["spec"]["nodeName"] = node;
    object["status"]["conditions"] =
        json::array({json::object({{"type", "PodScheduled"},
                                   {"status", "True"},
                                   {"lastProbeTime", nullptr},
                                   {"lastTransitionTime", kube_time(world_.clock.wall_seconds())}})});
    return true;
  });
  if (!bound) return;
  if (waiting_) try_again();  // others may have waited for one like it
  events_.action(pod, "Normal", "Scheduled", "Binding",
                 fmt::format("Successfully assigned {}/{} to {}", namespace_of(pod), name_of(pod), node));
}

void Scheduler::refuse(const json& pod, const std::string& message) {
  waiting_ = true;
  const auto* noted = condition_of(status_of(pod), "PodScheduled");
  if (noted != nullptr && string_or(*noted, "message") == message) return;
  (void)world_.store.mutate("Pod", namespace_of(pod), name_of(pod), [&](json& object) {
    object["status"]["conditions"] =
        json::array({json::object({{"type", "PodScheduled"},
                                   {"status", "False"},
                                   {"lastProbeTime", nullptr},
                                   {"lastTransitionTime", kube_time(world_.clock.wall_seconds())},
                                   {"reason", "Unschedulable"},
                                   {"message", message}})});
    return true;
  });
  events_.action(pod, "Warning", "FailedScheduling", "Scheduling", message);
}

std::unique_ptr<Controller> scheduler_controller(const Start& start) {
  return std::make_unique<Scheduler>(start.world);
}

}  // namespace straycat::cluster
