// The cluster's memory: every object with its history, and who wants to hear of changes. One thread.
//
// The API server serves it over HTTP; controllers, node and data plane use this face directly and nothing else of the API
// server.
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

namespace straycat::cluster {

using json = nlohmann::json;
using Object = std::shared_ptr<const json>;   // immutable once stored

// What an API server answers when it says no (metav1.Status).
struct Status {
  int code = 500;
  std::string reason;     // "NotFound", "AlreadyExists", "Conflict", "Invalid", "BadRequest", "Expired", ...
  std::string message;    // in Kubernetes' own words
  json details;           // null, or {name, group, kind, causes}
};
template <class T>
using StoreResult = boost::system::result<T, Status>;
[[noreturn]] void throw_exception_from_error(const Status& status, const boost::source_location& where);

enum class ChangeType { added, modified, deleted };

struct Change {
  ChangeType type;
  std::string kind, ns, name;
  std::uint64_t revision = 0;
  Object object;          // the new state; for a deletion the last one, with the deletion's resourceVersion
  Object previous;        // null for added
};

// Ends a subscription when it is destroyed.
class Subscription {
 public:
  Subscription() = default;
  explicit Subscription(std::shared_ptr<void> token) : token_(std::move(token)) {}

 private:
  std::shared_ptr<void> token_;
};

// Writers give whole objects ("kind", "metadata.name", ...). The store sets uid, creationTimestamp, resourceVersion and
// generation (bumped when anything but metadata and status changed), checks uniqueness and, when the object carries a
// resourceVersion, optimistic concurrency. It knows deletion as the API server does: a delete of an object with finalizers, or of a
// pod with a grace period, only sets deletionTimestamp; `purge` (or removing the last finalizer) ends it.
class Store {
 public:
  explicit Store(boost::asio::any_io_executor executor);

  [[nodiscard]] Object get(const std::string& kind, const std::string& ns, const std::string& name) const;  // null: not there
  [[nodiscard]] std::vector<Object> list(const std::string& kind, const std::string& ns = "") const;        // "" = all
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

  // `generateName` is honoured as the API server does (five letters of bcdfghjklmnpqrstvwxz2456789).
  StoreResult<Object> create(json object);
  StoreResult<Object> update(json object);
  // Reads, lets `change` alter a copy, writes; no write when nothing changed. `change` returns false to give up (the current state is
  // returned). For status writers and controllers.
  StoreResult<Object> mutate(const std::string& kind, const std::string& ns, const std::string& name, const std::function<bool(json&)>& change);
  // Graceful where the kind has it (pods: spec.terminationGracePeriodSeconds unless `grace_seconds` >= 0).
  StoreResult<Object> remove(const std::string& kind, const std::string& ns, const std::string& name, int grace_seconds = -1);
  // Removes at once, finalizers or not.
  void purge(const std::string& kind, const std::string& ns, const std::string& name);

  // Calls `on_change` for every change after now, each posted to the executor in order, never from inside a write.
  [[nodiscard]] Subscription subscribe(std::function<void(const Change&)> on_change);

  // For watches: the changes of a kind after `revision`, or Expired (410) when that is older than what is kept (the last
  // 4,096 changes).
  StoreResult<std::vector<Change>> changes_since(const std::string& kind, std::uint64_t revision) const;

 private:
  struct Subscriber;
  StoreResult<Object> commit(ChangeType type, json object, Object previous);

  boost::asio::any_io_executor executor_;
  std::uint64_t revision_ = 1;
  std::map<std::string, std::map<std::pair<std::string, std::string>, Object>> objects_;   // kind -> (ns, name)
  std::deque<Change> history_;
  std::uint64_t forgotten_ = 0;                                                            // revisions <= this are gone
  std::vector<std::weak_ptr<Subscriber>> subscribers_;
};

}  // namespace straycat::cluster
