#include "cluster/controllers/taint_eviction_controller.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cluster/controllers/objects.hpp"
#include "cluster/controllers/scheduler_controller.hpp"

namespace straycat::cluster {
namespace {

bool drives_away(const json& taint) { return string_or(taint, "effect") == "NoExecute"; }

bool same_taints(const json& a, const json& b) {
  return array_or_empty(spec_of(a), "taints") == array_or_empty(spec_of(b), "taints");
}

constexpr std::int64_t longest_tolerated = 10LL * 365 * 86'400;  // in nanoseconds it must not overflow

}  // namespace

std::optional<std::int64_t> tolerated_seconds(const json& pod, const json& node) {
  std::optional<std::int64_t> least;
  const auto& tolerations = array_or_empty(spec_of(pod), "tolerations");
  for (const auto& taint : array_or_empty(spec_of(node), "taints")) {
    if (!drives_away(taint)) continue;
    bool tolerated = false;
    for (const auto& toleration : tolerations) {
      if (!tolerates(toleration, taint)) continue;
      tolerated = true;
      if (toleration.contains("tolerationSeconds")) {
        const auto seconds =
            std::clamp<std::int64_t>(integer_or(toleration, "tolerationSeconds"), 0, longest_tolerated);
        least = std::min(least.value_or(seconds), seconds);
      }
      break;  // the first one that matches counts (component-helpers, GetMatchingTolerations)
    }
    if (!tolerated) return 0;
  }
  return least;
}

TaintEviction::TaintEviction(World world)
    : world_(std::move(world)),
      events_(world_.store, world_.clock, "taint-eviction-controller"),
      queue_(world_.executor, world_.clock, [this](const Key& key) { sync(key); }) {}

void TaintEviction::on_change(const Change& change) {
  if (change.kind == "Pod") {
    if (change.type == ChangeType::deleted)
      since_.erase({change.ns, change.name});
    else if (!text_at(*change.object, "/spec/nodeName").empty())
      queue_.add({change.ns, change.name});
  } else if (change.kind == "Node" && change.type != ChangeType::deleted) {
    if (change.previous && same_taints(*change.previous, *change.object)) return;
    for (const auto& pod : world_.store.list("Pod"))
      if (text_at(*pod, "/spec/nodeName") == change.name) queue_.add(key_of(*pod));
  }
}

void TaintEviction::sync(const Key& key) {
  const auto pod = world_.store.get("Pod", key.first, key.second);
  if (!pod || is_deleted(*pod) || pod_terminal(*pod)) {
    since_.erase(key);
    return;
  }
  const auto node = world_.store.get("Node", "", text_at(*pod, "/spec/nodeName"));
  if (!node) return;
  const auto& taints = array_or_empty(spec_of(*node), "taints");
  if (std::none_of(taints.begin(), taints.end(), drives_away)) return cancel(key, pod);
  const auto seconds = tolerated_seconds(*pod, *node);
  if (!seconds) return cancel(key, pod);
  const auto now = world_.clock.wall_ns();
  const auto since = since_.try_emplace(key, now).first->second;
  const auto left = since + *seconds * 1'000'000'000 - now;
  if (left > 0) return queue_.add_after(key, Nanos{left});
  since_.erase(key);
  evict(*pod);
}

void TaintEviction::cancel(const Key& key, const Object& pod) {
  if (since_.erase(key) == 0) return;
  events_.normal(*pod, "TaintManagerEviction", fmt::format("Cancelling deletion of Pod {}/{}", key.first, key.second));
}

void TaintEviction::evict(const json& pod) {
  const auto ns = namespace_of(pod), name = name_of(pod);
  events_.normal(pod, "TaintManagerEviction", fmt::format("Marking for deletion Pod {}/{}", ns, name));
  (void)world_.store.mutate("Pod", ns, name, [&](json& object) {
    auto& conditions = object["status"]["conditions"];
    if (!conditions.is_array()) conditions = json::array();
    conditions.push_back({{"type", "DisruptionTarget"},
                          {"status", "True"},
                          {"reason", "DeletionByTaintManager"},
                          {"message", "Taint manager: deleting due to NoExecute taint"},
                          {"lastTransitionTime", kube_time(world_.clock.wall_seconds())}});
    return true;
  });
  (void)world_.store.remove("Pod", ns, name);
}

std::unique_ptr<Controller> taint_eviction_controller(const Start& start) {
  return std::make_unique<TaintEviction>(start.world);
}

}  // namespace straycat::cluster
