// What controllers ask of objects again and again. Reads never throw, whatever the document holds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cluster/controllers/work_queue.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/labels.hpp"
#include "cluster/store/store.hpp"

namespace straycat::cluster {

[[nodiscard]] inline std::string name_of(const json& object) { return text_at(object, "/metadata/name"); }
[[nodiscard]] inline std::string namespace_of(const json& object) { return text_at(object, "/metadata/namespace"); }
[[nodiscard]] inline std::string uid_of(const json& object) { return text_at(object, "/metadata/uid"); }
[[nodiscard]] inline std::string kind_of(const json& object) { return string_or(object, "kind"); }
[[nodiscard]] inline Key key_of(const json& object) { return {namespace_of(object), name_of(object)}; }
[[nodiscard]] inline bool is_deleted(const json& object) {
  return !text_at(object, "/metadata/deletionTimestamp").empty();
}
[[nodiscard]] inline const json& spec_of(const json& object) { return object_or_empty(object, "spec"); }
[[nodiscard]] inline const json& status_of(const json& object) { return object_or_empty(object, "status"); }
[[nodiscard]] inline std::int64_t spec_number(const json& object, const char* key, std::int64_t fallback = 0) {
  return integer_or(spec_of(object), key, fallback);
}
[[nodiscard]] inline std::int64_t status_number(const json& object, const char* key) {
  return integer_or(status_of(object), key);
}

// Seconds since 1970 of a metav1.Time at a JSON pointer; 0 when there is none.
[[nodiscard]] std::int64_t seconds_at(const json& object, const char* pointer);
[[nodiscard]] std::string annotation_of(const json& object, const std::string& key);

// spec.selector of what owns pods: a metav1.LabelSelector, a ReplicationController's a map of labels.
[[nodiscard]] model::LabelSelector selector_of(const json& object);

[[nodiscard]] bool is_controlled_by(const json& object, const json& owner);
[[nodiscard]] json owner_reference_to(const json& owner);

// status.conditions[type], null when absent.
[[nodiscard]] const json* condition_of(const json& status, std::string_view type);
[[nodiscard]] bool condition_true(const json& object, std::string_view type);

// Pods. "Active": it counts as a replica (controller_utils.go IsPodActive). "Available": ready for min_ready seconds.
[[nodiscard]] bool pod_terminal(const json& pod);
[[nodiscard]] bool pod_active(const json& pod);
[[nodiscard]] bool pod_terminating(const json& pod);  // on its way out, not ended yet
[[nodiscard]] bool pod_ready(const json& pod);
// When it became ready, in seconds; 0 when it is not.
[[nodiscard]] std::int64_t pod_ready_since(const json& pod);
[[nodiscard]] bool pod_available(const json& pod, std::int64_t min_ready_seconds, std::int64_t now);
[[nodiscard]] std::int64_t pod_restarts(const json& pod);

// A pod (without name) made from spec.template of `owner`, which controls it.
[[nodiscard]] json pod_from_template(const json& owner);

// The order in which surplus pods go: the first in the result goes first (controller_utils.go ActivePodsWithRanks).
void sort_for_deletion(std::vector<Object>& pods, std::int64_t now);

// Which of `candidates` a controller owns, gains and loses (controller_ref_manager.go): `adopt` are orphans that its
// selector matches, `release` its own that it matches no more.
struct Claim {
  std::vector<Object> owned, adopt, release;
};
[[nodiscard]] Claim claim(const json& owner, const model::LabelSelector& selector,
                          const std::vector<Object>& candidates);
// Writes adoptions and releases; the objects that are owned afterwards.
[[nodiscard]] std::vector<Object> apply_claim(Store& store, const json& owner, const Claim& decided);

}  // namespace straycat::cluster
