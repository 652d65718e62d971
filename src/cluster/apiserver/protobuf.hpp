// Kubernetes' protobuf, as typed Go clients send it: no client falls back to JSON when it is refused.
#pragma once

#include <string_view>

#include "cluster/kinds/status.hpp"

namespace straycat::cluster {

// A body of the type application/vnd.kubernetes.protobuf (apimachinery runtime/serializer/protobuf: "k8s\0", then a
// runtime.Unknown) as the JSON that the same client would have sent. Fields that are no pointers in Go and hold zero
// are left out, as they say nothing. A 400 for what is none, or is of a kind that is not served.
[[nodiscard]] StoreResult<Document> from_protobuf(std::string_view body);

}  // namespace straycat::cluster
