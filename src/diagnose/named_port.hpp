// A Service's port by a name that the pods do not have.
#pragma once

#include "rules.hpp"

namespace straycat::diagnose {

// All endpoints that were listed then lack a port of the name that the Service asks for.
[[nodiscard]] bool lacks_named_port(const Case& the_case, const Cell& cell);
// ... and yet a native sidecar (an init container that goes on running) has one of that name, which Kubernetes since
// 1.33 counts: the cluster is at fault, or older, and the Service is not. A sentence, or "".
[[nodiscard]] std::string native_sidecar_port(const Case& the_case, const Cell& cell);

}  // namespace straycat::diagnose
