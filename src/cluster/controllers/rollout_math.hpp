// The numbers of a rollout (kubernetes pkg/controller/deployment/util/deployment_util.go). Pure.
#pragma once

#include <cstdint>

#include <nlohmann/json.hpp>

namespace straycat::cluster {

using json = nlohmann::json;

// How many pods a Deployment may have too many and too few.
struct Fenceposts {
  std::int64_t surge = 0, unavailable = 0;
};

// Surge rounds up, unavailable rounds down; never both 0, or a rollout could not move (ResolveFenceposts). Unavailable
// is at most `replicas`; Recreate and 0 replicas have neither.
[[nodiscard]] Fenceposts fenceposts_of(const json& deployment);

// How many replicas a set gains (or loses, below 0) when a Deployment is scaled in the middle of a rollout
// (GetReplicaSetProportion): its share of the new size, rounded, and never more than what is left to give out.
struct Share {
  std::int64_t set_replicas;         // of this set
  std::int64_t deployment_replicas;  // desired now
  std::int64_t max_before;           // replicas + surge when the set was last written, 0 when unknown
  std::int64_t max_now;
  std::int64_t status_replicas;  // of the Deployment, for an unknown max_before
};
[[nodiscard]] std::int64_t proportion_of(const Share& share, std::int64_t to_add, std::int64_t added);

}  // namespace straycat::cluster
