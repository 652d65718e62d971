#include "runner/world.hpp"

#include <algorithm>
#include <set>

#include <straycat/model/selector.hpp>

namespace straycat::runner {

namespace {

std::string name_of(const json& object) {
  const auto meta = object.is_object() ? object.find("metadata") : object.end();
  if (meta == object.end() || !meta->is_object()) return {};
  const auto name = meta->find("name");
  return name != meta->end() && name->is_string() ? name->get<std::string>() : std::string{};
}

bool is_workload(const std::string& kind) {
  static const std::set<std::string> kinds{"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob"};
  return kinds.count(kind) != 0;
}

ObjectLine line(const std::string& kind, bool deleted, json object) {
  json body;
  model::to_json(body, model::ObjectChange{deleted, std::move(object)});
  return {log_kind(kind), std::move(body)};
}

// Whether the log has nothing new to say: all but the resourceVersion is as before (a node's heartbeat, say). Slices
// are always told: their writes bound clocks and lags.
bool same_for_the_log(const std::string& kind, json before, json after) {
  if (kind == "EndpointSlice") return false;
  for (auto* each : {&before, &after}) (*each)["meta"].erase("resourceVersion");
  return before == after;
}

}  // namespace

std::string log_kind(const std::string& kind) {
  if (kind == "Pod") return "pod";
  if (kind == "Service") return "service";
  if (kind == "EndpointSlice") return "slice";
  if (kind == "Node") return "node";
  if (kind == "NetworkPolicy") return "networkpolicy";
  if (kind == "Event") return "kube.event";
  return is_workload(kind) ? "workload" : "";
}

json projection(const std::string& kind, const json& object) {
  if (kind == "Pod") return json(model::project_pod(object));
  if (kind == "Service") return json(model::project_service(object));
  if (kind == "EndpointSlice") return json(model::project_slice(object));
  if (kind == "Node") return json(model::project_node(object));
  if (kind == "NetworkPolicy") return json(model::project_network_policy(object));
  if (kind == "Event") return json(model::project_kube_event(object));
  return json(model::project_workload(object));
}

std::vector<ObjectLine> World::applied(const std::string& kind, const json& object) {
  const Key key{kind, name_of(object)};
  if (key.second.empty()) return {};
  objects_[key] = object;
  auto projected = projection(kind, object);
  const auto logged = logged_.find(key);
  if (logged != logged_.end() && same_for_the_log(kind, logged->second, projected)) return {};
  logged_[key] = projected;
  return {line(kind, false, std::move(projected))};
}

std::vector<ObjectLine> World::deleted(const std::string& kind, const json& object) {
  const Key key{kind, name_of(object)};
  if (objects_.erase(key) == 0) return {};
  logged_.erase(key);
  return {line(kind, true, projection(kind, object))};
}

std::vector<ObjectLine> World::replaced(const std::string& kind, const std::vector<json>& objects) {
  std::vector<ObjectLine> lines;
  std::set<std::string> there;
  for (const auto& object : objects) there.insert(name_of(object));
  std::vector<json> gone;
  for (const auto& [key, object] : objects_)
    if (key.first == kind && there.count(key.second) == 0) gone.push_back(object);
  const auto add = [&lines](std::vector<ObjectLine> more) {
    for (auto& each : more) lines.push_back(std::move(each));
  };
  for (const auto& object : gone) add(deleted(kind, object));
  for (const auto& object : objects) add(applied(kind, object));
  return lines;
}

const json* World::find(const std::string& kind, const std::string& name) const {
  const auto found = objects_.find({kind, name});
  return found == objects_.end() ? nullptr : &found->second;
}

std::vector<const json*> World::all(const std::string& kind) const {
  std::vector<const json*> out;
  for (const auto& [key, object] : objects_)
    if (key.first == kind) out.push_back(&object);
  return out;
}

std::vector<model::Workload> World::workloads() const {
  std::vector<model::Workload> out;
  for (const auto& [key, object] : objects_)
    if (is_workload(key.first)) out.push_back(model::project_workload(object));
  return out;
}

std::vector<model::Pod> World::pods_of(const std::string& kind, const std::string& name) const {
  std::vector<model::Pod> out;
  const auto owners = workloads();
  for (const auto* object : all("Pod")) {
    auto pod = model::project_pod(*object);
    const auto root = model::root_owner(pod.meta, owners);
    const bool is_it = kind == "Pod" && pod.meta.name == name;
    // A ReplicaSet of a Deployment has pods, too, though it is not their root.
    const auto* controller = pod.meta.controller();
    const bool owned = (root.kind == kind && root.name == name) ||
                       (controller != nullptr && controller->kind == kind && controller->name == name);
    if (is_it || owned) out.push_back(std::move(pod));
  }
  return out;
}

}  // namespace straycat::runner
