// The cluster's names, read off Services and EndpointSlices at the moment when they are asked for. Pure.
//
// Rules: github.com/kubernetes/dns docs/specification.md (1.1.0), and where that is silent CoreDNS' plugin kubernetes:
// a Service with a cluster address has an A record and an SRV record for each named port; a headless one has those of
// its ready endpoints, each by its hostname or its address with dashes; ExternalName is a CNAME; pods are found as
// "10-244-0-5.NS.pod" (its mode `pods insecure`); a name that is there without such a record is answered with none, one
// that is not there with NXDOMAIN, and so is everything outside: this cluster has no way out, and nobody to ask.
#pragma once

#include <string>
#include <string_view>

#include "cluster/dns/message.hpp"
#include "cluster/store/store.hpp"

namespace straycat::cluster::dns {

inline constexpr std::string_view cluster_zone = "cluster.local";

[[nodiscard]] Answer answer(const Store& store, const Query& query);

}  // namespace straycat::cluster::dns
