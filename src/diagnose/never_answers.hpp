// What wrong-target-port and loopback-bind share: cells whose candidates all belong to the intended workload, no
// endpoint of which ever answered directly, on any port the Service sends to.
#pragma once

#include "rules.hpp"

namespace straycat::diagnose {

enum class Declared { other_port, this_port, nothing };
// What the containers of these endpoints declare about the port that the slices name; a port at which the kubelet's own
// probe of a pod that is ready is answered says more than a declared one.
[[nodiscard]] Declared declared_ports(const Case& the_case, const Book::Page& page);
// Why the declaration of this port is to be doubted rather than the address that the server listens on: the Service
// asks for it by its name, which says nothing by itself, or the kubelet is answered on another. "" when nothing says
// so.
[[nodiscard]] std::string declared_in_vain(const Case& the_case, const Book::Page& page);
// The one other port that they declare, or at which they answer the kubelet; 0: none, or several.
[[nodiscard]] int other_port(const Case& the_case, const Book::Page& page);
[[nodiscard]] Book never_answering(const Case& the_case, const Scope& scope);
// With nothing claimed: why these two causes are out (the workload that is meant answered on the same port), or what
// keeps them possible (it never did either).
void rule_out(const Case& the_case, const Scope& scope, Ruling& ruling);

}  // namespace straycat::diagnose
