#include <algorithm>
#include <utility>

#include <straycat/finding/causes.hpp>

namespace straycat::finding {
namespace {

constexpr FoundBy T{true, false, false}, M{false, false, true}, TM{true, false, true}, TL{true, true, false},
    TLM{true, true, true}, nobody{};
constexpr bool another = true;

CauseRow refining(std::vector<Cause> general, CauseRow row) {
  row.refines = std::move(general);
  return row;
}

CauseRow once(std::vector<std::string_view> old_ids, CauseRow row) {
  row.old_ids = std::move(old_ids);
  return row;
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): a table
const std::vector<CauseRow>& causes() {
  using enum Cause;
  static const std::vector<CauseRow> all = {
      {stray_endpoint, "stray-endpoint", "a stray endpoint",
       "Pods of a workload that the Service was not made for stand behind it, and connections that land there fail.",
       TLM, TLM, "", another},
      {wrong_answer, "wrong-answer", "two workloads that answer differently",
       "Pods of another workload stand behind the Service and answer, but not as clients expect.", T, T, "", another},
      {latent_overlap, "latent-overlap", "another workload that the Service's selector matches",
       "The Service's selector matches the pods of another workload, and no request is known to have failed for it.",
       TLM, TLM, "", another},
      refining({no_endpoints, wrong_answer},
               {selector_misses, "selector-misses", "a selector that matches only other workloads",
                "The Service selects pods, but none of the workload that it is for.", TLM, TL, "Service"}),
      once({"foreign-slice"},
           refining({stray_endpoint},
                    {selector_unwanted, "selector-unwanted", "a selector beside slices that are not Kubernetes' own",
                     "The Service has a selector and endpoints that somebody else writes: it sends to both.", TLM, TLM,
                     "Service"})),

      {termination_race, "termination-race", "pods that end before their endpoint is removed",
       "Pods stopped serving while proxies still sent to them.", TM, TM},
      refining({termination_race},
               {grace_too_short, "grace-too-short", "pods that are killed before their requests are answered",
                "Requests in flight were cut when the pods' grace period was over.", T, T}),
      refining(
          {termination_race},
          {container_ends_first, "container-ends-first", "a container that ends before its pod has left the Service",
           "One container of the pods ended at once when they were asked to end, while the others still waited.", T,
           T}),
      {early_ready, "early-ready", "pods that are ready before they answer",
       "New pods were sent connections before they answered.", TLM, TM},
      refining(
          {early_ready},
          {publishes_unready, "publishes-unready", "a Service that publishes pods that are not ready",
           "The Service sends to pods that say that they are not ready, because it is told to.", TLM, TLM, "Service"}),

      {wrong_target_port, "wrong-target-port", "a wrong target port",
       "The Service sends to a port that the pods do not declare, and they declare another.", TLM, TL, "Service"},
      {wrong_declared_port, "wrong-declared-port", "a declared port on which nobody listens",
       "The port that the pods declare is not the one on which they listen.", T, T},
      refining({no_endpoints}, {missing_named_port, "missing-named-port", "a named port that the pods lack",
                                "The Service sends to a port by a name that the pods do not have.", TLM, TLM}),
      refining({no_endpoints},
               {slice_port_mismatch, "slice-port-mismatch", "a hand-written slice without the Service's port",
                "The Service has no selector, and its hand-written slice does not bear the name of the port that it "
                "asks for.",
                TLM, TLM, "EndpointSlice"}),
      {loopback_bind, "loopback-bind", "a server that listens on loopback only, or not at all",
       "The pods refuse on their own address, on the port that they are meant to serve.", T, T},
      refining({loopback_bind}, {wrong_family, "wrong-family", "a server that listens on one IP family only",
                                 "The pods answer on one IP family, and the Service sends on the other.", T, nobody}),
      {wrong_service_port, "wrong-service-port", "a client that dials a port the Service does not have",
       "The client dials a port that the Service does not have.", TM, T},
      {headless_port, "headless-port", "a headless Service whose port T translates",
       "The Service is headless and its port differs from the pods': clients that dial it are refused.", TLM, TM,
       "Service"},

      {no_endpoints, "no-endpoints", "a Service without endpoints", "There was no endpoint to send to.", TLM, TLM},
      refining({no_endpoints},
               {rollout_gap, "rollout-gap", "a rollout that takes the last pod away first",
                "A rollout ended the last ready pod before its successor was ready.", TM, TM, "Deployment"}),
      refining({no_endpoints},
               {readiness_flap, "readiness-flap", "a readiness probe that healthy pods fail",
                "Pods that were healthy but slow failed their readiness probe, all of them at once.", TL, TL}),
      refining({no_endpoints},
               {never_ready, "never-ready", "pods that never become ready",
                "The pods never became ready: an image, a command, a configuration or a probe.", TL, TL}),

      {data_plane_lag, "data-plane-lag", "a data plane that lags behind the endpoints",
       "A proxy went on sending to an endpoint that had long left the Service.", T, T},
      once({"stale-endpoint"}, {stale_slice, "stale-slice", "an endpoint whose pod is gone",
                                "A slice that no controller keeps names the address of a pod that does not exist.", TL,
                                TL, "EndpointSlice"}),
      {local_policy, "local-policy", "a traffic policy that keeps clients from other nodes' endpoints",
       "The Service's traffic policy is Local, and the client's node has no endpoint of it.", TL, T, "Service"},
      refining({path_blocked, deaf_endpoint, early_ready},
               {network_policy, "network-policy", "a network policy that forbids the client",
                "A NetworkPolicy forbids the client to reach the pods.", TLM, TLM, "NetworkPolicy"}),
      {path_blocked, "path-blocked", "a way to the endpoint that is blocked",
       "Something between one client and an endpoint refuses or drops connections, while others reach it.", T, T},
      {hairpin, "hairpin", "a pod that cannot reach itself through the Service",
       "A pod behind the Service fails when the Service sends its request back to itself.", T, nobody, "Node"},
      {affinity_pin, "affinity-pin", "a session that is held on one endpoint",
       "Session affinity holds the client on one endpoint, and that one fails.", T, T},
      {dns, "dns", "a name that does not resolve", "The Service's name failed to resolve while its address worked.", T,
       T},

      refining({no_endpoints}, {crash_loop, "crash-loop", "containers that crash",
                                "Containers ended by themselves and were started again.", TL, TL}),
      refining({crash_loop, no_endpoints},
               {liveness_kill, "liveness-kill", "a liveness probe that restarts healthy containers",
                "The kubelet restarted containers that were busy or slow, because they failed their liveness probe.",
                TL, TL}),
      refining({crash_loop, no_endpoints}, {oom_kill, "oom-kill", "containers that are killed at their memory limit",
                                            "Containers were killed at their memory limit.", TL, TL}),
      {deaf_endpoint, "deaf-endpoint", "one endpoint that fails among others that serve",
       "One endpoint of the workload that is meant fails though it is ready, and the others do not.", T, T},
      refining({deaf_endpoint},
               {bad_revision, "bad-revision", "a revision that answers wrongly",
                "The pods of one revision of the workload answer wrongly, and those of another do not.", T, T}),
      {overload, "overload", "a server that is asked for more than it takes",
       "The pods answer late or not at all when they are asked for much, all of them alike.", T, T},
      {server_resets, "server-resets", "a server that cuts its connections",
       "The program cuts connections by itself, with no change among the endpoints.", T, T},
      {server_errors, "server-errors", "a server that now and then answers wrongly",
       "The program answers wrongly now and then, whichever pod is asked.", T, T},
      refining({server_resets},
               {keep_alive_race, "keep-alive-race", "a server that closes idle connections as they are used again",
                "Only connections that were used before are cut: the server closes idle ones sooner than the client.",
                T, T}),

      // What it refines is said in refines(): all of them.
      {prober_limit, "prober-limit", "the prober's own limits", "The prober itself ran out of something.", T, nobody},
      {unexplained, "unexplained", "failures that no known cause explains", "None of the known causes fits.", T, T},
  };
  return all;
}

const CauseRow& row(Cause cause) { return causes().at(static_cast<std::size_t>(cause)); }

std::string_view to_string(Cause cause) { return row(cause).id; }

std::optional<Cause> cause_from(std::string_view word) {
  for (const CauseRow& one : causes()) {
    if (one.id == word || std::find(one.old_ids.begin(), one.old_ids.end(), word) != one.old_ids.end())
      return one.cause;
  }
  return std::nullopt;
}

bool refines(Cause special, Cause general) {
  if (special == general) return false;
  if (special == Cause::prober_limit) return true;
  const auto& direct = row(special).refines;
  return std::any_of(direct.begin(), direct.end(), [&](Cause one) { return one == general || refines(one, general); });
}

bool expectable(Cause cause) { return row(cause).found.traffic; }

std::string why_not_expectable(Cause cause) {
  const CauseRow& one = row(cause);
  if (one.cause == Cause::prober_limit) return "it is no fault of the Service's: such a run is inconclusive";
  if (!one.promised.traffic) return "no run shows it, only what a cluster lists (straycat diagnose)";
  if (one.found.listing) return "this version has no rule for it yet in a run (straycat diagnose finds it)";
  return "this version has no rule for it yet";
}

}  // namespace straycat::finding
