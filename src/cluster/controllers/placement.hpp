// What a pod demands of the node that it is placed on, beside taints and nodeSelector (kubernetes
// pkg/scheduler/framework/plugins: nodeaffinity, interpodaffinity, podtopologyspread). Wishes (preferred...,
// ScheduleAnyway) are not weighed. Pure.
#pragma once

#include <string>
#include <vector>

#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

// spec.affinity.nodeAffinity's required terms: one of them must fit, each with all that it says.
[[nodiscard]] bool node_affinity_fits(const json& pod, const json& node);

// The cluster as the demands between pods need it. On a single node they are not heeded: every pod is placed there, and
// the law says so.
class Neighbours {
 public:
  Neighbours(const std::vector<Object>& nodes, const std::vector<Object>& pods);

  // Why the pod may not stand beside those that are there, in the scheduler's words; "" when it may.
  [[nodiscard]] std::string objection(const json& pod, const json& node) const;

 private:
  struct Placed {
    const json* pod;
    const json* node;
  };
  [[nodiscard]] bool near_one(const json& term, const json& owner, const json& node) const;
  [[nodiscard]] bool any(const json& term, const json& owner) const;
  [[nodiscard]] bool attracted(const json& pod, const json& node) const;
  [[nodiscard]] bool repelled_by_own(const json& pod, const json& node) const;
  [[nodiscard]] bool repelled_by_others(const json& pod, const json& node) const;
  [[nodiscard]] bool too_many(const json& constraint, const json& pod, const json& node) const;

  const std::vector<Object>& nodes_;
  std::vector<Placed> placed_;
};

}  // namespace straycat::cluster
