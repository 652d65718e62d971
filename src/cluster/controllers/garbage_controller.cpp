#include "cluster/controllers/garbage_controller.hpp"

#include <algorithm>

#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

bool has_finalizer(const json& object, std::string_view finalizer) {
  const auto& all = array_or_empty(object_or_empty(object, "metadata"), "finalizers");
  return std::find(all.begin(), all.end(), json(finalizer)) != all.end();
}

const json& owners_of(const json& object) {
  return array_or_empty(object_or_empty(object, "metadata"), "ownerReferences");
}

bool blocks(const json& object, const std::string& owner_uid) {
  return std::any_of(owners_of(object).begin(), owners_of(object).end(), [&](const json& reference) {
    return string_or(reference, "uid") == owner_uid && reference.value("blockOwnerDeletion", json(false)) == json(true);
  });
}

}  // namespace

Fate decide_fate(const std::vector<OwnerView>& owners, bool has_dependents) {
  const auto alive =
      std::count_if(owners.begin(), owners.end(), [](const OwnerView& owner) { return owner.exists && !owner.waits; });
  const auto waiting =
      std::count_if(owners.begin(), owners.end(), [](const OwnerView& owner) { return owner.exists && owner.waits; });
  if (owners.empty()) return Fate::keep;
  if (alive > 0) return static_cast<std::size_t>(alive) == owners.size() ? Fate::keep : Fate::drop_dead_owners;
  return waiting > 0 && has_dependents ? Fate::remove_foreground : Fate::remove;
}

// The queue's key has two parts: the namespace, and "kind/name".
GarbageCollector::GarbageCollector(World world)
    : world_(std::move(world)), queue_(world_.executor, world_.clock, [this](const Key& key) {
        const auto slash = key.second.find('/');
        work({key.second.substr(0, slash), key.first, key.second.substr(slash + 1)});
      }) {}

void GarbageCollector::wake(const Id& id) {
  const auto& [kind, ns, name] = id;
  queue_.add({ns, kind + "/" + name});
}

void GarbageCollector::index(const Change& change) {
  const Id id{change.kind, change.ns, change.name};
  if (change.previous)
    for (const auto& reference : owners_of(*change.previous)) {
      const auto at = dependents_.find(string_or(reference, "uid"));
      if (at == dependents_.end()) continue;
      at->second.erase(id);
      if (at->second.empty()) dependents_.erase(at);
    }
  if (change.type == ChangeType::deleted) return;
  for (const auto& reference : owners_of(*change.object)) dependents_[string_or(reference, "uid")].insert(id);
}

void GarbageCollector::on_change(const Change& change) {
  if (change.kind == "Event") return;  // they own nothing and nobody owns them
  index(change);
  if (change.type == ChangeType::deleted) {
    // Its dependents have lost an owner; its own owners may wait for its end.
    if (const auto at = dependents_.find(uid_of(*change.object)); at != dependents_.end())
      for (const auto& dependent : at->second) wake(dependent);
    for (const auto& reference : owners_of(*change.object))
      wake({world_.store.key_of(reference), change.ns, string_or(reference, "name")});
    return;
  }
  const bool other_owners = !change.previous || owners_of(*change.previous) != owners_of(*change.object);
  const bool owned_anew = other_owners && !owners_of(*change.object).empty();
  if (other_owners && change.previous)  // one that it left may have waited for it
    for (const auto& reference : owners_of(*change.previous))
      wake({world_.store.key_of(reference), change.ns, string_or(reference, "name")});
  const bool finalizing = is_deleted(*change.object) && (has_finalizer(*change.object, "foregroundDeletion") ||
                                                         has_finalizer(*change.object, "orphan"));
  if (owned_anew || finalizing) wake({change.kind, change.ns, change.name});
}

std::vector<Object> GarbageCollector::dependents_of(const std::string& uid, bool blocking_only) const {
  std::vector<Object> found;
  const auto at = dependents_.find(uid);
  if (at == dependents_.end()) return found;
  for (const auto& [kind, ns, name] : at->second)
    if (auto object = world_.store.get(kind, ns, name); object && (!blocking_only || blocks(*object, uid)))
      found.push_back(std::move(object));
  return found;
}

void GarbageCollector::work(const Id& id) {
  const auto& [kind, ns, name] = id;
  const auto* resource = world_.store.row(kind);
  if (resource == nullptr) return;
  const auto object = world_.store.get(kind, resource->namespaced ? ns : "", name);
  if (!object) return;
  if (is_deleted(*object)) {
    if (has_finalizer(*object, "orphan"))
      orphan_dependents(*object);
    else if (has_finalizer(*object, "foregroundDeletion"))
      let_go_in_foreground(*object);
    return;
  }
  judge_dependent(*object);
}

OwnerView GarbageCollector::view_owner(const json& reference, const json& dependent) const {
  const auto* resource = world_.store.row_of(reference);
  if (resource == nullptr) return {true, false};  // a kind that we do not serve: nothing is known, so nothing is done
  const auto owner = world_.store.get(resource->key(), resource->namespaced ? namespace_of(dependent) : "",
                                      string_or(reference, "name"));
  if (!owner || uid_of(*owner) != string_or(reference, "uid")) return {};
  const bool waits =
      is_deleted(*owner) && has_finalizer(*owner, "foregroundDeletion") && blocks(dependent, uid_of(*owner));
  return {true, waits};
}

void GarbageCollector::judge_dependent(const json& object) {
  std::vector<OwnerView> owners;
  std::set<std::string> dead;
  for (const auto& reference : owners_of(object)) {
    owners.push_back(view_owner(reference, object));
    if (!owners.back().exists || owners.back().waits) dead.insert(string_or(reference, "uid"));
  }
  Deletion deletion;
  deletion.uid = uid_of(object);
  switch (decide_fate(owners, !dependents_of(uid_of(object), true).empty())) {
    case Fate::keep:
      return;
    case Fate::drop_dead_owners:
      return drop_owners(object, dead);
    case Fate::remove:
      break;
    case Fate::remove_foreground:
      if (in_circle(object)) unblock_owners(object);
      deletion.propagation = "Foreground";
  }
  (void)world_.store.remove(world_.store.key_of(object), namespace_of(object), name_of(object), deletion);
}

// Where a dependent waits for its own dependents already, each might wait for the next for ever
// (pkg/controller/garbagecollector attemptToDeleteItem).
bool GarbageCollector::in_circle(const json& object) const {
  const auto all = dependents_of(uid_of(object), false);
  return std::any_of(all.begin(), all.end(), [](const Object& dependent) {
    return is_deleted(*dependent) && has_finalizer(*dependent, "foregroundDeletion");
  });
}

void GarbageCollector::unblock_owners(const json& object) {
  (void)world_.store.mutate(world_.store.key_of(object), namespace_of(object), name_of(object), [](json& changed) {
    for (auto& reference : changed["metadata"]["ownerReferences"]) reference["blockOwnerDeletion"] = false;
    return true;
  });
}

// The owner stays until the last dependent that blocks it is gone.
void GarbageCollector::let_go_in_foreground(const json& owner) {
  const auto waiting = dependents_of(uid_of(owner), true);
  if (waiting.empty()) return drop_finalizer(owner, "foregroundDeletion");
  for (const auto& dependent : dependents_of(uid_of(owner), false))
    if (!is_deleted(*dependent)) judge_dependent(*dependent);
}

void GarbageCollector::orphan_dependents(const json& owner) {
  for (const auto& dependent : dependents_of(uid_of(owner), false)) drop_owners(*dependent, {uid_of(owner)});
  drop_finalizer(owner, "orphan");
}

void GarbageCollector::drop_finalizer(const json& object, const char* finalizer) {
  (void)world_.store.mutate(world_.store.key_of(object), namespace_of(object), name_of(object), [&](json& changed) {
    auto kept = json::array();
    for (const auto& present : array_or_empty(changed["metadata"], "finalizers"))
      if (present != json(finalizer)) kept.push_back(present);
    if (kept.empty())
      changed["metadata"].erase("finalizers");
    else
      changed["metadata"]["finalizers"] = std::move(kept);
    return true;
  });
}

void GarbageCollector::drop_owners(const json& object, const std::set<std::string>& uids) {
  (void)world_.store.mutate(world_.store.key_of(object), namespace_of(object), name_of(object), [&](json& changed) {
    auto kept = json::array();
    for (const auto& reference : owners_of(changed))
      if (!uids.contains(string_or(reference, "uid"))) kept.push_back(reference);
    if (kept.empty())
      changed["metadata"].erase("ownerReferences");
    else
      changed["metadata"]["ownerReferences"] = std::move(kept);
    return true;
  });
}

std::unique_ptr<Controller> garbage_controller(const Start& start) {
  return std::make_unique<GarbageCollector>(start.world);
}

}  // namespace straycat::cluster
