// Garbage collection by owner reference (kubernetes pkg/controller/garbagecollector).
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

// What to do with an object, seeing its owners (attemptToDeleteItem).
struct OwnerView {
  bool exists = false;  // an object of that kind, name *and uid* is there
  bool waits = false;   // it is being deleted in the foreground, and blocks on this dependent
};
enum class Fate { keep, drop_dead_owners, remove, remove_foreground };
// `owners` in the order of metadata.ownerReferences; `has_dependents`: it owns something that blocks it.
[[nodiscard]] Fate decide_fate(const std::vector<OwnerView>& owners, bool has_dependents);

class GarbageCollector final : public Controller {
 public:
  explicit GarbageCollector(World world);
  void on_change(const Change& change) override;

 private:
  using Id = std::tuple<std::string, std::string, std::string>;  // kind, namespace, name
  void index(const Change& change);
  void wake(const Id& id);
  void work(const Id& id);
  [[nodiscard]] bool in_circle(const json& object) const;
  void unblock_owners(const json& object);
  void judge_dependent(const json& object);
  void let_go_in_foreground(const json& owner);
  void orphan_dependents(const json& owner);
  void drop_finalizer(const json& object, const char* finalizer);
  void drop_owners(const json& object, const std::set<std::string>& uids);
  [[nodiscard]] OwnerView view_owner(const json& reference, const json& dependent) const;
  [[nodiscard]] std::vector<Object> dependents_of(const std::string& uid, bool blocking_only) const;

  World world_;
  std::map<std::string, std::set<Id>> dependents_;  // owner's uid -> who names it
  WorkQueue queue_;
};

}  // namespace straycat::cluster
