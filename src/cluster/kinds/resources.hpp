// What pods ask for, and what of it a namespace may use: requests and limits, quotas and ranges.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cluster/kinds/quantity.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

using Amounts = std::map<std::string, Quantity>;
// All objects of a kind (KindRow::key()) in the namespace in question.
using Lister = std::function<std::vector<Object>(const std::string& kind)>;

// A pod's requests or limits (`which`): the sum of its containers, or what its greediest init container asks for where
// that is more, and its overhead (component-helpers resource/helpers.go PodRequests).
[[nodiscard]] Amounts pod_amounts(const json& pod, const char* which);

// What an object counts in quotas: {"pods": 1, "requests.cpu": 100m, "count/deployments.apps": 1, ...}
// (pkg/quota/v1/evaluator/core). A pod that has ended is one more of "count/pods" and of nothing else.
[[nodiscard]] Amounts quota_amounts(const KindRow& row, const json& object);
// Whether a quota's scopes take the object (only pods are scoped).
[[nodiscard]] bool in_scope(const json& quota, const json& object);
// What stands in status.used of a quota: an amount for each resource in spec.hard.
[[nodiscard]] Amounts used_of(const json& quota, const Lister& list);

}  // namespace straycat::cluster
