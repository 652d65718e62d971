#include "survey/support/town.hpp"

#include <cctype>
#include <map>
#include <optional>

#include <straycat/core/time.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::survey::town {
namespace {

json meta(const std::string& name, const model::Labels& labels = {}) {
  return json::object({{"name", name},
                       {"namespace", "default"},
                       {"uid", "uid-" + name},
                       {"labels", labels},
                       {"creationTimestamp", ago(300)}});
}

json container(int port, const std::string& port_name, bool probe) {
  json out = json::object({{"name", "main"}, {"image", "x"}});
  if (port != 0) {
    json declared = json::object({{"containerPort", port}});
    if (!port_name.empty()) declared["name"] = port_name;
    out["ports"] = json::array({declared});
  }
  if (probe) out["readinessProbe"]["httpGet"] = json::object({{"path", "/healthz"}, {"port", port}});
  return out;
}

json pod_template(const model::Labels& labels, int port, bool probe) {
  json out;
  out["metadata"]["labels"] = labels;
  out["spec"]["containers"] = json::array({container(port, "", probe)});
  return out;
}

json pod_object(const PodSpec& spec) {
  json out;
  out["kind"] = "Pod";
  out["metadata"] = meta(spec.name, spec.labels);
  if (!spec.owner.empty()) {
    json owner = json::object({{"kind", spec.owner_kind}, {"name", spec.owner}, {"controller", true}});
    owner["uid"] = "uid-" + spec.owner_kind + "-" + spec.owner;
    out["metadata"]["ownerReferences"] = json::array({owner});
  }
  out["spec"]["nodeName"] = "node1";
  out["spec"]["containers"] = json::array({container(spec.port, spec.port_name, spec.probe)});
  if (spec.sidecar_port != 0) out["spec"]["containers"].push_back(container(spec.sidecar_port, "", false));
  out["status"]["phase"] = spec.phase;
  out["status"]["podIP"] = spec.address;
  const bool over = spec.phase == "Succeeded" || spec.phase == "Failed";
  json ready = json::object({{"type", "Ready"}, {"status", spec.ready && !over ? "True" : "False"}});
  ready["lastTransitionTime"] = ago(120);
  out["status"]["conditions"] = json::array({ready});
  json status = json::object({{"name", "main"}, {"restartCount", spec.restarts}});
  if (!spec.waiting.empty())
    status["state"]["waiting"]["reason"] = spec.waiting;
  else if (over)
    status["state"]["terminated"] = json::object({{"startedAt", ago(90)}, {"finishedAt", ago(80)}, {"exitCode", 0}});
  else
    status["state"]["running"]["startedAt"] = ago(120);
  if (spec.restarts > 0)
    status["lastState"]["terminated"] =
        json::object({{"reason", spec.last_reason}, {"exitCode", 1}, {"finishedAt", ago(30)}});
  out["status"]["containerStatuses"] = json::array({status});
  return out;
}

}  // namespace

std::string ago(std::int64_t seconds) {
  std::string text = format_wall(now - seconds * second);
  const auto dot = text.find('.');
  return dot == std::string::npos ? text : text.substr(0, dot) + "Z";
}

Town::Town() {
  snapshot_.wall_ns = now;
  snapshot_.where = "cluster lab (https://10.0.0.1:6443), context lab, user admin";
  snapshot_.version = "v1.36.3";
}

Town& Town::service(const std::string& name, const model::Labels& selector, const json& target, const json& more) {
  json out;
  out["kind"] = "Service";
  out["metadata"] = meta(name);
  out["spec"]["selector"] = selector;
  out["spec"]["ports"] = json::array({json::object({{"port", 80}, {"targetPort", target}, {"protocol", "TCP"}})});
  out["spec"].merge_patch(more);
  snapshot_.services.push_back(model::project_service(out));
  return *this;
}

Town& Town::deployment(const std::string& name, const model::Labels& labels, int replicas, int port, bool probe) {
  json out;
  out["kind"] = "Deployment";
  out["metadata"] = meta(name);
  out["metadata"]["uid"] = "uid-Deployment-" + name;
  out["spec"]["replicas"] = replicas;
  out["spec"]["selector"]["matchLabels"] = labels;
  out["spec"]["template"] = pod_template(labels, port, probe);
  snapshot_.workloads.push_back(model::project_workload(out));
  out["kind"] = "ReplicaSet";
  json owner = json::object({{"kind", "Deployment"}, {"name", name}, {"uid", "uid-Deployment-" + name}});
  owner["controller"] = true;
  out["metadata"] = meta(name + "-abc");
  out["metadata"]["uid"] = "uid-ReplicaSet-" + name + "-abc";
  out["metadata"]["ownerReferences"] = json::array({owner});
  snapshot_.workloads.push_back(model::project_workload(out));
  return *this;
}

Town& Town::stateful_set(const std::string& name, const model::Labels& labels, int port) {
  json out;
  out["kind"] = "StatefulSet";
  out["metadata"] = meta(name);
  out["metadata"]["uid"] = "uid-StatefulSet-" + name;
  out["spec"]["replicas"] = 1;
  out["spec"]["selector"]["matchLabels"] = labels;
  out["spec"]["template"] = pod_template(labels, port, true);
  snapshot_.workloads.push_back(model::project_workload(out));
  return *this;
}

Town& Town::job(const std::string& name, const model::Labels& labels, bool finished, bool suspended,
                const std::string& helm_hook) {
  json out;
  out["kind"] = "Job";
  out["metadata"] = meta(name);
  out["metadata"]["uid"] = "uid-Job-" + name;
  if (!helm_hook.empty()) out["metadata"]["annotations"]["helm.sh/hook"] = helm_hook;
  out["spec"]["suspend"] = suspended;
  out["spec"]["selector"]["matchLabels"]["batch.kubernetes.io/controller-uid"] = "uid-Job-" + name;
  out["spec"]["template"] = pod_template(labels, 0, false);
  if (finished) out["status"]["conditions"] = json::array({json::object({{"type", "Complete"}, {"status", "True"}})});
  snapshot_.workloads.push_back(model::project_workload(out));
  return *this;
}

Town& Town::cron_job(const std::string& name, const model::Labels& labels, bool suspended) {
  json out;
  out["kind"] = "CronJob";
  out["metadata"] = meta(name);
  out["metadata"]["uid"] = "uid-CronJob-" + name;
  out["spec"]["suspend"] = suspended;
  out["spec"]["jobTemplate"]["spec"]["template"] = pod_template(labels, 0, false);
  snapshot_.workloads.push_back(model::project_workload(out));
  return *this;
}

Town& Town::pod(const PodSpec& spec) {
  pods_.push_back(spec);
  return *this;
}

Town& Town::job_pod_event(const std::string& job, const std::string& pod) {
  return made_event("Job", job, "Created pod: " + pod);
}

Town& Town::made_event(const std::string& kind, const std::string& name, const std::string& message) {
  json out;
  out["kind"] = "Event";
  out["metadata"] = meta("event-" + name);
  out["type"] = "Normal";
  out["reason"] = "SuccessfulCreate";
  out["message"] = message;
  out["involvedObject"] = json::object({{"kind", kind}, {"namespace", "default"}, {"name", name}});
  out["firstTimestamp"] = ago(200);
  out["lastTimestamp"] = ago(200);
  snapshot_.events.push_back(model::project_kube_event(out));
  return *this;
}

Town& Town::warning(const std::string& pod, const std::string& reason, const std::string& message, int count) {
  json out;
  out["kind"] = "Event";
  out["metadata"] = meta("event-" + pod + "-" + reason);
  out["type"] = "Warning";
  out["reason"] = reason;
  out["message"] = message;
  out["count"] = count;
  out["involvedObject"] = json::object({{"kind", "Pod"}, {"namespace", "default"}, {"name", pod}});
  out["firstTimestamp"] = ago(200);
  out["lastTimestamp"] = ago(30);
  snapshot_.events.push_back(model::project_kube_event(out));
  return *this;
}

Town& Town::policy(const std::string& name, const char* spec) {
  snapshot_.policies.push_back(model::project_network_policy({{"kind", "NetworkPolicy"},
                                                              {"metadata", {{"name", name}, {"namespace", "default"}}},
                                                              {"spec", json::parse(spec)}}));
  return *this;
}

Town& Town::unread(const std::string& resource, const std::string& why, bool not_served) {
  snapshot_.unread.push_back({resource, "default", why, not_served});
  return *this;
}

Town& Town::denied(const std::string& resource) {
  unread(resource, resource + " is forbidden: User \"jane\" cannot list resource");
  snapshot_.unread.back().denied = "list " + resource;
  return *this;
}

Town& Town::foreign_slice(const std::string& service, const std::string& managed_by, const std::string& pod,
                          const std::string& changed) {
  json out;
  out["kind"] = "EndpointSlice";
  out["metadata"] = meta(service + "-byhand", {{"kubernetes.io/service-name", service},
                                               {"endpointslice.kubernetes.io/managed-by", managed_by}});
  if (!changed.empty())
    out["metadata"]["annotations"] = json::object({{"endpoints.kubernetes.io/last-change-trigger-time", changed}});
  out["ports"] = json::array({json::object({{"name", ""}, {"port", 3000}})});
  json endpoint = json::object({{"addresses", json::array({"10.9.9.9"})}});
  if (!pod.empty()) endpoint["targetRef"] = json::object({{"kind", "Pod"}, {"name", pod}, {"uid", "uid-" + pod}});
  out["endpoints"] = json::array({endpoint});
  snapshot_.slices.push_back(model::project_slice(out));
  return *this;
}

Snapshot Town::snapshot() const {
  Snapshot out = snapshot_;
  for (const PodSpec& spec : pods_) out.pods.push_back(model::project_pod(pod_object(spec)));
  for (const model::Service& service : out.services) {
    if (service.selector.empty()) continue;
    std::map<std::optional<int>, model::EndpointSlice> slices;
    for (std::size_t i = 0; i < pods_.size(); ++i) {
      const model::Pod& pod = out.pods[i];
      if (!pods_[i].listed || !model::selects(service.selector, pod.meta.labels) || pod.pod_ip.empty()) continue;
      const auto port =
          service.ports.empty() ? std::nullopt : model::resolve_port(service.ports.front().target, pod.spec);
      model::EndpointSlice& slice = slices[port];
      slice.meta.name = service.meta.name + (port ? "-a" : "-b");
      slice.meta.ns = "default";
      slice.service = service.meta.name;
      slice.managed_by = "endpointslice-controller.k8s.io";
      if (port) slice.ports = {{"", port, "TCP"}};
      model::Endpoint endpoint;
      endpoint.addresses = {pod.pod_ip};
      endpoint.ready = (pod.ready() || service.publish_not_ready) && !pod.terminal();
      endpoint.pod = pod.meta.name;
      endpoint.pod_uid = pod.meta.uid;
      slice.endpoints.push_back(endpoint);
    }
    for (auto& [port, slice] : slices) out.slices.push_back(slice);
  }
  for (const Unread& one : out.unread) {
    if (one.resource == "pods") out.pods.clear();
    if (one.resource == "endpointslices") out.slices.clear();
    const auto of_kind = [&](const model::Workload& workload) {
      std::string plural;
      for (const char c : workload.meta.kind) plural += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      return plural + "s" == one.resource;
    };
    std::erase_if(out.workloads, of_kind);
  }
  return out;
}

Survey Town::survey(const std::string& service, const std::vector<model::ObjectRef>& meant) const {
  const Snapshot seen = snapshot();
  return survey_service(seen, "default", service, meant).value();
}

Town article() {
  Town town;
  PodSpec cat{.name = "sayhi-abc-1"};
  cat.owner_kind = "ReplicaSet";
  cat.owner = "sayhi-abc";
  cat.labels = {{"app", "sayhi"}, {"pod-template-hash", "abc"}};
  PodSpec job{.name = "sayhi-xyz"};
  job.owner_kind = "Job";
  job.owner = "sayhi";
  job.port = 0;
  job.probe = false;
  job.address = "10.244.0.5";
  job.labels = {{"app", "sayhi"}, {"job-name", "sayhi"}};
  town.service("sayhi", {{"app", "sayhi"}})
      .deployment("sayhi", {{"app", "sayhi"}}, 1)
      .job("sayhi", {{"app", "sayhi"}}, false);
  town.pod(cat).pod(job);
  return town;
}

}  // namespace straycat::survey::town
