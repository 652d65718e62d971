#include "cluster/controllers/daemon_set_controller.hpp"

#include <algorithm>
#include <map>

#include "cluster/controllers/rollout_math.hpp"
#include "cluster/controllers/scheduler_controller.hpp"

namespace straycat::cluster {
namespace {

// The node that a pod stands on, or is meant for.
std::string node_of(const json& pod) {
  const auto bound = text_at(pod, "/spec/nodeName");
  if (!bound.empty()) return bound;
  return text_at(pod,
                 "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/"
                 "matchFields/0/values/0");
}

// What a daemon's pod tolerates beside its template's own (AddOrUpdateDaemonPodTolerations).
json tolerations_of(const json& spec) {
  auto out = array_or_empty(spec, "tolerations");
  const std::pair<const char*, const char*> more[] = {
      {"not-ready", "NoExecute"},        {"unreachable", "NoExecute"},   {"disk-pressure", "NoSchedule"},
      {"memory-pressure", "NoSchedule"}, {"pid-pressure", "NoSchedule"}, {"unschedulable", "NoSchedule"}};
  for (const auto& [key, effect] : more)
    out.push_back({{"key", std::string("node.kubernetes.io/") + key}, {"operator", "Exists"}, {"effect", effect}});
  return out;
}

class DaemonDecision {
 public:
  DaemonDecision(const json& set, const std::string& hash, std::int64_t now)
      : set_(set), hash_(hash), min_ready_(spec_number(set, "minReadySeconds")), now_(now) {
    const auto& strategy = object_or_empty(spec_of(set), "updateStrategy");
    rolls_ = string_or(strategy, "type", "RollingUpdate") == "RollingUpdate";
    const auto& rolling = object_or_empty(strategy, "rollingUpdate");
    surge_ = rolling.value("maxSurge", json(0));
    unavailable_ = rolling.value("maxUnavailable", json(1));
  }

  DaemonSetPlan decide(const std::vector<Object>& pods, const std::vector<Object>& nodes) {
    for (const auto& node : nodes) places_[name_of(*node)].wanted = takes(*node);
    for (const auto& pod : pods) places_[node_of(*pod)].pods.push_back(pod);
    const auto wanted =
        std::count_if(places_.begin(), places_.end(), [](const auto& one) { return one.second.wanted; });
    if (!is_deleted(set_)) {
      for (const auto& [node, place] : places_) manage(node, place);
      if (rolls_) roll(wanted);
    }
    plan_.status = status(wanted);
    return std::move(plan_);
  }

 private:
  struct Place {
    bool wanted = false;  // a pod is to run there
    std::vector<Object> pods;
  };
  // Of one node: the pods of the newest template and of older ones that are not on their way out.
  struct Pair {
    const json *fresh = nullptr, *old = nullptr;
    bool settled = true;  // at most one of each
  };

  [[nodiscard]] bool takes(const json& node) const {
    // It runs on a node that is not ready, and on one that is cordoned.
    auto fit = node;
    if (fit.contains("spec")) fit["spec"].erase("unschedulable");
    fit["status"]["conditions"] = json::array({{{"type", "Ready"}, {"status", "True"}}});
    const std::vector<Object> nodes{std::make_shared<const json>(std::move(fit))};
    return !place_pod(daemon_pod(set_, name_of(node), hash_), nodes).node.empty();
  }
  [[nodiscard]] bool fresh(const json& pod) const {
    return text_at(pod, "/metadata/labels/controller-revision-hash") == hash_;
  }
  [[nodiscard]] bool available(const json& pod) {
    if (pod_available(pod, min_ready_, now_)) return true;
    if (pod_ready(pod)) {
      const auto wait = pod_ready_since(pod) + min_ready_ - now_;
      plan_.recheck_in = std::min(plan_.recheck_in.value_or(wait), wait);
    }
    return false;
  }
  [[nodiscard]] bool surges() const { return rolls_ && surge_ != json(0) && surge_ != json("0%"); }

  [[nodiscard]] Pair pair_on(const Place& place) const {
    Pair pair;
    for (const auto& pod : place.pods) {
      if (!pod_active(*pod)) continue;
      const auto*& slot = fresh(*pod) ? pair.fresh : pair.old;
      if (slot != nullptr) pair.settled = false;
      slot = pod.get();
    }
    return pair;
  }

  // A pod where none is, none where none is wanted, and one where there are several (podsShouldBeOnNode). What is on
  // its way out is waited for.
  void manage(const std::string& node, const Place& place) {
    if (!place.wanted) {
      for (const auto& pod : place.pods)
        if (!is_deleted(*pod)) plan_.remove.push_back(name_of(*pod));
      return;
    }
    if (place.pods.empty()) return plan_.create.push_back(node);
    std::vector<Object> running;
    for (const auto& pod : place.pods) {
      if (is_deleted(*pod)) continue;
      if (pod_terminal(*pod))
        plan_.failed.push_back(name_of(*pod));
      else
        running.push_back(pod);
    }
    keep_oldest(running);
  }

  // The oldest stays; where an update may run beside what it replaces, the oldest of each.
  void keep_oldest(std::vector<Object> running) {
    std::sort(running.begin(), running.end(), [](const Object& a, const Object& b) {
      return std::pair(text_at(*a, "/metadata/creationTimestamp"), name_of(*a)) <
             std::pair(text_at(*b, "/metadata/creationTimestamp"), name_of(*b));
    });
    bool has_fresh = false, has_old = false;
    for (const auto& pod : running) {
      auto& taken = surges() && fresh(*pod) ? has_fresh : has_old;
      if (taken) plan_.remove.push_back(name_of(*pod));
      taken = true;
    }
  }

  void roll(std::int64_t wanted) {
    if (surges())
      roll_beside(resolve_int_or_percent(surge_, wanted, true));
    else
      roll_in_place(std::max<std::int64_t>(1, resolve_int_or_percent(unavailable_, wanted, true)));
  }

  // Old pods go so that no more than `most` nodes are without an available one; those that serve nobody go at once.
  void roll_in_place(std::int64_t most) {
    std::int64_t missing = 0;
    std::vector<std::string> candidates;
    for (const auto& [node, place] : places_) {
      if (!place.wanted) continue;
      const auto pair = pair_on(place);
      if (!pair.settled || (pair.fresh == nullptr) == (pair.old == nullptr)) {
        ++missing;
      } else if (pair.fresh != nullptr) {
        if (!available(*pair.fresh)) ++missing;
      } else if (!available(*pair.old)) {
        plan_.remove.push_back(name_of(*pair.old));
      } else {
        candidates.push_back(name_of(*pair.old));
      }
    }
    for (std::size_t i = 0; i < candidates.size() && missing < most; ++i, ++missing)
      plan_.remove.push_back(candidates[i]);
  }

  // New pods come beside at most `most` old ones, which go once the new ones are available.
  void roll_beside(std::int64_t most) {
    std::int64_t beside = 0;
    std::vector<std::string> candidates;
    for (const auto& [node, place] : places_) {
      const auto pair = pair_on(place);
      if (!place.wanted || !pair.settled || pair.old == nullptr) continue;
      if (pair.fresh == nullptr) {
        if (available(*pair.old))
          candidates.push_back(node);
        else
          plan_.create.push_back(node);
      } else if (!available(*pair.old) || available(*pair.fresh)) {
        plan_.remove.push_back(name_of(*pair.old));
      } else {
        ++beside;
      }
    }
    for (std::size_t i = 0; i < candidates.size() && beside < most; ++i, ++beside)
      plan_.create.push_back(candidates[i]);
  }

  json status(std::int64_t wanted) {
    std::int64_t scheduled = 0, ready = 0, there = 0, updated = 0, misplaced = 0;
    for (const auto& [node, place] : places_) {
      const auto running =
          std::any_of(place.pods.begin(), place.pods.end(), [](const Object& p) { return pod_active(*p); });
      if (!place.wanted) misplaced += running ? 1 : 0;
      if (!place.wanted || !running) continue;
      ++scheduled;
      const auto any = [&](auto holds) {
        return std::any_of(place.pods.begin(), place.pods.end(),
                           [&](const Object& pod) { return pod_active(*pod) && holds(*pod); });
      };
      ready += any(pod_ready) ? 1 : 0;
      there += any([&](const json& pod) { return available(pod); }) ? 1 : 0;
      updated += any([&](const json& pod) { return fresh(pod); }) ? 1 : 0;
    }
    json out = {{"currentNumberScheduled", scheduled},
                {"numberMisscheduled", misplaced},
                {"desiredNumberScheduled", wanted},
                {"numberReady", ready}};
    const std::pair<const char*, std::int64_t> more[] = {
        {"updatedNumberScheduled", updated},
        {"numberAvailable", there},
        {"numberUnavailable", wanted - there},
        {"observedGeneration", integer_or(object_or_empty(set_, "metadata"), "generation")}};
    for (const auto& [key, number] : more)
      if (number != 0) out[key] = number;
    return out;
  }

  const json& set_;
  const std::string& hash_;
  std::int64_t min_ready_, now_;
  bool rolls_ = true;
  json surge_, unavailable_;
  std::map<std::string, Place> places_;  // by node
  DaemonSetPlan plan_;
};

}  // namespace

json daemon_pod(const json& set, const std::string& node, const std::string& hash) {
  auto pod = pod_from_template(set);
  pod["metadata"]["labels"][revision_hash_key] = hash;
  pod["metadata"]["labels"]["pod-template-generation"] =
      std::to_string(integer_or(object_or_empty(set, "metadata"), "generation", 1));
  auto& spec = pod["spec"];
  spec["tolerations"] = tolerations_of(spec);
  json field = {{"key", "metadata.name"}, {"operator", "In"}, {"values", json::array({node})}};
  json term = json::object();
  term["matchFields"] = json::array({std::move(field)});
  spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"] =
      json::array({std::move(term)});
  return pod;
}

DaemonSetPlan decide_daemon_set(const json& set, const std::vector<Object>& pods, const std::vector<Object>& nodes,
                                const std::string& hash, std::int64_t now) {
  return DaemonDecision(set, hash, now).decide(pods, nodes);
}

DaemonSetController::DaemonSetController(World world)
    : world_(std::move(world)),
      events_(world_.store, world_.clock, "daemonset-controller"),
      queue_(world_.executor, world_.clock, [this](const Key& key) { sync(key); }) {}

void DaemonSetController::wake_owner(const json& pod) {
  const auto* owner = controller_of(pod);
  if (owner != nullptr && string_or(*owner, "kind") == "DaemonSet")
    queue_.add({namespace_of(pod), string_or(*owner, "name")});
}

void DaemonSetController::on_change(const Change& change) {
  if (change.kind == "DaemonSet") queue_.add({change.ns, change.name});
  if (change.kind == "Node" && (!change.previous || spec_of(*change.previous) != spec_of(*change.object) ||
                                labels_of(*change.previous) != labels_of(*change.object) ||
                                condition_true(*change.previous, "Ready") != condition_true(*change.object, "Ready")))
    for (const auto& set : world_.store.list("DaemonSet")) queue_.add(key_of(*set));
  if (change.kind != "Pod") return;
  wake_owner(*change.object);
  if (change.previous) wake_owner(*change.previous);
  if (change.type == ChangeType::deleted || controller_of(*change.object) != nullptr) return;
  for (const auto& set : world_.store.list("DaemonSet", change.ns))  // an orphan may be adopted
    if (model::matches(selector_of(*set), labels_of(*change.object))) queue_.add(key_of(*set));
}

void DaemonSetController::remove(const json& set, const std::string& pod) {
  if (world_.store.remove("Pod", namespace_of(set), pod))
    events_.normal(set, "SuccessfulDelete", "Deleted pod: " + pod);
}

void DaemonSetController::carry_out(const json& set, const DaemonSetPlan& plan, const std::string& hash) {
  for (const auto& pod : plan.failed) {
    const auto where = world_.store.get("Pod", namespace_of(set), pod);
    events_.warning(set, "FailedDaemonPod",
                    "Found failed daemon pod " + namespace_of(set) + "/" + pod + " on node " +
                        (where ? node_of(*where) : "") + ", will try to kill it");
    remove(set, pod);
  }
  for (const auto& pod : plan.remove) remove(set, pod);
  for (const auto& node : plan.create) {
    const auto made = world_.store.create(daemon_pod(set, node, hash));
    if (made) {
      events_.normal(set, "SuccessfulCreate", "Created pod: " + name_of(**made));
      continue;
    }
    events_.warning(set, "FailedCreate", "Error creating: " + made.error().message);
    queue_.add_after(key_of(set), std::chrono::seconds(1));  // a quota may have room again
  }
  (void)world_.store.mutate("DaemonSet", namespace_of(set), name_of(set), [&](json& object) {
    object["status"] = plan.status;
    return true;
  });
}

void DaemonSetController::sync(const Key& key) {
  const auto set = world_.store.get("DaemonSet", key.first, key.second);
  if (!set) return;
  const auto selector = selector_of(*set);
  if (selector.empty()) return;
  const auto pods = apply_claim(world_.store, *set, claim(*set, selector, world_.store.list("Pod", key.first)));
  std::vector<std::string> in_use;
  for (const auto& pod : pods) in_use.push_back(text_at(*pod, "/metadata/labels/controller-revision-hash"));
  const auto revision = keep_revision(world_.store, *set, in_use);
  const auto plan =
      decide_daemon_set(*set, pods, world_.store.list("Node"), revision.hash, world_.clock.wall_seconds());
  carry_out(*set, plan, revision.hash);
  if (plan.recheck_in) queue_.add_after(key, std::chrono::seconds(*plan.recheck_in));
}

std::unique_ptr<Controller> daemon_set_controller(const Start& start) {
  return std::make_unique<DaemonSetController>(start.world);
}

}  // namespace straycat::cluster
