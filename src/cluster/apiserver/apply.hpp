// Server-side apply and the bookkeeping of managedFields (structured-merge-diff merge/update.go).
#pragma once

#include <string>

#include "cluster/kinds/row.hpp"
#include "cluster/kinds/schema.hpp"
#include "cluster/kinds/status.hpp"

namespace straycat::cluster {

struct Manager {
  std::string name;         // fieldManager, or the user agent's first word
  std::string subresource;  // "status", "scale", ""
  std::string time;         // metav1.Time of the write
};

// The object after `patch` was applied to `live` (null: it is not there yet). Fields that this manager applied before
// and leaves out now are removed unless another one owns them. Fields of others with another value are a 409
// conflict, or become this manager's when `force`.
[[nodiscard]] StoreResult<Document> apply(const json& live, json patch, const KindRow& resource, const Manager& manager,
                                          bool force);

// Writes into `after` who owns what once `manager` has changed `before` (null: created) by another verb than apply.
void track_update(const json& before, json& after, const KindRow& resource, const Manager& manager);

}  // namespace straycat::cluster
