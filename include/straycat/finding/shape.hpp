// What the words of a Service, of the slices beside it and of a Deployment do, whatever pods there are: one place for
// who reads a run, who lists a cluster and who reads manifests.
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/finding/ports.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::finding {

// A headless Service publishes addresses that are not ready for peers that must find each other; one with an address of
// its own sends clients there.
[[nodiscard]] bool sends_clients_to_unready(const model::Service& service);
// The first of its ports whose name no slice bears, so that no proxy sends it anywhere; null: there is none.
[[nodiscard]] const model::ServicePort* port_without_slice(const model::Service& service,
                                                           const std::vector<model::EndpointSlice>& slices);
// Whether a controller of Kubernetes keeps it (from the pods, or from an Endpoints object); else it stays whatever
// happens to them.
[[nodiscard]] bool is_kept(const model::EndpointSlice& slice);
// Of a headless Service, a port that is another on the pods: nobody translates it. Null: there is none.
[[nodiscard]] const PortFit* untranslated_port(const model::Service& service, const std::vector<PortFit>& fits);
[[nodiscard]] bool has_readiness(const model::PodShape& pod);
// How many of its pods a Deployment's rollout may take away at once (deployment/util: maxUnavailable is rounded down,
// Recreate takes all); its replicas, where it names none, are 1.
[[nodiscard]] int rollout_takes(const nlohmann::json& deployment);

}  // namespace straycat::finding
