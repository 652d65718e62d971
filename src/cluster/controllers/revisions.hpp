// The revisions of a DaemonSet's or StatefulSet's template, kept as ControllerRevisions (kubernetes
// pkg/controller/history/controller_history.go).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

// On pods and revisions: which template made them.
inline constexpr const char* revision_hash_key = "controller-revision-hash";

// What is to be done so that a revision of the owner's template is there, and the newest.
struct RevisionPlan {
  std::string name;                 // of the template's revision: "web-7d9f8c6b5"
  std::string hash;                 // what its pods are labelled with by a DaemonSet
  json make = nullptr;              // to be created; null: there is one already
  std::int64_t number = 0;          // which it must have
  std::vector<std::string> remove;  // beyond revisionHistoryLimit, and no pod is of them: the oldest
};

// `revisions`: those that it owns. `in_use`: labels of its pods, and names that its status holds.
[[nodiscard]] RevisionPlan decide_revision(const json& owner, const std::vector<Object>& revisions,
                                           const std::vector<std::string>& in_use);

// Decides and writes.
RevisionPlan keep_revision(Store& store, const json& owner, const std::vector<std::string>& in_use);

// The template that a revision holds; null when it is not there.
[[nodiscard]] json template_of_revision(const Store& store, const json& owner, const std::string& revision);

}  // namespace straycat::cluster
