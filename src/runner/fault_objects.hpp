// The API calls of faults on order. Private to `runner`.
#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "runner/site.hpp"
#include <straycat/model/fault.hpp>

namespace straycat::runner {

[[nodiscard]] kube::ResourceType fault_type();

// Makes the object, whatever becomes of the connection meanwhile (the fault may be that the API server goes away), and
// waits until it has one of the phases, for at most `patience`. Errors: it was refused (bad_input, the cluster's
// words), or nothing came of it.
boost::asio::awaitable<Result<model::FaultStatus>> make_fault(Site& site, json object, Nanos patience);
boost::asio::awaitable<Result<model::FaultStatus>> await_fault(Site& site, std::string name, bool ended,
                                                               Nanos patience);
// Asks it to end now.
boost::asio::awaitable<void> stop_fault(Site& site, std::string name);
boost::asio::awaitable<void> remove_fault(Site& site, std::string name);

// The eviction subresource. Asked again while a PodDisruptionBudget forbids it. `grace`: seconds, -1 = the pod's own.
boost::asio::awaitable<Result<>> evict_pod(Site& site, std::string pod, int grace);
boost::asio::awaitable<Result<>> delete_pod(Site& site, std::string pod, std::string uid, int grace);
// Whether new pods may be placed there.
boost::asio::awaitable<Result<>> set_unschedulable(Site& site, std::string node, bool yes);

}  // namespace straycat::runner
