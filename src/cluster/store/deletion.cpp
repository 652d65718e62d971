#include "cluster/store/deletion.hpp"

#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"
#include <straycat/core/time.hpp>

namespace straycat::cluster {
namespace {

bool dying(const json& object) { return !text_at(object, "/metadata/deletionTimestamp").empty(); }

bool has_finalizers(const json& object) { return !array_or_empty(object["metadata"], "finalizers").empty(); }

DeletionStyle style_of(const json& object) {
  const auto* row = built_in_row(object);
  return row == nullptr ? DeletionStyle::at_once : row->deletion;
}

StoreResult<void> check_preconditions(const KindRow& row, const json& current, const Deletion& deletion) {
  const auto name = text_at(current, "/metadata/name");
  const auto uid = text_at(current, "/metadata/uid");
  if (!deletion.uid.empty() && deletion.uid != uid) {
    return conflict(row, name,
                    "Precondition failed: UID in precondition: " + deletion.uid + ", UID in object meta: " + uid);
  }
  const auto version = text_at(current, "/metadata/resourceVersion");
  if (!deletion.resource_version.empty() && deletion.resource_version != version) {
    return conflict(row, name,
                    "Precondition failed: ResourceVersion in precondition: " + deletion.resource_version +
                        ", ResourceVersion in object meta: " + version);
  }
  return {};
}

// The garbage collector's finalizers follow the propagation policy; an unnamed policy leaves them as they are.
void set_propagation(json& object, const std::string& propagation) {
  if (propagation.empty()) return;
  auto kept = json::array();
  for (const auto& finalizer : array_or_empty(object["metadata"], "finalizers")) {
    if (finalizer != "foregroundDeletion" && finalizer != "orphan") kept.push_back(finalizer);
  }
  if (propagation == "Foreground") kept.push_back("foregroundDeletion");
  if (propagation == "Orphan") kept.push_back("orphan");
  if (kept.empty()) {
    object["metadata"].erase("finalizers");
  } else {
    object["metadata"]["finalizers"] = std::move(kept);
  }
}

void start_dying(json& object, std::int64_t now, std::int64_t grace) {
  auto& meta = object["metadata"];
  if (const auto generation = integer_or(meta, "generation"); generation > 0) meta["generation"] = generation + 1;
  meta["deletionTimestamp"] = kube_time(now + grace);
  meta["deletionGracePeriodSeconds"] = grace;
}

// A pod that never reached a node, or whose containers have ended, has nobody to wait for (pod strategy
// CheckGracefulDelete).
std::int64_t pod_grace(const json& pod, int asked) {
  const auto phase = text_at(pod, "/status/phase");
  if (text_at(pod, "/spec/nodeName").empty() || phase == "Succeeded" || phase == "Failed") return 0;
  const auto own = integer_or(object_or_empty(pod, "spec"), "terminationGracePeriodSeconds", 30);
  return asked >= 0 ? asked : own;
}

// A second delete can only shorten the wait.
void shorten(json& pod, int asked) {
  auto& meta = pod["metadata"];
  const auto old = integer_or(meta, "deletionGracePeriodSeconds");
  if (asked < 0 || asked >= old) return;
  const auto began = seconds_of(string_or(meta, "deletionTimestamp")) - old;
  meta["deletionTimestamp"] = kube_time(began + asked);
  meta["deletionGracePeriodSeconds"] = asked;
  if (const auto generation = integer_or(meta, "generation"); generation > 0) meta["generation"] = generation + 1;
}

Removal remove_pod(json pod, const Deletion& deletion, std::int64_t now) {
  const auto grace = pod_grace(pod, deletion.grace_seconds);
  if (dying(pod)) {
    shorten(pod, grace == 0 ? 0 : deletion.grace_seconds);
  } else {
    start_dying(pod, now, grace);
  }
  const bool waits = integer_or(pod["metadata"], "deletionGracePeriodSeconds") > 0 || has_finalizers(pod);
  return {std::move(pod), !waits};
}

Removal remove_namespace(json object, std::int64_t now) {
  if (!dying(object)) {
    object["metadata"]["deletionTimestamp"] = kube_time(now);
    object["status"]["phase"] = "Terminating";
  }
  const bool ends = ready_to_go(object);
  return {std::move(object), ends};
}

}  // namespace

StoreResult<Removal> decide_removal(const KindRow& row, const json& current, const Deletion& deletion,
                                    std::int64_t now) {
  if (auto ok = check_preconditions(row, current, deletion); !ok) return ok.error();
  auto object = current;
  set_propagation(object, deletion.propagation);
  switch (style_of(current)) {
    case DeletionStyle::when_empty:
      return remove_namespace(std::move(object), now);
    case DeletionStyle::graceful:
      return remove_pod(std::move(object), deletion, now);
    case DeletionStyle::at_once:
      break;
  }
  if (!has_finalizers(object)) return Removal{std::move(object), true};
  if (!dying(object)) start_dying(object, now, 0);
  return Removal{std::move(object), false};
}

bool ready_to_go(const json& object) {
  if (!dying(object) || has_finalizers(object)) return false;
  if (style_of(object) == DeletionStyle::when_empty)
    return array_or_empty(object_or_empty(object, "spec"), "finalizers").empty();
  return integer_or(object["metadata"], "deletionGracePeriodSeconds") == 0;
}

std::int64_t seconds_of(const std::string& kube_time) {
  const auto parsed = parse_wall(kube_time);
  return parsed ? *parsed / 1'000'000'000 : 0;
}

}  // namespace straycat::cluster
