// Cluster addresses and node ports of Services (kubernetes pkg/registry/core/service/storage/alloc.go).
#pragma once

#include <vector>

#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

// Gives a Service its clusterIP out of 10.96.0.0/16, its node ports and the port of its health checks out of
// 30000-32767, or checks those that it names. `others` are the Services there are. 10.96.0.0 - 10.96.0.15 is never
// handed out: well-known addresses live there.
[[nodiscard]] StoreResult<Document> allocate_service_addresses(json service, const std::vector<Object>& others);

}  // namespace straycat::cluster
