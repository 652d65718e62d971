#include "cluster/controllers/objects.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "cluster/store/deletion.hpp"

namespace straycat::cluster {

std::int64_t seconds_at(const json& object, const char* pointer) {
  const auto text = text_at(object, pointer);
  return text.empty() ? 0 : seconds_of(text);
}

std::string annotation_of(const json& object, const std::string& key) {
  return string_or(object_or_empty(object_or_empty(object, "metadata"), "annotations"), key.c_str());
}

model::LabelSelector selector_of(const json& object) {
  const auto& in = object_or_empty(spec_of(object), "selector");
  if (kind_of(object) != "ReplicationController") return label_selector(in);
  model::LabelSelector selector;
  selector.match_labels = labels_from(in);
  return selector;
}

bool is_controlled_by(const json& object, const json& owner) {
  const auto* controller = controller_of(object);
  return controller != nullptr && string_or(*controller, "uid") == uid_of(owner);
}

json owner_reference_to(const json& owner) {
  return json::object({{"apiVersion", string_or(owner, "apiVersion")},
                       {"kind", kind_of(owner)},
                       {"name", name_of(owner)},
                       {"uid", uid_of(owner)},
                       {"controller", true},
                       {"blockOwnerDeletion", true}});
}

const json* condition_of(const json& status, std::string_view type) {
  for (const auto& condition : array_or_empty(status, "conditions"))
    if (string_or(condition, "type") == type) return &condition;
  return nullptr;
}

bool condition_true(const json& object, std::string_view type) {
  const auto* condition = condition_of(status_of(object), type);
  return condition != nullptr && string_or(*condition, "status") == "True";
}

bool pod_terminal(const json& pod) {
  const auto phase = string_or(status_of(pod), "phase");
  return phase == "Succeeded" || phase == "Failed";
}

bool pod_active(const json& pod) { return !pod_terminal(pod) && !is_deleted(pod); }
bool pod_terminating(const json& pod) { return !pod_terminal(pod) && is_deleted(pod); }
bool pod_ready(const json& pod) { return condition_true(pod, "Ready"); }

std::int64_t pod_ready_since(const json& pod) {
  const auto* condition = condition_of(status_of(pod), "Ready");
  return condition != nullptr && string_or(*condition, "status") == "True"
             ? seconds_at(*condition, "/lastTransitionTime")
             : 0;
}

bool pod_available(const json& pod, std::int64_t min_ready_seconds, std::int64_t now) {
  return pod_ready(pod) && (min_ready_seconds == 0 || pod_ready_since(pod) + min_ready_seconds <= now);
}

std::int64_t pod_restarts(const json& pod) {
  std::int64_t restarts = 0;
  for (const auto& status : array_or_empty(status_of(pod), "containerStatuses"))
    restarts = std::max(restarts, integer_or(status, "restartCount"));
  return restarts;
}

json pod_from_template(const json& owner) {
  const auto& shape = object_or_empty(spec_of(owner), "template");
  const auto& meta = object_or_empty(shape, "metadata");
  auto pod = json::object({{"kind", "Pod"}, {"metadata", json::object()}, {"spec", object_or_empty(shape, "spec")}});
  for (const char* key : {"labels", "annotations", "finalizers"})
    if (meta.contains(key)) pod["metadata"][key] = meta[key];
  pod["metadata"]["generateName"] = name_of(owner) + "-";
  pod["metadata"]["namespace"] = namespace_of(owner);
  pod["metadata"]["ownerReferences"] = json::array({owner_reference_to(owner)});
  return pod;
}

namespace {

// How far two instants lie apart, as orders of magnitude of their age: near instants count as equal, so that scaling
// down does not always hit the newest (logarithmicRankDiff).
std::int64_t log_rank(std::int64_t since, std::int64_t now) {
  const auto age = now - since;
  return age <= 0 ? -1 : static_cast<std::int64_t>(std::log2(static_cast<double>(age)));
}

std::int64_t deletion_cost(const json& pod) {
  const auto text = annotation_of(pod, "controller.kubernetes.io/pod-deletion-cost");
  return text.empty() ? 0 : std::strtol(text.c_str(), nullptr, 10);
}

int phase_rank(const json& pod) {
  const auto phase = string_or(status_of(pod), "phase");
  return phase == "Running" ? 2 : phase == "Unknown" ? 1 : 0;
}

// A stable pseudo-random order among pods that nothing else tells apart.
std::tuple<bool, int, bool, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::string> deletion_rank(
    const json& pod, std::int64_t now) {
  const bool ready = pod_ready(pod);
  return {!text_at(pod, "/spec/nodeName").empty(),
          phase_rank(pod),
          ready,
          deletion_cost(pod),
          ready ? log_rank(pod_ready_since(pod), now) : 0,
          -pod_restarts(pod),
          log_rank(seconds_at(pod, "/metadata/creationTimestamp"), now),
          uid_of(pod)};
}

}  // namespace

void sort_for_deletion(std::vector<Object>& pods, std::int64_t now) {
  std::stable_sort(pods.begin(), pods.end(),
                   [now](const Object& a, const Object& b) { return deletion_rank(*a, now) < deletion_rank(*b, now); });
}

Claim claim(const json& owner, const model::LabelSelector& selector, const std::vector<Object>& candidates) {
  Claim decided;
  for (const auto& candidate : candidates) {
    const bool matches = model::matches(selector, labels_of(*candidate));
    const bool free = controller_of(*candidate) == nullptr;
    if (is_controlled_by(*candidate, owner)) {
      const bool keeps = matches || is_deleted(owner);
      (keeps ? decided.owned : decided.release).push_back(candidate);
    } else if (free && matches && !is_deleted(*candidate) && !is_deleted(owner)) {
      decided.adopt.push_back(candidate);
    }
  }
  return decided;
}

std::vector<Object> apply_claim(Store& store, const json& owner, const Claim& decided) {
  auto owned = decided.owned;
  for (const auto& orphan : decided.adopt) {
    const auto adopted = store.mutate(kind_of(*orphan), namespace_of(*orphan), name_of(*orphan), [&](json& object) {
      object["metadata"]["ownerReferences"].push_back(owner_reference_to(owner));
      return true;
    });
    if (adopted) owned.push_back(*adopted);
  }
  for (const auto& lost : decided.release) {
    // A refusal only means that it has gone meanwhile.
    (void)store.mutate(kind_of(*lost), namespace_of(*lost), name_of(*lost), [&](json& object) {
      auto kept = json::array();
      for (const auto& reference : array_or_empty(object["metadata"], "ownerReferences"))
        if (string_or(reference, "uid") != uid_of(owner)) kept.push_back(reference);
      if (kept.empty())
        object["metadata"].erase("ownerReferences");
      else
        object["metadata"]["ownerReferences"] = std::move(kept);
      return true;
    });
  }
  return owned;
}

}  // namespace straycat::cluster
