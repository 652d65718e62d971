// What wrong-target-port and loopback-bind share: cells whose candidates all belong to the intended workload, no
// endpoint of which ever answered directly, on any port the Service sends to.
#pragma once

#include "rules.hpp"

namespace straycat::diagnose {

enum class Declared { other_port, this_port, nothing };
// What the containers of these endpoints declare about the port that the slices name.
[[nodiscard]] Declared declared_ports(const Case& the_case, const Book::Page& page);
[[nodiscard]] Book never_answering(const Case& the_case, const Scope& scope);
// Why these two causes are out: "of the other endpoints on the same port 30 of 30 direct requests were answered".
[[nodiscard]] std::string others_answered(const Case& the_case, const Scope& scope);

}  // namespace straycat::diagnose
