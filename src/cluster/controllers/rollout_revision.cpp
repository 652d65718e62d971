// Which ReplicaSet stands for the Deployment's template, and how revisions are numbered.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "cluster/controllers/rollout.hpp"

namespace straycat::cluster {
namespace {

// Two writings of one template: the label that a ReplicaSet adds, and nulls that mean "unset".
json comparable(json shape) {
  with_object(shape, "metadata", [](json& meta) {
    with_object(meta, "labels", [](json& labels) { labels.erase(template_hash_key); });
    std::erase_if(meta.get_ref<json::object_t&>(),
                  [](const auto& item) { return item.second.is_null() || item.second.empty(); });
  });
  return shape;
}

bool copied_to_sets(const std::string& annotation) {
  static const std::set<std::string> own = {"kubectl.kubernetes.io/last-applied-configuration",
                                            revision_key,
                                            revision_history_key,
                                            desired_replicas_key,
                                            max_replicas_key,
                                            "deprecated.deployment.rollback.to"};
  return !own.contains(annotation);
}

}  // namespace

bool same_template(const json& a, const json& b) { return comparable(a) == comparable(b); }

// FNV-1a over the template, written in the API server's safe alphabet. Kubernetes hashes a dump of its own structures:
// only the shape of the value is the same, which is all that a name needs.
std::string pod_template_hash(const json& pod_template, std::int64_t collisions) {
  auto text = comparable(pod_template).dump(-1, ' ', false, json::error_handler_t::replace);
  if (collisions > 0) text += std::to_string(collisions);
  std::uint32_t hash = 2166136261U;
  for (const unsigned char byte : text) hash = (hash ^ byte) * 16777619U;
  constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::string out;
  for (const char digit : std::to_string(hash)) out += alphabet[static_cast<unsigned char>(digit) % alphabet.size()];
  return out;
}

// The oldest of several wins, so that two controllers would agree (FindNewReplicaSet).
void Rollout::find_new_set() {
  const auto& wanted = object_or_empty(spec_of(deployment_), "template");
  for (std::size_t i = 0; i < sets_.size() && newest_ < 0; ++i)
    if (same_template(object_or_empty(spec_of(sets_[i].object), "template"), wanted)) newest_ = static_cast<int>(i);
}

// What `set` (none: a new one) must carry: the Deployment's annotations, and its revision with those it had before.
json Rollout::annotations_for(const SetView* set, std::int64_t revision) const {
  auto annotations = json::object();
  for (const auto& [key, value] : object_or_empty(object_or_empty(deployment_, "metadata"), "annotations").items())
    if (copied_to_sets(key)) annotations[key] = value;
  if (set != nullptr && set->revision >= revision) return annotations;
  annotations[revision_key] = std::to_string(revision);
  if (set == nullptr || set->revision == 0) return annotations;
  const auto history = annotation_of(set->object, revision_history_key);
  annotations[revision_history_key] = (history.empty() ? "" : history + ",") + std::to_string(set->revision);
  return annotations;
}

void Rollout::adopt_revision() {
  auto& set = *new_set();
  std::int64_t oldest = 0;
  for (const auto* old : old_sets()) oldest = std::max(oldest, old->revision);
  const auto annotations = annotations_for(&set, oldest + 1);
  for (const auto& [key, value] : annotations.items())
    if (json(annotation_of(set.object, key)) != value) plan_.patches[set.name]["metadata"]["annotations"][key] = value;
  const auto ready_seconds = spec_number(deployment_, "minReadySeconds");
  if (spec_number(set.object, "minReadySeconds") != ready_seconds)
    plan_.patches[set.name]["spec"]["minReadySeconds"] = ready_seconds;
  const auto revision = std::max(set.revision, oldest + 1);
  deployment_["metadata"]["annotations"][revision_key] = std::to_string(revision);
  if (!has_deadline() || condition_of(deployment_["status"], "Progressing") != nullptr) return;
  set_condition(deployment_["status"], "Progressing", "True", "FoundNewReplicaSet",
                fmt::format("Found new replica set \"{}\"", set.name));
}

void Rollout::create_new_set() {
  auto shape = object_or_empty(spec_of(deployment_), "template");
  const auto hash = pod_template_hash(shape, status_number(deployment_, "collisionCount"));
  shape["metadata"]["labels"][template_hash_key] = hash;
  auto selector = object_or_empty(spec_of(deployment_), "selector");
  selector["matchLabels"][template_hash_key] = hash;
  std::int64_t revision = 1;
  for (const auto& set : sets_) revision = std::max(revision, set.revision + 1);
  const auto size = new_set_size();
  auto set = json::object({{"kind", "ReplicaSet"}, {"apiVersion", "apps/v1"}});
  set["metadata"]["name"] = name_of(deployment_) + "-" + hash;
  set["metadata"]["namespace"] = namespace_of(deployment_);
  set["metadata"]["labels"] = shape["metadata"]["labels"];
  set["metadata"]["annotations"] = annotations_for(nullptr, revision);
  set["metadata"]["annotations"][desired_replicas_key] = std::to_string(desired_);
  set["metadata"]["annotations"][max_replicas_key] = std::to_string(desired_ + fenceposts_of(deployment_).surge);
  set["metadata"]["ownerReferences"] = json::array({owner_reference_to(deployment_)});
  set["spec"] = json::object({{"replicas", size}, {"selector", selector}, {"template", shape}});
  if (const auto seconds = spec_number(deployment_, "minReadySeconds"); seconds > 0)
    set["spec"]["minReadySeconds"] = seconds;
  auto view = view_of(set);
  view.created = now_;
  if (size > 0) plan_.events.push_back(fmt::format("Scaled up replica set {} from 0 to {}", view.name, size));
  deployment_["metadata"]["annotations"][revision_key] = std::to_string(revision);
  if (has_deadline())
    set_condition(deployment_["status"], "Progressing", "True", "NewReplicaSetCreated",
                  fmt::format("Created new replica set \"{}\"", view.name));
  sets_.push_back(std::move(view));
  newest_ = static_cast<int>(sets_.size()) - 1;
  plan_.create = std::move(set);
}

}  // namespace straycat::cluster
