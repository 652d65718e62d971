#include "cluster/controllers/rollout.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace straycat::cluster {
namespace {

std::int64_t annotated_number(const json& object, const char* key, std::int64_t fallback) {
  const auto text = annotation_of(object, key);
  return text.empty() ? fallback : std::strtoll(text.c_str(), nullptr, 10);
}

}  // namespace

SetView view_of(const json& set) {
  SetView view;
  view.object = set;
  view.name = name_of(set);
  view.replicas = view.planned = spec_number(set, "replicas", 1);
  view.actual = status_number(set, "replicas");
  view.ready = status_number(set, "readyReplicas");
  view.available = status_number(set, "availableReplicas");
  view.terminating = status_number(set, "terminatingReplicas");
  view.created = seconds_at(set, "/metadata/creationTimestamp");
  view.revision = annotated_number(set, revision_key, 0);
  view.desired_before = annotated_number(set, desired_replicas_key, -1);
  view.max_before = annotated_number(set, max_replicas_key, 0);
  return view;
}

Rollout::Rollout(const json& deployment, const std::vector<Object>& sets, const std::vector<Object>& pods,
                 std::int64_t now)
    : deployment_(deployment),
      before_(status_of(deployment)),
      pods_(pods),
      now_(now),
      desired_(spec_number(deployment, "replicas", 1)) {
  if (!deployment_["status"].is_object()) deployment_["status"] = json::object();
  for (const auto& set : sets) sets_.push_back(view_of(*set));
  std::stable_sort(sets_.begin(), sets_.end(), [](const SetView& a, const SetView& b) {
    return std::tie(a.created, a.revision, a.name) < std::tie(b.created, b.revision, b.name);
  });
}

std::vector<SetView*> Rollout::old_sets() {
  std::vector<SetView*> old;
  for (auto& set : sets_)
    if (!is_new(set)) old.push_back(&set);
  return old;
}

std::int64_t Rollout::sum(std::int64_t SetView::* field, bool old_only) const {
  std::int64_t total = 0;
  for (const auto& set : sets_)
    if (!old_only || !is_new(set)) total += set.*field;
  return total;
}

DeploymentPlan Rollout::decide() && {
  find_new_set();
  bool rolling = false;
  if (!is_deleted(deployment_)) {
    note_pause();
    if (newest_ >= 0) adopt_revision();
    if (paused() || scaling_event()) {
      scale_whole();
      if (paused()) forget_old_revisions();
    } else {
      rolling = true;
      if (string_or(object_or_empty(spec_of(deployment_), "strategy"), "type", "RollingUpdate") == "Recreate")
        recreate();
      else
        roll();
    }
  }
  sync_status(rolling);
  plan_.deployment = std::move(deployment_);
  return std::move(plan_);
}

// A set that was written for another number of replicas: the Deployment has been scaled since (isScalingEvent).
bool Rollout::scaling_event() const {
  return std::any_of(sets_.begin(), sets_.end(), [&](const SetView& set) {
    return set.replicas > 0 && set.desired_before >= 0 && set.desired_before != desired_;
  });
}

void Rollout::scale_set(SetView& set, std::int64_t size) {
  const auto max = desired_ + fenceposts_of(deployment_).surge;
  const bool resize = set.planned != size;
  if (!resize && set.desired_before == desired_ && set.max_before == max) return;
  auto& patch = plan_.patches[set.name];
  auto& annotations = patch["metadata"]["annotations"];
  annotations[desired_replicas_key] = std::to_string(desired_);
  annotations[max_replicas_key] = std::to_string(max);
  if (!resize) return;
  patch["spec"]["replicas"] = size;
  plan_.events.push_back(fmt::format("Scaled {} replica set {} from {} to {}", size > set.planned ? "up" : "down",
                                     set.name, set.planned, size));
  set.planned = size;
}

// `scale` of sync.go: outside a rollout the one active set takes it all, inside one the change is shared out.
void Rollout::scale_whole() {
  std::vector<SetView*> active;
  for (auto& set : sets_)
    if (set.replicas > 0) active.push_back(&set);
  if (active.size() <= 1) {
    auto* target = !active.empty() ? active.front()
                   : newest_ >= 0  ? new_set()
                   : sets_.empty() ? nullptr
                                   : &sets_.back();
    if (target != nullptr) scale_set(*target, desired_);
    return;
  }
  const auto* newest = new_set();
  if (newest != nullptr && newest->replicas == desired_ && newest->desired_before == desired_ &&
      newest->available == desired_) {
    for (auto* old : old_sets())
      if (old->replicas > 0) scale_set(*old, 0);
    return;
  }
  if (string_or(object_or_empty(spec_of(deployment_), "strategy"), "type") != "Recreate")
    scale_proportionally(fenceposts_of(deployment_));
}

void Rollout::scale_proportionally(Fenceposts posts) {
  std::vector<SetView*> active;
  for (auto& set : sets_)
    if (set.replicas > 0) active.push_back(&set);
  const auto allowed = desired_ > 0 ? desired_ + posts.surge : 0;
  const auto to_add = allowed - sum(&SetView::replicas);
  // The biggest first; among equals the newer one gains first and the older one loses first.
  std::stable_sort(active.begin(), active.end(), [&](const SetView* a, const SetView* b) {
    if (a->replicas != b->replicas) return a->replicas > b->replicas;
    return to_add > 0 ? a->created > b->created : a->created < b->created;
  });
  std::int64_t added = 0;
  std::vector<std::int64_t> sizes;
  for (const auto* set : active) {
    const Share share{set->replicas, desired_, set->max_before, desired_ + posts.surge,
                      integer_or(before_, "replicas")};
    const auto part = proportion_of(share, to_add, added);
    added += part;
    sizes.push_back(set->replicas + part);
  }
  if (!sizes.empty()) sizes.front() = std::max<std::int64_t>(0, sizes.front() + to_add - added);
  for (std::size_t i = 0; i < active.size(); ++i) scale_set(*active[i], sizes[i]);
}

// NewRSNewReplicas: up to the surge limit, counting what the specs already ask for.
std::int64_t Rollout::new_set_size() const {
  const auto own = newest_ < 0 ? 0 : sets_[static_cast<std::size_t>(newest_)].planned;
  if (string_or(object_or_empty(spec_of(deployment_), "strategy"), "type") == "Recreate") return desired_;
  const auto room = desired_ + fenceposts_of(deployment_).surge - sum(&SetView::replicas);
  return room <= 0 ? own : own + std::max<std::int64_t>(0, std::min(room, desired_ - own));
}

bool Rollout::roll() {
  if (newest_ < 0) create_new_set();
  if (scale_new_set()) return true;
  if (scale_down_old(fenceposts_of(deployment_))) return true;
  if (complete(before_)) forget_old_revisions();
  return false;
}

bool Rollout::scale_new_set() {
  auto& set = *new_set();
  if (set.planned == desired_) return false;
  const auto size = set.planned > desired_ ? desired_ : new_set_size();
  const bool changes = size != set.planned;
  if (changes) scale_set(set, size);
  return changes;
}

bool Rollout::scale_down_old(Fenceposts posts) {
  if (sum(&SetView::replicas, true) == 0) return false;
  const auto* newest = new_set();
  const auto min_available = desired_ - posts.unavailable;
  const auto unavailable_new = newest->planned - newest->available;
  const auto allowed = sum(&SetView::planned) - min_available - unavailable_new;
  if (allowed <= 0) return false;
  const auto before = plan_.events.size();
  drop_unhealthy(allowed);
  drop_available(sum(&SetView::available) - min_available);
  return plan_.events.size() > before;
}

// Replicas that serve nobody can go first, without counting against availability (cleanupUnhealthyReplicas).
void Rollout::drop_unhealthy(std::int64_t allowed) {
  for (auto* set : old_sets()) {
    if (allowed <= 0) return;
    const auto drop = std::min(allowed, set->planned - set->available);
    if (drop <= 0) continue;
    allowed -= drop;
    scale_set(*set, set->planned - drop);
  }
}

void Rollout::drop_available(std::int64_t allowed) {
  for (auto* set : old_sets()) {
    if (allowed <= 0) return;
    const auto drop = std::min(allowed, set->planned);
    if (drop <= 0) continue;
    allowed -= drop;
    scale_set(*set, set->planned - drop);
  }
}

// Old pods that still run would meet the new ones; a set's status may lag behind its pods, so both are asked
// (oldPodsRunning).
bool Rollout::old_pods_left() const {
  if (sum(&SetView::actual, true) > 0) return true;
  const auto newest = newest_ < 0 ? "" : uid_of(sets_[static_cast<std::size_t>(newest_)].object);
  return std::any_of(pods_.begin(), pods_.end(), [&](const Object& pod) {
    const auto* owner = controller_of(*pod);
    return !pod_terminal(*pod) && owner != nullptr && string_or(*owner, "uid") != newest;
  });
}

void Rollout::recreate() {
  bool scaled = false;
  for (auto* old : old_sets()) {
    if (old->replicas == 0) continue;
    scale_set(*old, 0);
    scaled = true;
  }
  if (scaled || old_pods_left()) return;
  if (newest_ < 0) create_new_set();
  scale_set(*new_set(), desired_);
  if (complete(before_)) forget_old_revisions();
}

void Rollout::forget_old_revisions() {
  auto old = old_sets();
  std::erase_if(old, [](const SetView* set) { return is_deleted(set->object); });
  const auto limit = spec_number(deployment_, "revisionHistoryLimit", 10);
  auto surplus = static_cast<std::int64_t>(old.size()) - limit;
  std::stable_sort(old.begin(), old.end(),
                   [](const SetView* a, const SetView* b) { return a->revision < b->revision; });
  for (const auto* set : old) {
    if (surplus-- <= 0) return;
    const bool settled =
        integer_or(set->object["metadata"], "generation") <= status_number(set->object, "observedGeneration");
    if (set->actual == 0 && set->replicas == 0 && settled) plan_.remove.push_back(set->name);
  }
}

DeploymentPlan decide_deployment(const json& deployment, const std::vector<Object>& sets,
                                 const std::vector<Object>& pods, std::int64_t now) {
  return Rollout(deployment, sets, pods, now).decide();
}

}  // namespace straycat::cluster
