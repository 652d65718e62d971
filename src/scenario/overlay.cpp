// What an apply changes in its manifests before they are sent.
#include <fmt/format.h>

#include "context.hpp"
#include <straycat/core/json_access.hpp>
#include <straycat/model/kinds.hpp>

namespace straycat::scenario {
namespace {

using json = nlohmann::json;
using yaml::Node;

// The member, or null where the way to it is no object.
json* member(json* object, const char* key) {
  if (object == nullptr || !object->is_object()) return nullptr;
  const auto found = object->find(key);
  return found == object->end() ? nullptr : &*found;
}

// The member as an object, made where it is missing or something else (the API server would refuse that something).
json& object_at(json& parent, const char* key) {
  json& found = parent[key];
  if (!found.is_object()) found = json::object();
  return found;
}

// The pod template of an object (a bare pod is its own), or null.
json* pod_template(json& object) {
  const json::json_pointer at(model::pod_template_of(text_at(object, "/kind")));
  return object.contains(at) ? &object[at] : nullptr;
}

void set_labels(json& object, const Node& labels) {
  json& own = object_at(object_at(object, "metadata"), "labels");
  for (const Node::Pair& pair : labels.pairs) own[pair.key.value.get<std::string>()] = pair.value.scalar;
}

void set_variable(json& container, const std::string& name, const std::string& value) {
  json& env = container["env"];
  if (!env.is_array()) env = json::array();
  for (json& variable : env) {
    if (!variable.is_object() || variable.value("name", json()) != name) continue;
    variable = {{"name", name}, {"value", value}};
    return;
  }
  env.push_back({{"name", name}, {"value", value}});
}

// Calls `change` for each container of the object's pods; how many there were.
template <class Change>
int each_container(json& object, const char* list, Change change) {
  json* containers = member(member(pod_template(object), "spec"), list);
  int count = 0;
  if (containers == nullptr || !containers->is_array()) return 0;
  for (json& container : *containers) {
    if (!container.is_object()) continue;
    change(container);
    ++count;
  }
  return count;
}

int set_env(json& object, const Node& env) {
  return each_container(object, "containers", [&](json& container) {
    for (const Node::Pair& pair : env.pairs)
      set_variable(container, pair.key.value.get<std::string>(), pair.value.scalar);
  });
}

int set_image(json& object, const std::string& from, const std::string& to) {
  int hits = 0;
  for (const char* list : {"containers", "initContainers"}) {
    each_container(object, list, [&](json& container) {
      if (container.value("image", json()) != from) return;
      container["image"] = to;
      ++hits;
    });
  }
  return hits;
}

int set_pod_labels(json& object, const Node& labels) {
  json* pod = pod_template(object);
  if (pod == nullptr || !pod->is_object()) return 0;
  set_labels(*pod, labels);
  return 1;
}

int set_replicas(json& object, const json& replicas) {
  const model::Kind* kind = model::kind_named(text_at(object, "/kind"));
  if (kind == nullptr || !kind->scales) return 0;
  object_at(object, "spec")["replicas"] = replicas;
  return 1;
}

// Changes all manifests; how many places were hit.
template <class Change>
int each(std::vector<plan::Manifest>& manifests, Change change) {
  int hits = 0;
  for (plan::Manifest& manifest : manifests) hits += change(manifest.object);
  return hits;
}

void images(const Node& node, std::vector<plan::Manifest>& manifests, Context& context) {
  for (const Node::Pair& pair : node.pairs) {
    const std::string from = pair.key.value.get<std::string>();
    if (each(manifests, [&](json& object) { return set_image(object, from, pair.value.scalar); }) > 0) continue;
    context.add(pair.key, fmt::format("no container of these files has the image \"{}\"", from));
  }
}

}  // namespace

void apply_overlay(const Node& overlay, std::vector<plan::Manifest>& manifests, Context& context) {
  const auto change = [&](const char* key, const char* miss, auto action) {
    const Node::Pair* pair = overlay.find_pair(key);
    if (pair == nullptr) return;
    if (each(manifests, [&](json& object) { return action(object, pair->value); }) == 0) context.add(pair->key, miss);
  };
  change("env", "these files make no pods, so there is no container to set this in", set_env);
  change("podLabels", "these files make no pods to label", set_pod_labels);
  change("replicas", "these files have nothing with replicas (a Deployment, StatefulSet or ReplicaSet)",
         [](json& object, const Node& node) { return set_replicas(object, node.to_json()); });
  change("labels", "", [](json& object, const Node& labels) {
    set_labels(object, labels);
    return 1;
  });
  if (const Node* node = overlay.find("images")) images(*node, manifests, context);
  change("merge", "", [](json& object, const Node& patch) {
    object.merge_patch(patch.to_json());
    return 1;
  });
}

}  // namespace straycat::scenario
