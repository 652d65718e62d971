// Names that fail, and NetworkPolicies that forbid the client to ask for them: DNS is a way out as any other.
#pragma once

#include <vector>

#include "isolation.hpp"

namespace straycat::diagnose {

// Whether the client may ask for names. A cluster's name server is known by its usual labels only (k8s-app: kube-dns in
// kube-system), and may stand elsewhere: `no` means that no rule lets the client out on a port on which anybody asks
// for names, whoever is there; `unknown`, that one does and not to the usual ones, that the policies were not watched,
// that the client is not known, or that a client of the same labels was answered while they stood: nobody enforces
// them.
struct NamesWay {
  model::Admission admission = model::Admission::yes;
  std::vector<const model::NetworkPolicy*> isolating;  // the client's way out, by name
};
[[nodiscard]] NamesWay way_to_names(const Case& the_case, const Cell& cell);

// The claims of those cells whose names failed so.
void claim_forbidden_names(const Case& the_case, const Scope& scope, Ruling& ruling);
// A rule more: to the usual name server, and to the pods behind the Service where those are forbidden, too.
void cure_forbidden_names(const Case& the_case, const Scope& cells, Finding& finding);

}  // namespace straycat::diagnose
