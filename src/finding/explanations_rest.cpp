// Nobody there; between the client and the endpoint; the program itself; no fault of the Service's.
#include "finding/explanations.hpp"

namespace straycat::finding {
namespace {

constexpr std::string_view see_listed = "kubectl get endpointslices -l kubernetes.io/service-name=NAME -o wide";
constexpr std::string_view see_pods_behind = "kubectl get pods -l LABEL=VALUE -o wide   # the selector's labels";
constexpr std::string_view see_events = "kubectl events --for pod/POD";
constexpr std::string_view see_last_state =
    "kubectl get pod POD -o jsonpath='{range .status.containerStatuses[*]}{.name} {.restartCount} "
    "{.lastState}{\"\\n\"}{end}'";
constexpr std::string_view see_direct =
    "kubectl get --raw /api/v1/namespaces/NS/pods/POD:PORT/proxy/PATH   # each pod in turn";

std::vector<Explanation> nobody_there() {
  using enum Cause;
  return {
      {no_endpoints,
       "The Service has nobody to send to: scaled to 0, a typo in the selector, or a reason with a name of its own. A "
       "client on a node is refused; one in a pod is refused at 1/s and mostly times out at more, because the kernel "
       "limits such answers.",
       "The slices hold no ready endpoint while requests fail.",
       "Scale the workload, or the selector that matches its pods.",
       {see_listed, "kubectl get svc NAME -o jsonpath='{.spec.selector}'", see_pods_behind},
       "scale-to-zero"},
      {rollout_gap,
       "A rollout takes the last ready pod away before the next one is ready: strategy Recreate, or maxUnavailable as "
       "large as the number of replicas.",
       "The slices empty within a rollout of the Deployment, and fill again by its new pods.",
       "rollingUpdate with maxUnavailable: 0 and maxSurge: 1.",
       {"kubectl get deploy NAME -o jsonpath='{.spec.strategy} {.spec.replicas}'",
        "kubectl rollout status deploy/NAME"}},
      {readiness_flap,
       "Pods are healthy but slow for a while, and a tight readiness probe takes all of them out of the Service at "
       "once, "
       "though they would have answered.",
       "Events \"Readiness probe failed\" of pods that were not restarted, and slices that empty together.",
       "A larger timeoutSeconds and failureThreshold of the readiness probe.",
       {"kubectl get events --field-selector reason=Unhealthy", see_listed}},
      {never_ready,
       "The workload is there and none of its pods becomes ready: an image that cannot be pulled, a command or a "
       "configuration that is missing, a probe that never passes.",
       "The reason for which containers wait, or the event of the probe that fails.",
       "What the finding names: image, command, configuration or probe.",
       {see_pods_behind, see_events},
       "causes/never-ready.yaml"},
  };
}

std::vector<Explanation> on_the_way() {
  using enum Cause;
  return {
      {data_plane_lag,
       "A node's proxy works with rules that are old: it sends to endpoints that left, or not to those that came. "
       "kube-proxy normally lags a second at most.",
       "The endpoint was gone for longer than that, and which node the client is on decides.",
       "Look at that node's proxy: is it running, does it reach the API server?",
       {"kubectl -n kube-system get pods -l k8s-app=kube-proxy -o wide", "kubectl -n kube-system logs POD --tail 50"},
       "stale-proxy"},
      {stale_slice,
       "A slice that no controller keeps (written by hand, mirrored) still lists the address of a pod that is gone. "
       "Its "
       "share of the connections fails for ever.",
       "The slice's managed-by label, and no pod with that address.",
       "Delete the slice, or repair its addresses.",
       {"kubectl get endpointslices -l kubernetes.io/service-name=NAME -L endpointslice.kubernetes.io/managed-by",
        "kubectl get pods -A -o wide --field-selector status.podIP=ADDRESS"}},
      {local_policy,
       "internalTrafficPolicy or externalTrafficPolicy is Local, and the client's node has no endpoint: its "
       "connections "
       "are dropped, while those from other nodes are served.",
       "The policy, and the nodes of the endpoints against the client's.",
       "The policy Cluster, or a pod on each node (a DaemonSet).",
       {"kubectl get svc NAME -o jsonpath='{.spec.internalTrafficPolicy} {.spec.externalTrafficPolicy}'", see_listed},
       "local-policy"},
      {network_policy,
       "A NetworkPolicy selects the pods and has no rule that lets this client in: its connections time out, and "
       "others' "
       "do not.",
       "The policies that select the pods, against the client's namespace, labels and port.",
       "An ingress rule for the client.",
       {"kubectl get networkpolicies -o yaml"},
       "network-policy"},
      {path_blocked,
       "Something between one client and an endpoint (a firewall, the CNI, a mesh) drops or resets, while the kubelet "
       "and "
       "other clients reach the same endpoint. The workload is not at fault.",
       "The endpoint answers from another vantage point and fails from this one.",
       "Look along the way that the finding names, from where to where.",
       {"kubectl get --raw /api/v1/namespaces/NS/pods/POD:PORT/proxy/PATH   # another way to the same pod"},
       "nightly/way-refused.yaml"},
      {hairpin,
       "A pod that stands behind the Service asks it, and the Service sends the request back to the pod itself: on a "
       "node "
       "without hairpin mode that one is lost, 1 of N.",
       "The client's address is one of the endpoints, and only requests that come back to it fail.",
       "Hairpin mode in the node's CNI; or ask localhost.",
       {see_listed}},
      {affinity_pin,
       "sessionAffinity: ClientIP holds a client on one endpoint, and that one fails: everything fails for some "
       "clients "
       "and nothing for others.",
       "The affinity is set, and other endpoints answer directly.",
       "That of the endpoint's own failure; the affinity only hides that others serve.",
       {"kubectl get svc NAME -o jsonpath='{.spec.sessionAffinity}'"},
       "causes/affinity-pin.yaml"},
      {dns,
       "The Service's name does not resolve, or only after seconds, while its address answers.",
       "The resolver's answer, and requests to the address in the same second.",
       "Look at the cluster's DNS, and at the client's search list and ndots.",
       {"kubectl -n kube-system get pods -l k8s-app=kube-dns", "kubectl exec POD -- getent hosts NAME"},
       "causes/dns.yaml"},
  };
}

std::vector<Explanation> the_program() {
  using enum Cause;
  return {
      {crash_loop,
       "The containers end by themselves, are started again, and end again, each time after a longer wait. In between "
       "nobody listens.",
       "Restarts and exit codes, and no kill by the kubelet.",
       "What the container said last.",
       {see_last_state, "kubectl logs POD --previous --tail 20"},
       "causes/crash-loop.yaml"},
      {liveness_kill,
       "The kubelet restarts containers that are busy or slow to start, because they fail their liveness probe: under "
       "load all of them, one after the other.",
       "Events \"failed liveness probe, will be restarted\".",
       "A larger timeoutSeconds and failureThreshold, and a startupProbe for a slow start.",
       {"kubectl get events --field-selector reason=Killing", see_events},
       "causes/liveness-kill.yaml"},
      {oom_kill,
       "The kernel ends containers that reach their memory limit; connections to them are cut, and refused until they "
       "are up again.",
       "The last state's reason, OOMKilled.",
       "A limit that holds what the program needs, or a program that needs less.",
       {see_last_state, "kubectl top pod POD --containers"},
       "nightly/out-of-memory.yaml"},
      {deaf_endpoint,
       "One pod of the workload that is meant hangs, refuses or resets while it is ready, and its siblings serve: a "
       "steady "
       "share of the requests fails.",
       "Direct probes: that endpoint fails, the others do not.",
       "A readiness probe that asks what clients ask; look at that pod and its node.",
       {see_direct, see_pods_behind},
       "nightly/pod-frozen.yaml"},
      {bad_revision,
       "The pods of one revision answer wrongly, most often the newest, while a rollout stands still or a canary runs.",
       "Answers differ by the ReplicaSet, or the revision, of the pod.",
       "kubectl rollout undo, and a readiness probe that sees the wrong answer.",
       {"kubectl rollout history deploy/NAME", "kubectl get pods -l LABEL=VALUE -L pod-template-hash", see_direct},
       "causes/bad-revision.yaml"},
      {overload,
       "The pods are asked for more than they take: accept queues overflow, answers come late or not at all, at all of "
       "them alike.",
       "Latency climbs with the rate, and connections time out at every endpoint.",
       "More replicas, fewer requests, or a faster program.",
       {"kubectl top pods -l LABEL=VALUE"},
       "causes/overload.yaml"},
      {server_resets,
       "The program cuts connections by itself, whoever stands behind the Service.",
       "Connections are cut directly as through the Service, with no change among the endpoints.",
       "Look into the program.",
       {see_direct, "kubectl logs POD --tail 50"}},
      {server_errors,
       "The program answers wrongly now and then, whichever pod is asked.",
       "Wrong statuses or bodies from each endpoint, directly as through the Service.",
       "Look into the program.",
       {see_direct, "kubectl logs POD --tail 50"}},
      {keep_alive_race,
       "The server closes a connection that was idle in the very moment in which the client uses it again.",
       "Only reused connections are cut, new ones never.",
       "A server's idle timeout longer than the client's, or a client that tries again.",
       {}},
  };
}

std::vector<Explanation> no_fault_of_the_service() {
  using enum Cause;
  return {
      {prober_limit,
       "Whoever sends the requests runs out of something: local ports, descriptors, memory, the connection table, "
       "processor time. The Service is not to blame.",
       "The prober's own errors and the kernel's counters. Such a run is inconclusive, never a finding.",
       "A lower rate, or another machine.",
       {"straycat probe URL --rate 100/s --for 10s   # says what limits it"}},
      {unexplained,
       "Requests failed and none of the known causes was proven. The report says which were excluded, and why.",
       "Every rule was asked.",
       "Read the rivals in the report (--full); a longer run, or one from other vantage points (--via), tells more.",
       {see_listed, see_pods_behind}},
  };
}

}  // namespace

std::vector<Explanation> explanations_of_the_rest() {
  std::vector<Explanation> all = nobody_there();
  for (auto part : {on_the_way, the_program, no_fault_of_the_service})
    for (Explanation& one : part()) all.push_back(std::move(one));
  return all;
}

}  // namespace straycat::finding
