#include "cluster/controllers/scheduler_controller.hpp"

#include <algorithm>

#include <fmt/format.h>

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
  return {};
}

}  // namespace

Placement place_pod(const json& pod, const std::vector<Object>& nodes) {
  if (nodes.empty()) return {"", "no nodes available to schedule pods"};
  std::map<std::string, int> objections;
  for (const auto& node : nodes) {
    auto why = objection(pod, *node);
    if (why.empty()) return {name_of(*node), ""};
    ++objections[why];
  }
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
    for (const auto& pod : world_.store.list("Pod"))
      if (text_at(*pod, "/spec/nodeName").empty()) queue_.add(key_of(*pod));
  }
}

void Scheduler::sync(const Key& key) {
  const auto pod = world_.store.get("Pod", key.first, key.second);
  if (!pod || is_deleted(*pod) || pod_terminal(*pod) || !text_at(*pod, "/spec/nodeName").empty()) return;
  if (string_or(spec_of(*pod), "schedulerName", "default-scheduler") != "default-scheduler") return;
  if (!array_or_empty(spec_of(*pod), "schedulingGates").empty()) return;
  const auto placement = place_pod(*pod, world_.store.list("Node"));
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
  events_.action(pod, "Normal", "Scheduled", "Binding",
                 fmt::format("Successfully assigned {}/{} to {}", namespace_of(pod), name_of(pod), node));
}

void Scheduler::refuse(const json& pod, const std::string& message) {
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
