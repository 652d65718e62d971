#include "cluster/controllers/rollout_math.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

Fenceposts fenceposts_of(const json& deployment) {
  const auto& spec = spec_of(deployment);
  const auto& strategy = object_or_empty(spec, "strategy");
  const auto replicas = integer_or(spec, "replicas", 1);
  if (string_or(strategy, "type", "RollingUpdate") != "RollingUpdate" || replicas == 0) return {};
  const auto& rolling = object_or_empty(strategy, "rollingUpdate");
  Fenceposts posts;
  posts.surge = resolve_int_or_percent(rolling.value("maxSurge", json("25%")), replicas, true);
  posts.unavailable = resolve_int_or_percent(rolling.value("maxUnavailable", json("25%")), replicas, false);
  if (posts.surge == 0 && posts.unavailable == 0) posts.unavailable = 1;
  posts.unavailable = std::min(posts.unavailable, replicas);
  return posts;
}

std::int64_t proportion_of(const Share& share, std::int64_t to_add, std::int64_t added) {
  if (share.set_replicas == 0 || to_add == 0 || to_add == added) return 0;
  std::int64_t fraction = -share.set_replicas;
  if (share.deployment_replicas != 0) {
    const auto before = share.max_before > 0 ? share.max_before : share.status_replicas;
    if (before == 0) return 0;
    const auto size = static_cast<double>(share.set_replicas * share.max_now) / static_cast<double>(before);
    fraction = static_cast<std::int64_t>(std::llround(size)) - share.set_replicas;
  }
  const auto allowed = to_add - added;
  return to_add > 0 ? std::min(fraction, allowed) : std::max(fraction, allowed);
}

}  // namespace straycat::cluster
