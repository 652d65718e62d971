// Others behind the Service; ends and starts; ports and addresses.
#include "finding/explanations.hpp"

namespace straycat::finding {
namespace {

constexpr std::string_view see_slices = "kubectl get endpointslices -l kubernetes.io/service-name=NAME -o yaml";
constexpr std::string_view see_the_selector = "kubectl get svc NAME -o jsonpath='{.spec.selector}'";
constexpr std::string_view see_behind =
    "kubectl get pods -l LABEL=VALUE --show-labels -o wide   # the selector's labels";
constexpr std::string_view see_ports =
    "kubectl get svc NAME -o jsonpath='{range .spec.ports[*]}{.name} {.port} {.targetPort}{\"\\n\"}{end}'";
constexpr std::string_view see_declared =
    "kubectl get pods -l LABEL=VALUE -o jsonpath='{.items[*].spec.containers[*].ports}'";
constexpr std::string_view see_straight =
    "kubectl get --raw /api/v1/namespaces/NS/pods/POD:PORT/proxy/PATH   # one pod, past the Service";

std::vector<Explanation> others() {
  using enum Cause;
  return {
      {stray_endpoint,
       "A Job, a CronJob's pod, a debugging pod or another Deployment carries the labels that the Service selects. It "
       "is ready at once when it has no readiness probe, joins the EndpointSlice and gets its share of the "
       "connections. "
       "No probe fails and nothing is logged; when the stray is gone, so are the failures.",
       "A routable endpoint belongs to another workload than the Service is for; requests fail only while it is "
       "routable; asked directly it refuses each time, and the others never do.",
       "Add a label to the Service's selector that the meant pods carry and no stray does; where there is none, give "
       "the "
       "stray another value of the label. Adding a label to the stray does not help: more labels still match.",
       {see_the_selector, see_behind, see_slices},
       "service-selector"},
      {wrong_answer,
       "Another workload's pods stand behind the Service, listen on its port, and answer with another status or body: "
       "a "
       "canary, a second release, another program with the same labels.",
       "Statuses or bodies differ by who owns the endpoint that answered, with requests through the Service and with "
       "direct ones alike.",
       "As for stray-endpoint: a label in the selector that only the meant pods carry, or another label on the others.",
       {see_the_selector, see_behind, see_straight},
       "two-deployments"},
      {latent_overlap,
       "The selector matches another workload's pods, or would as soon as they run. Nothing is known to have failed: "
       "they "
       "have no port that the Service asks for by name, or are not running, or perhaps share the Service on purpose.",
       "Ownership of the pods that the selector matches, against whom the Service is for.",
       "As for stray-endpoint, before it is one.",
       {see_the_selector, see_behind},
       "causes/latent-overlap.yaml"},
      {selector_misses,
       "The Service selects only pods of workloads that it is not for. Whoever it was made for gets nothing; clients "
       "are "
       "refused, or answered by somebody else.",
       "The selector against the labels of the workload that bears the Service's name, release or ports.",
       "Put a label of the meant pods into the selector.",
       {see_the_selector, "kubectl get deploy,sts,ds --show-labels", see_slices},
       "causes/selector-misses.yaml"},
      {selector_unwanted,
       "Somebody keeps the Service's slices by hand (an outside address, another cluster) and a selector came to it "
       "all "
       "the same, often from a tool that labels everything. Kubernetes then adds the matching pods, and the Service "
       "sends "
       "to both.",
       "A slice whose endpointslice.kubernetes.io/managed-by is not Kubernetes' controller, beside a selector.",
       "Remove the selector from the Service.",
       {see_the_selector,
        "kubectl get endpointslices -l kubernetes.io/service-name=NAME -L endpointslice.kubernetes.io/managed-by"}},
  };
}

std::vector<Explanation> ends_and_starts() {
  using enum Cause;
  return {
      {termination_race,
       "A pod that is asked to end closes its port at once, while proxies still send to it: they learn of the change a "
       "moment later. Each rollout, scale-down or drain costs some connections.",
       "Failures lie between the end of a pod and its endpoint's removal, the data plane's lag included.",
       "A preStop sleep longer than that lag, and a terminationGracePeriodSeconds that holds it; or a server that goes "
       "on "
       "accepting for some seconds after SIGTERM.",
       {"kubectl rollout restart deploy/NAME; kubectl get endpointslices -l kubernetes.io/service-name=NAME -w",
        "kubectl get pods -l LABEL=VALUE -w"},
       "rolling-restart-hard"},
      {grace_too_short,
       "A pod that ends still answers its last requests, but they take longer than its grace period: SIGKILL cuts "
       "them.",
       "Connections are cut when the pod's deletion and its grace period lie behind it, and requests take about that "
       "long.",
       "A terminationGracePeriodSeconds longer than the longest request and the preStop hook together.",
       {"kubectl get pod POD -o jsonpath='{.spec.terminationGracePeriodSeconds}'"},
       "causes/grace-too-short.yaml"},
      {container_ends_first,
       "A pod of several containers: one of them (a proxy, a sidecar) ends at SIGTERM while the other still waits in "
       "its "
       "preStop hook, so that requests in that time meet half a pod.",
       "The states of the containers of a pod that is terminating.",
       "The same preStop hook on that container, or make it a native sidecar (an init container with restartPolicy: "
       "Always), which ends last.",
       {"kubectl get pod POD -o jsonpath='{range .status.containerStatuses[*]}{.name} {.state}{\"\\n\"}{end}'"}},
      {early_ready,
       "A pod counts as ready when its container has started, or when a probe of another port passes; the server "
       "listens "
       "only later. Connections in between are refused.",
       "A new endpoint refuses at first and answers ever after, and the failures end by themselves.",
       "A readinessProbe that asks at the port that serves.",
       {"kubectl get deploy NAME -o jsonpath='{.spec.template.spec.containers[*].readinessProbe}'",
        "kubectl get endpointslices -l kubernetes.io/service-name=NAME -w"},
       "readiness-too-early"},
      {publishes_unready,
       "publishNotReadyAddresses makes every endpoint ready, so that proxies send to pods that start, fail their "
       "probes "
       "or end.",
       "Endpoints with ready true and serving false, or the field itself.",
       "Drop the field; where peers need it to find each other, give them a headless Service of their own.",
       {"kubectl get svc NAME -o jsonpath='{.spec.publishNotReadyAddresses}'", see_slices},
       "causes/publishes-unready.yaml"},
  };
}

std::vector<Explanation> ports_and_addresses() {
  using enum Cause;
  return {
      {wrong_target_port,
       "The Service's targetPort is a number on which nobody listens. Every connection is refused, while all pods are "
       "ready.",
       "The pods declare another port and not this one, and each of them refuses on it directly.",
       "The port that the pods declare, as targetPort.",
       {see_ports, see_declared, see_straight},
       "wrong-target-port"},
      {wrong_declared_port,
       "The pod's own declaration is wrong: the containerPort, perhaps by the name that the Service asks for, is not "
       "the "
       "one on which the program listens.",
       "Refused directly on the declared port, while another port of the pod (its probe's) answers.",
       "Declare the port that answers.",
       {see_declared, see_straight}},
      {missing_named_port,
       "targetPort is a name and the pods have no port of that name. Kubernetes lists them without a port, and proxies "
       "have nowhere to send: refused, as with no endpoint at all.",
       "Slices with unset ports, and the names of the ports of the pods' containers and native sidecars.",
       "The name that the pods have, in the Service; or the name in the pods.",
       {see_ports, see_declared, see_slices},
       "named-port-missing"},
      {slice_port_mismatch,
       "The Service has no selector and its slice is written by hand, under another port name than the Service's. "
       "Names "
       "must be alike for a proxy to join them.",
       "The names of the Service's ports against those of the slice.",
       "The Service's port name in the slice.",
       {see_ports, see_slices},
       "causes/slice-port-mismatch.yaml"},
      {loopback_bind,
       "The program listens on 127.0.0.1 only, or not at all: its own probes inside the pod pass, and whoever comes "
       "from "
       "outside is refused.",
       "Every pod refuses on its address and declared port though it runs and is ready.",
       "Listen on all addresses (0.0.0.0, [::]).",
       {see_straight, "kubectl exec POD -- ss -ltn"},
       "causes/loopback-bind.yaml"},
      {wrong_family,
       "The Service has addresses of both IP families, or of the other one, and the program listens on one.",
       "Refusals follow the family of the endpoint's address.",
       "Listen on both, or name the one in spec.ipFamilies.",
       {"kubectl get svc NAME -o jsonpath='{.spec.ipFamilies} {.spec.clusterIPs}'", see_slices}},
      {wrong_service_port,
       "The client dials a port that the Service does not have. Some proxies refuse that, others drop it.",
       "The URL's port against spec.ports.",
       "The port that the Service has, in the client's URL.",
       {see_ports}},
      {headless_port,
       "A headless Service has no address of its own: its name gives the pods' addresses, and nobody translates port "
       "to "
       "targetPort. Clients that dial the Service's port are refused.",
       "clusterIP None, and port differs from targetPort.",
       "Make port equal to targetPort, or give the Service a cluster IP.",
       {"kubectl get svc NAME -o jsonpath='{.spec.clusterIP}'", see_ports},
       "causes/headless-port.yaml"},
  };
}

}  // namespace

std::vector<Explanation> explanations_of_endpoints() {
  std::vector<Explanation> all = others();
  for (auto part : {ends_and_starts, ports_and_addresses})
    for (Explanation& one : part()) all.push_back(std::move(one));
  return all;
}

}  // namespace straycat::finding
