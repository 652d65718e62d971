#include "cluster/controllers/stateful_set_controller.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace straycat::cluster {
namespace {

constexpr const char* revision_pointer = "/metadata/labels/controller-revision-hash";

class StatefulDecision {
 public:
  StatefulDecision(const json& set, const std::string& update, std::int64_t now)
      : set_(set), update_(update), now_(now), replicas_(spec_number(set, "replicas", 1)) {
    const auto& spec = spec_of(set);
    first_ = integer_or(object_or_empty(spec, "ordinals"), "start");
    in_order_ = string_or(spec, "podManagementPolicy", "OrderedReady") != "Parallel";
    const auto& strategy = object_or_empty(spec, "updateStrategy");
    rolls_ = string_or(strategy, "type", "RollingUpdate") == "RollingUpdate";
    partition_ = integer_or(object_or_empty(strategy, "rollingUpdate"), "partition");
    current_ = string_or(status_of(set), "currentRevision");
    if (current_.empty()) current_ = update;
  }

  StatefulSetPlan decide(const std::vector<Object>& pods) {
    for (const auto& pod : pods) {
      const auto ordinal = ordinal_of(set_, name_of(*pod));
      if (ordinal >= 0) pods_[ordinal] = pod;
    }
    if (!is_deleted(set_) && fill() && shrink() && rolls_) roll();
    plan_.status = status();
    return std::move(plan_);
  }

 private:
  [[nodiscard]] bool wanted(std::int64_t ordinal) const { return ordinal >= first_ && ordinal < first_ + replicas_; }
  [[nodiscard]] bool of_update(const json& pod) const { return text_at(pod, revision_pointer) == update_; }

  // Ready for minReadySeconds: then the next may come.
  [[nodiscard]] bool healthy(const json& pod) {
    if (is_deleted(pod) || string_or(status_of(pod), "phase") != "Running" || !pod_ready(pod)) return false;
    const auto least = spec_number(set_, "minReadySeconds");
    if (pod_available(pod, least, now_)) return true;
    const auto wait = pod_ready_since(pod) + least - now_;
    plan_.recheck_in = std::min(plan_.recheck_in.value_or(wait), wait);
    return false;
  }

  // While an update stops at a partition, pods below it come back as they were (newVersionedStatefulSetPod).
  [[nodiscard]] std::string revision_for(std::int64_t ordinal) const {
    const bool old = rolls_ ? ordinal < first_ + partition_ : ordinal < first_ + status_number(set_, "currentReplicas");
    return old ? current_ : update_;
  }

  // Every pod is there and, where they come in order, healthy. False: one must be waited for.
  bool fill() {
    for (auto ordinal = first_; ordinal < first_ + replicas_; ++ordinal) {
      const auto at = pods_.find(ordinal);
      if (at == pods_.end()) {
        plan_.create.push_back({ordinal, revision_for(ordinal)});
        if (in_order_) return false;
      } else if (pod_terminal(*at->second)) {
        if (!is_deleted(*at->second)) plan_.failed.push_back(name_of(*at->second));
        if (in_order_) return false;
      } else if (in_order_ && !healthy(*at->second)) {
        return false;
      }
    }
    return plan_.create.empty() && plan_.failed.empty();
  }

  std::int64_t first_unhealthy() {
    const auto at = std::find_if(pods_.begin(), pods_.end(), [&](const auto& one) { return !healthy(*one.second); });
    return at == pods_.end() ? -1 : at->first;
  }

  // The surplus goes from the highest number down. False: one must be waited for.
  bool shrink() {
    bool none = true;
    for (auto at = pods_.rbegin(); at != pods_.rend(); ++at) {
      if (wanted(at->first)) continue;
      none = false;
      // One that is unhealthy goes in order only when none below it is (processCondemned).
      if (in_order_ && !is_deleted(*at->second) && !healthy(*at->second) && at->first != first_unhealthy())
        return false;
      if (!is_deleted(*at->second)) plan_.remove.push_back(name_of(*at->second));
      if (in_order_) return false;
    }
    return none;
  }

  // The highest pod that is not of the template goes, once all above it are healthy.
  void roll() {
    for (auto ordinal = first_ + replicas_ - 1; ordinal >= first_ + partition_; --ordinal) {
      const auto& pod = *pods_.at(ordinal);
      if (is_deleted(pod)) return;
      if (!of_update(pod)) return plan_.remove.push_back(name_of(pod));
      if (!healthy(pod)) return;
    }
  }

  json status() {
    std::int64_t all = 0, ready = 0, there = 0, current = 0, updated = 0;
    for (const auto& [ordinal, pod] : pods_) {
      ++all;
      if (string_or(status_of(*pod), "phase") == "Running" && pod_ready(*pod)) {
        ++ready;
        there += pod_available(*pod, spec_number(set_, "minReadySeconds"), now_) ? 1 : 0;
      }
      if (is_deleted(*pod)) continue;
      current += text_at(*pod, revision_pointer) == current_ ? 1 : 0;
      updated += of_update(*pod) ? 1 : 0;
    }
    const bool complete = rolls_ && updated == replicas_ && ready == replicas_ && all == replicas_;
    json out = {{"replicas", all},
                {"availableReplicas", there},
                {"collisionCount", 0},
                {"currentRevision", complete ? update_ : current_},
                {"updateRevision", update_}};
    const std::pair<const char*, std::int64_t> more[] = {
        {"readyReplicas", ready},
        {"currentReplicas", complete ? updated : current},
        {"updatedReplicas", updated},
        {"observedGeneration", integer_or(object_or_empty(set_, "metadata"), "generation")}};
    for (const auto& [key, number] : more)
      if (number != 0) out[key] = number;
    return out;
  }

  const json& set_;
  const std::string& update_;
  std::int64_t now_, replicas_, first_ = 0, partition_ = 0;
  bool in_order_ = true, rolls_ = true;
  std::string current_;
  std::map<std::int64_t, Object> pods_;  // by number
  StatefulSetPlan plan_;
};

std::string claim_name(const json& wanted, const json& set, std::int64_t ordinal) {
  return name_of(wanted) + "-" + name_of(set) + "-" + std::to_string(ordinal);
}

// Claims take the place of volumes that are called as they are.
void mount_claims(json& spec, const json& set, std::int64_t ordinal) {
  const auto& templates = array_or_empty(spec_of(set), "volumeClaimTemplates");
  if (templates.empty()) return;
  auto volumes = json::array();
  for (const auto& claim : templates) {
    json volume = {{"name", name_of(claim)}};
    volume["persistentVolumeClaim"]["claimName"] = claim_name(claim, set, ordinal);
    volumes.push_back(std::move(volume));
  }
  for (const auto& volume : array_or_empty(spec, "volumes"))
    if (std::none_of(templates.begin(), templates.end(),
                     [&](const json& claim) { return name_of(claim) == string_or(volume, "name"); }))
      volumes.push_back(volume);
  spec["volumes"] = std::move(volumes);
}

}  // namespace

std::int64_t ordinal_of(const json& set, const std::string& pod) {
  const auto prefix = name_of(set) + "-";
  if (pod.rfind(prefix, 0) != 0 || pod.size() == prefix.size()) return -1;
  std::int64_t ordinal = -1;
  const auto [end, error] = std::from_chars(pod.data() + prefix.size(), pod.data() + pod.size(), ordinal);
  return error == std::errc{} && end == pod.data() + pod.size() && std::to_string(ordinal) == pod.substr(prefix.size())
             ? ordinal
             : -1;
}

json stateful_pod(const json& set, std::int64_t ordinal, const json& shape, const std::string& revision) {
  auto owner = set;
  owner["spec"]["template"] = shape;
  auto pod = pod_from_template(owner);
  const auto name = name_of(set) + "-" + std::to_string(ordinal);
  auto& meta = pod["metadata"];
  meta.erase("generateName");
  meta["name"] = name;
  meta["labels"]["statefulset.kubernetes.io/pod-name"] = name;
  meta["labels"]["apps.kubernetes.io/pod-index"] = std::to_string(ordinal);
  meta["labels"][revision_hash_key] = revision;
  pod["spec"]["hostname"] = name;
  if (const auto service = string_or(spec_of(set), "serviceName"); !service.empty()) pod["spec"]["subdomain"] = service;
  mount_claims(pod["spec"], set, ordinal);
  return pod;
}

std::vector<json> claims_of(const json& set, std::int64_t ordinal) {
  std::vector<json> out;
  for (auto claim : array_or_empty(spec_of(set), "volumeClaimTemplates")) {
    if (!claim.is_object()) continue;
    const auto name = claim_name(claim, set, ordinal);
    claim["kind"] = "PersistentVolumeClaim";
    claim["metadata"]["name"] = name;
    claim["metadata"]["namespace"] = namespace_of(set);
    for (const auto& [key, value] : object_or_empty(object_or_empty(spec_of(set), "selector"), "matchLabels").items())
      claim["metadata"]["labels"][key] = value;
    out.push_back(std::move(claim));
  }
  return out;
}

StatefulSetPlan decide_stateful_set(const json& set, const std::vector<Object>& pods, const std::string& update,
                                    std::int64_t now) {
  return StatefulDecision(set, update, now).decide(pods);
}

StatefulSetController::StatefulSetController(World world)
    : world_(std::move(world)),
      events_(world_.store, world_.clock, "statefulset-controller"),
      queue_(world_.executor, world_.clock, [this](const Key& key) { sync(key); }) {}

void StatefulSetController::wake_owner(const json& pod) {
  const auto* owner = controller_of(pod);
  if (owner != nullptr && string_or(*owner, "kind") == "StatefulSet")
    queue_.add({namespace_of(pod), string_or(*owner, "name")});
}

void StatefulSetController::on_change(const Change& change) {
  if (change.kind == "StatefulSet") queue_.add({change.ns, change.name});
  if (change.kind != "Pod") return;
  wake_owner(*change.object);
  if (change.previous) wake_owner(*change.previous);
  if (controller_of(*change.object) != nullptr) return;
  for (const auto& set : world_.store.list("StatefulSet", change.ns))  // an orphan may be adopted, or stand in the way
    if (ordinal_of(*set, change.name) >= 0) queue_.add(key_of(*set));
}

void StatefulSetController::create(const json& set, const StatefulSetPlan::New& wanted) {
  for (auto& claim : claims_of(set, wanted.ordinal)) (void)world_.store.create(std::move(claim));
  auto shape = template_of_revision(world_.store, set, wanted.revision);
  if (shape.is_null()) shape = object_or_empty(spec_of(set), "template");
  const auto what =
      "create Pod " + name_of(set) + "-" + std::to_string(wanted.ordinal) + " in StatefulSet " + name_of(set);
  const auto made = world_.store.create(stateful_pod(set, wanted.ordinal, shape, wanted.revision));
  if (made) return events_.normal(set, "SuccessfulCreate", what + " successful");
  events_.warning(set, "FailedCreate", what + " failed error: " + made.error().message);
  queue_.add_after(key_of(set), std::chrono::seconds(1));  // a quota may have room again
}

void StatefulSetController::remove(const json& set, const std::string& pod) {
  if (world_.store.remove("Pod", namespace_of(set), pod))
    events_.normal(set, "SuccessfulDelete", "delete Pod " + pod + " in StatefulSet " + name_of(set) + " successful");
}

void StatefulSetController::carry_out(const json& set, const StatefulSetPlan& plan) {
  for (const auto& pod : plan.failed) {
    events_.warning(set, "RecreatingFailedPod",
                    "StatefulSet " + namespace_of(set) + "/" + name_of(set) + " is recreating failed Pod " + pod);
    remove(set, pod);
  }
  for (const auto& pod : plan.remove) remove(set, pod);
  for (const auto& wanted : plan.create) create(set, wanted);
  (void)world_.store.mutate("StatefulSet", namespace_of(set), name_of(set), [&](json& object) {
    object["status"] = plan.status;
    return true;
  });
}

void StatefulSetController::sync(const Key& key) {
  const auto set = world_.store.get("StatefulSet", key.first, key.second);
  if (!set) return;
  const auto selector = selector_of(*set);
  if (selector.empty()) return;
  std::vector<Object> candidates;
  for (const auto& pod : world_.store.list("Pod", key.first))
    if (ordinal_of(*set, name_of(*pod)) >= 0) candidates.push_back(pod);
  const auto pods = apply_claim(world_.store, *set, claim(*set, selector, candidates));
  std::vector<std::string> in_use = {string_or(status_of(*set), "currentRevision")};
  for (const auto& pod : pods) in_use.push_back(text_at(*pod, revision_pointer));
  const auto revision = keep_revision(world_.store, *set, in_use);
  const auto plan = decide_stateful_set(*set, pods, revision.name, world_.clock.wall_seconds());
  carry_out(*set, plan);
  if (plan.recheck_in) queue_.add_after(key, std::chrono::seconds(*plan.recheck_in));
}

std::unique_ptr<Controller> stateful_set_controller(const Start& start) {
  return std::make_unique<StatefulSetController>(start.world);
}

}  // namespace straycat::cluster
