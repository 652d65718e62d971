// Label selectors: who matches whom. Rules: apimachinery pkg/labels and pkg/apis/meta/v1/helpers.go.
#pragma once

#include <string>
#include <string_view>

#include <straycat/core/result.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::model {

// A Service's selector: every pair must be there; more labels do not matter (a superset matches). An empty selector
// selects nothing (a Service without one has hand-made endpoints).
[[nodiscard]] bool selects(const Labels& selector, const Labels& labels);

// A workload's selector. An empty one matches everything (metav1.LabelSelectorAsSelector).
[[nodiscard]] bool matches(const LabelSelector& selector, const Labels& labels);

// The selector by which a workload knows its pods; an empty one where its controller makes it up (a Job's, by uid), so
// that no manifest has it.
[[nodiscard]] LabelSelector own_selector(const Workload& workload);

// "app=sayhi,tier in (a,b),!x,y!=z": the labelSelector query parameter.
[[nodiscard]] Result<LabelSelector> parse_selector(std::string_view text);
[[nodiscard]] std::string to_string(const Labels& labels);  // "app=sayhi,x=y"

// Named target ports: the number that `target` means on a pod of this shape, or none (pkg/api/v1/pod FindPort).
[[nodiscard]] std::optional<int> resolve_port(const PortName& target, const PodShape& pod,
                                              const std::string& protocol = "TCP");

// The Deployment whose name a ReplicaSet's tells: that name and the hash that its pods carry (kubernetes
// pkg/controller/deployment/sync.go, getNewReplicaSet). None when it is no ReplicaSet, or not so named.
[[nodiscard]] std::optional<ObjectRef> deployment_of(const ObjectRef& replica_set, const Labels& pod);

// The workload at the top of an owner chain, below whatever custom resource owns it; found by uid among `workloads`
// (pod -> ReplicaSet -> Deployment, pod -> Job -> CronJob); a pod without a known controller is its own root.
[[nodiscard]] ObjectRef root_owner(const Meta& object, const std::vector<Workload>& workloads);

}  // namespace straycat::model
