// The API calls of faults on order. Private to `runner`.
#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "runner/site.hpp"
#include <straycat/model/fault.hpp>

namespace straycat::runner {

[[nodiscard]] kube::ResourceType fault_type();

// The cluster knows no such kind.
inline constexpr const char* nobody_serves_it =
    "only straycat's own can, which runs where no cluster is named; any cluster can deletePod and evict";

// Makes the object, whatever becomes of the connection meanwhile (the fault may be that the API server goes away), and
// waits until it has one of the phases, for at most `patience`. Errors: it was refused (bad_input, the cluster's
// words), nobody serves the kind (bad_input), or nothing came of it.
boost::asio::awaitable<Result<model::FaultStatus>> make_fault(Site& site, json object, Nanos patience);
boost::asio::awaitable<Result<model::FaultStatus>> await_fault(Site& site, std::string name, bool ended,
                                                               Nanos patience);
// Asks it to end now.
boost::asio::awaitable<void> stop_fault(Site& site, std::string name);
boost::asio::awaitable<void> remove_fault(Site& site, std::string name);

// The eviction subresource. Asked again while a PodDisruptionBudget forbids it. Of the pod with that uid, as
// delete_pod: one that is gone is none of them. `grace`: seconds, -1 = the pod's own.
boost::asio::awaitable<Result<>> evict_pod(Site& site, std::string pod, std::string uid, int grace);
boost::asio::awaitable<Result<>> delete_pod(Site& site, std::string pod, std::string uid, int grace);
// Of the node as it was looked at: nobody's cordon that comes in between is taken over. Errors (bad_input): no new pods
// may be placed there already, and so it is not ours to open.
boost::asio::awaitable<Result<>> cordon(Site& site, std::string node);
// Tried again and again for at most `patience`. Leaves alone what another cordoned.
boost::asio::awaitable<Result<>> uncordon(Site& site, std::string node, Nanos patience);

}  // namespace straycat::runner
