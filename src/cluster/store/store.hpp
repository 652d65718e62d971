// The cluster's memory: every object with its history, and who wants to hear of changes. One thread.
//
// The API server serves it over HTTP; controllers, node and data plane use this face directly and nothing else of the
// API server.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/result.hpp>
#include <nlohmann/json.hpp>

#include "cluster/kinds/custom.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

enum class ChangeType { added, modified, deleted };

struct Change {
  ChangeType type;  // `kind`: KindRow::key()
  std::string kind, ns, name;
  std::uint64_t revision = 0;
  Object object;    // the new state; for a deletion the last one, with the deletion's resourceVersion
  Object previous;  // null for added
};

// Ends a subscription when it is destroyed.
class Subscription {
 public:
  Subscription() = default;
  explicit Subscription(std::shared_ptr<void> token) : token_(std::move(token)) {}

 private:
  std::shared_ptr<void> token_;
};

// metav1.DeleteOptions, as far as the store knows them.
struct Deletion {
  int grace_seconds = -1;   // -1: the object's own (pods: spec.terminationGracePeriodSeconds); 0: at once
  std::string propagation;  // "Foreground" and "Orphan" leave a finalizer for the garbage collector; else none
  std::string uid, resource_version;  // preconditions, "" = none
};

// What the API server asks of an object before it is stored: it may change it (managedFields), or refuse. It is given
// the object as completed, and the one that it replaces (null: a new one).
using Review = std::function<StoreResult<void>(json& object, const Object& current)>;

// Writers give whole objects ("kind", "metadata.name", ...). The store sets uid, creationTimestamp, resourceVersion and
// generation (bumped when anything but metadata and status changed), completes each object once on its way in
// (defaults.hpp; a Service also gets its clusterIP), checks uniqueness and, when the object carries a
// resourceVersion, optimistic concurrency. It knows deletion as the API server does: a delete of an object with
// finalizers, or of a pod with a grace period, only sets deletionTimestamp; `purge` (or removing the last finalizer)
// ends it. A namespace turns Terminating and stays until someone empties its spec.finalizers (or purges it); nothing
// can be created in it meanwhile.
class Store {
 public:
  using Clock = std::function<std::int64_t()>;  // seconds since 1970

  explicit Store(boost::asio::any_io_executor executor, Clock clock = {});
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] Object get(const std::string& kind, const std::string& ns,
                           const std::string& name) const;  // null: not there
  [[nodiscard]] std::vector<Object> list(const std::string& kind,
                                         const std::string& ns = "") const;  // "" = all; by ns, name
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

  // The kinds that are served now: the built-in ones, then those of other makers. A row lives as long as the store.
  [[nodiscard]] std::vector<const KindRow*> kinds() const;
  // By KindRow::key(), which is what "kind" means in all functions here; null when no such kind is served.
  [[nodiscard]] const KindRow* row(std::string_view key) const;
  // By apiVersion and kind: of an object, or of a reference to one.
  [[nodiscard]] const KindRow* row_of(const json& named) const;
  [[nodiscard]] std::string key_of(const json& named) const;  // its kind where it is not served
  // What a reference (apiVersion, kind, name) names in a namespace; null: it is not there.
  [[nodiscard]] Object referred(const std::string& ns, const json& reference) const;

  // `generateName` is honoured as the API server does (five letters of bcdfghjklmnpqrstvwxz2456789).
  StoreResult<Object> create(json object, const Review& review = {});
  StoreResult<Object> update(json object, const Review& review = {});
  // Reads, lets `change` alter a copy, writes; no write when nothing changed. `change` returns false to give up (the
  // current state is returned). For status writers and controllers.
  StoreResult<Object> mutate(const std::string& kind, const std::string& ns, const std::string& name,
                             const std::function<bool(json&)>& change);
  // Graceful where the kind has it (pods: spec.terminationGracePeriodSeconds unless `grace_seconds` >= 0). Returns the
  // object as it now stands, or as it last stood.
  StoreResult<Object> remove(const std::string& kind, const std::string& ns, const std::string& name,
                             int grace_seconds = -1);
  StoreResult<Object> remove(const std::string& kind, const std::string& ns, const std::string& name,
                             const Deletion& deletion);
  // Removes at once, finalizers or not.
  void purge(const std::string& kind, const std::string& ns, const std::string& name);

  // What create/update would store, without storing it (dryRun=All).
  [[nodiscard]] StoreResult<Object> preview_create(json object, const Review& review = {}) const;
  [[nodiscard]] StoreResult<Object> preview_update(json object, const Review& review = {}) const;

  // Calls `on_change` for every change after now, each posted to the executor in order, never from inside a write.
  [[nodiscard]] Subscription subscribe(std::function<void(const Change&)> on_change);

  // For watches: the changes of a kind after `revision`, or Expired (410) when that is older than what is kept (the
  // last 4,096 changes).
  [[nodiscard]] StoreResult<std::vector<Change>> changes_since(const std::string& kind, std::uint64_t revision) const;
  // As etcd's compaction: what is kept of changes goes, and whoever wants to go on from before must list anew.
  void compact();

 private:
  struct Subscriber;
  using Key = std::pair<std::string, std::string>;

  [[nodiscard]] StoreResult<Document> prepare_create(json object, const Review& review) const;
  [[nodiscard]] StoreResult<Document> prepare_update(json object, const Object& current, const Review& review) const;
  [[nodiscard]] StoreResult<void> admitted(json& object, const Object& current) const;
  [[nodiscard]] StoreResult<Document> allocated(const KindRow& row, json object) const;
  [[nodiscard]] StoreResult<Object> current_of(const json& object) const;
  [[nodiscard]] bool terminating(const std::string& ns) const;
  Object put(json object, Object previous);
  Object end(const Object& current, json last);
  void publish(Change change);
  void undefine(const json& definition);

  boost::asio::any_io_executor executor_;
  Clock clock_;
  std::uint64_t revision_ = 1;
  CustomKinds custom_;
  std::map<std::string, std::map<Key, Object>> objects_;  // kind -> (ns, name)
  std::deque<Change> history_;
  std::uint64_t forgotten_ = 0;  // changes up to this revision are gone
  std::vector<std::weak_ptr<Subscriber>> subscribers_;
};

// The label straycat.dev/data-plane of the node; "" before there is one.
[[nodiscard]] std::string data_plane_of(const Store& store);

// "2026-11-23T13:38:42Z" (metav1.Time).
[[nodiscard]] std::string kube_time(std::int64_t wall_seconds);
}  // namespace straycat::cluster
