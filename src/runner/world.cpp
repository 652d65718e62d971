#include "runner/world.hpp"

#include <algorithm>
#include <set>

#include <straycat/core/json_access.hpp>
#include <straycat/model/kinds.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::runner {

namespace {

std::string name_of(const json& object) { return text_at(object, "/metadata/name"); }

ObjectLine line(Topic topic, bool deleted, json object) {
  json body;
  model::to_json(body, model::ObjectChange{deleted, std::move(object)});
  return {topic, std::move(body)};
}
ObjectLine line(const model::Projection& projection, bool deleted) {
  return line(model::topic_of(projection), deleted, model::to_log(projection));
}

// None for kinds that the log does not hold.
std::optional<model::Projection> projection(const std::string& kind, const json& object) {
  const model::Kind* row = model::kind_named(kind);
  if (row == nullptr || row->project == nullptr) return std::nullopt;
  return row->project(object);
}

// Whether the log has nothing new to say: all but the resourceVersion is as before (a node's heartbeat, say).
bool same_for_the_log(json before, json after) {
  for (auto* each : {&before, &after}) (*each)["meta"].erase("resourceVersion");
  return before == after;
}

}  // namespace

model::Projection World::keep_slice(const Key& key, json object) {
  auto& slice = slices_[key.second] = model::project_slice(object);
  object.erase("endpoints");
  objects_[key] = std::move(object);
  return slice;
}

void World::forget(const Key& key) {
  logged_.erase(key);
  if (key.first == "EndpointSlice") slices_.erase(key.second);
}

std::optional<model::Projection> World::last_projection(const Key& key, const json& object) const {
  const auto slice = slices_.find(key.second);
  if (key.first == "EndpointSlice" && slice != slices_.end()) return slice->second;
  return projection(key.first, object);
}

std::vector<ObjectLine> World::applied(const std::string& kind, json object) {
  const Key key{kind, name_of(object)};
  if (key.second.empty()) return {};
  // Slices are always told: their writes bound clocks and lags.
  if (kind == "EndpointSlice") return {line(keep_slice(key, std::move(object)), false)};
  const auto seen = projection(kind, object);
  objects_[key] = std::move(object);
  if (!seen) return {};
  auto projected = model::to_log(*seen);
  const auto logged = logged_.find(key);
  if (logged != logged_.end() && same_for_the_log(logged->second, projected)) return {};
  logged_[key] = projected;
  return {line(model::topic_of(*seen), false, std::move(projected))};
}

std::vector<ObjectLine> World::deleted(const std::string& kind, const json& object) {
  const Key key{kind, name_of(object)};
  if (objects_.erase(key) == 0) return {};
  forget(key);
  const auto last = projection(kind, object);
  return last ? std::vector{line(*last, true)} : std::vector<ObjectLine>{};
}

void World::replaced(const std::string& kind, std::vector<json> objects,
                     const std::function<void(const ObjectLine&)>& tell) {
  std::set<std::string> there;
  for (const auto& object : objects) there.insert(name_of(object));
  for (auto at = objects_.begin(); at != objects_.end();) {
    const auto& [key, object] = *at;
    if (key.first != kind || there.count(key.second) != 0) {
      ++at;
      continue;
    }
    if (const auto last = last_projection(key, object)) tell(line(*last, true));
    forget(key);
    at = objects_.erase(at);
  }
  for (auto& object : objects)
    for (const auto& each : applied(kind, std::move(object))) tell(each);
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
    if (model::makes_pods(key.first)) out.push_back(model::project_workload(object));
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
