// What the API server refuses about Services, and what an update of one keeps and drops. Pure.
#pragma once

#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

// A node port, external addresses, or a load balancer's lead to it (kubernetes pkg/api/service/util.go,
// ExternallyAccessible).
[[nodiscard]] bool is_reached_from_outside(const json& spec);
// A load balancer asks the nodes whether they have endpoints of it (NeedsHealthCheck).
[[nodiscard]] bool needs_health_check(const json& spec);

// kubernetes pkg/apis/core/validation validateService, but for what is not served: IPv6.
void validate_service(Causes& causes, const json& object);
void validate_service_update(Causes& causes, const json& object, const json& current);

// Addresses and ports that an update leaves out stay as they are (pkg/registry/core/service/storage
// patchAllocatedValues), and what another type has no use for goes, where the update did not touch it
// (strategy.go dropTypeDependentFields).
void keep_service_values(json& object, const json& current);

}  // namespace straycat::cluster
