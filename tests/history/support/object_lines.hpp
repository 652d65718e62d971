// What a world's log says of its plan, its steps, its objects and its slices, as the runner and the agent saw them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "world.hpp"
#include <straycat/core/event.hpp>
#include <straycat/core/records.hpp>
#include <straycat/model/objects.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::test {

class ObjectLines {
 public:
  explicit ObjectLines(const World& world) : world_(world), random_(world.seed) {}

 protected:
  // --- writing ---
  void put(double at, const EventKind& kind, bool agent, json body, double arrives = -1) {
    Event event;
    event.kind = kind;
    event.clock = agent ? "a0" : "runner";
    event.at.ns = ns(agent ? at + world_.skew : at);
    event.body = std::move(body);
    lines_.push_back({arrives < 0 ? at : arrives, lines_.size(), std::move(event)});
  }
  [[nodiscard]] std::int64_t own(double at) const { return ns(at + world_.skew); }

  EventLog collect() {
    std::stable_sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) { return a.arrives < b.arrives; });
    EventLog log;
    for (Line& line : lines_) {
      line.event.number = log.events.size();
      log.events.push_back(std::move(line.event));
    }
    return log;
  }

  // --- plan, header, steps ---
  [[nodiscard]] static json manifest(const Owner& owner) {
    json labels = json(owner.labels);
    json metadata = json::object({{"name", owner.name}});
    if (owner.kind == "Pod") {
      metadata["labels"] = labels;
      return json::object({{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", metadata}, {"spec", json::object()}});
    }
    json pod = json::object(
        {{"metadata", json::object({{"labels", labels}})}, {"spec", json::object({{"containers", json::array()}})}});
    json spec = json::object();
    if (owner.kind == "CronJob") {
      spec["jobTemplate"] = json::object({{"spec", json::object({{"template", pod}})}});
    } else {
      spec["template"] = pod;
      if (!owner.strategy.empty()) spec["strategy"] = json::object({{"type", owner.strategy}});
      if (owner.kind != "Job") spec["selector"] = json::object({{"matchLabels", labels}});
    }
    const bool batch = owner.kind == "Job" || owner.kind == "CronJob";
    return json::object(
        {{"apiVersion", batch ? "batch/v1" : "apps/v1"}, {"kind", owner.kind}, {"metadata", metadata}, {"spec", spec}});
  }

  [[nodiscard]] json service_manifest() const {
    json target = std::holds_alternative<int>(world_.target) ? json(std::get<int>(world_.target))
                                                             : json(std::get<std::string>(world_.target));
    json port = json::object({{"protocol", "TCP"}, {"port", 80}, {"targetPort", target}});
    return json::object(
        {{"apiVersion", "v1"},
         {"kind", "Service"},
         {"metadata", json::object({{"name", world_.service}})},
         {"spec", json::object({{"selector", json(world_.selector)}, {"ports", json::array({port})}})}});
  }

 public:
  [[nodiscard]] plan::Plan make_plan() const {
    plan::Plan plan;
    plan.name = "world";
    plan.meant_for = world_.meant_for;
    plan.expect = world_.expect;
    plan.cluster.min_sync_period = Nanos{ns(world_.min_sync)};
    plan::TrafficPlan traffic;
    traffic.name = world_.traffic;
    traffic.url = "http://" + world_.service + "/hi";
    traffic.service = world_.service;
    traffic.pace.rate_per_second = world_.rate;
    plan.traffic.push_back(traffic);
    for (const Stage& stage : world_.stages) plan.steps.push_back({stage.name, stage.phase, stage.action});
    return plan;
  }
  // An apply of the Service and some owners, as a step's action.
  [[nodiscard]] plan::Action apply(bool with_service, const std::vector<std::size_t>& owners) const {
    plan::Apply apply;
    for (const auto index : owners) {
      std::string file = world_.owners[index].kind;
      std::transform(file.begin(), file.end(), file.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      apply.manifests.push_back({manifest(world_.owners[index]), file + ".yaml", 1});
    }
    if (with_service) apply.manifests.push_back({service_manifest(), "service.yaml", 1});
    return apply;
  }

 protected:
  void header() {
    Header header;
    header.format = std::string(log_format);
    header.run = world_.run;
    header.version = "test";
    header.wall_ns = 1679767138000000000;
    header.seed = world_.seed;
    header.scenario = "world";
    header.plan = plan::to_json(make_plan(), true);
    header.ns = world_.ns_name;
    header.cluster_version = "v1.36.3+straycat";
    put(0, "header", false, json(header));
  }

  void steps() {
    std::size_t index = 0;
    std::string phase;
    for (const Stage& stage : world_.stages) {
      if (!stage.phase.empty()) phase = stage.phase;
      StepRecord record{index++, stage.name, *from_word<Verb>(stage.verb), phase, stage.detail, true, ""};
      put(stage.from, StepRecord::started, false, json(record));
      if (stage.to <= world_.ends) put(stage.to, StepRecord::ended, false, json(record));
    }
  }

  // --- objects ---
  [[nodiscard]] std::string uid(const std::string& kind, const std::string& name) const {
    return "uid-" + kind + "-" + name;
  }
  [[nodiscard]] std::string replica_set(const Owner& owner) const { return owner.name + "-rs"; }
  [[nodiscard]] static bool via_replica_set(const Owner& owner) { return owner.kind == "Deployment"; }

  [[nodiscard]] model::Meta meta(const std::string& kind, const std::string& name) const {
    model::Meta meta;
    meta.kind = kind;
    meta.ns = world_.ns_name;
    meta.name = name;
    meta.uid = uid(kind, name);
    return meta;
  }
  static json set(const json& object) { return json(model::ObjectChange{false, object}); }

  void objects() {
    model::Service service;
    service.meta = meta("Service", world_.service);
    service.cluster_ip = "10.96.0.7";
    service.selector = world_.selector;
    if (world_.affinity) service.session_affinity = "ClientIP";
    service.ports.push_back({"", 80, world_.target, "TCP", 0});
    put(0.2, "service", false, set(json(service)));
    for (const model::NetworkPolicy& policy : world_.policies) put(0.2, "networkpolicy", false, set(json(policy)));
    for (const Owner& owner : world_.owners) workload(owner);
    if (world_.watch_pods) {
      for (const PodLife& life : world_.pods) pod(life);
    }
    for (std::size_t i = 0; i < world_.kube_events.size(); ++i)
      put(world_.kube_event_times[i], "kube.event", false, set(json(world_.kube_events[i])));
  }

  void workload(const Owner& owner) {
    if (owner.kind == "Pod") return;
    model::Workload workload;
    workload.meta = meta(owner.kind, owner.name);
    workload.pod.labels = owner.labels;
    workload.selector.match_labels = owner.labels;
    put(owner.applied, "workload", false, set(json(workload)));
    if (!via_replica_set(owner)) return;
    workload.meta = meta("ReplicaSet", replica_set(owner));
    workload.meta.owners.push_back({owner.kind, owner.name, uid(owner.kind, owner.name), true});
    put(owner.applied, "workload", false, set(json(workload)));
  }

  [[nodiscard]] model::Pod pod_object(const PodLife& life) const {
    const Owner& owner = world_.owners[life.owner];
    model::Pod pod;
    pod.meta = meta("Pod", life.name);
    pod.meta.labels = owner.labels;
    if (!life.revision.empty()) pod.meta.labels["pod-template-hash"] = life.revision;
    pod.spec.labels = pod.meta.labels;
    if (owner.kind == "Pod") {
      pod.meta.helm_hook = owner.helm_hook;
    } else if (via_replica_set(owner)) {
      pod.meta.owners.push_back({"ReplicaSet", replica_set(owner), uid("ReplicaSet", replica_set(owner)), true});
    } else {
      pod.meta.owners.push_back({owner.kind, owner.name, uid(owner.kind, owner.name), true});
    }
    model::Container container;
    container.name = "main";
    if (life.container_port != 0) container.ports.push_back({"", life.container_port, "TCP"});
    if (life.readiness_probe) container.readiness = model::HealthProbe{"httpGet", "3000", "/healthz", 1, 1, 1, 3, 0};
    pod.spec.containers.push_back(container);
    pod.pod_ip = address(life);
    pod.phase = "Running";
    pod.statuses.push_back({"main", true, true, 0, "running", "", 0, 0, 0, "", 0, 0});
    return pod;
  }

  void pod(const PodLife& life) {
    auto object = pod_object(life);
    put(life.ready_from - 0.05, "pod", false, set(json(object)));
    for (const double restart : life.restarts) {
      ++object.statuses[0].restart_count;
      object.statuses[0].last_reason = "Error";
      object.statuses[0].last_exit_code = 1;
      put(restart + 0.5, "pod", false, set(json(object)));
    }
    if (life.terminates) {
      object.meta.deletion_wall_ns = 1;
      put(life.ready_to, "pod", false, set(json(object)));
    } else if (life.ready_to < world_.ends) {
      object.phase = "Succeeded";
      put(life.ready_to, "pod", false, set(json(object)));
    }
    if (life.gone_at < world_.ends) put(life.gone_at, "pod", false, json(model::ObjectChange{true, json(object)}));
  }

  void watches() {
    const auto open = [&](const std::string& resource) {
      put(0.1, WatchRecord::started, false, json(WatchRecord{resource, "", 0, 0, ""}));
    };
    if (world_.watch_pods) open("pods");
    if (world_.watch_events) open("events");
    if (world_.watch_policies) open("networkpolicies");
    open("services");
  }

  // --- the slice ---
  [[nodiscard]] std::string address(const PodLife& life) const {
    return "10.244.0." + std::to_string(4 + (&life - world_.pods.data()));
  }

  struct Listed {
    bool ready = false, terminating = false;
  };
  [[nodiscard]] std::map<std::size_t, Listed> listed_at(double t) const {
    std::map<std::size_t, Listed> result;
    for (std::size_t i = 0; i < world_.pods.size(); ++i) {
      const PodLife& life = world_.pods[i];
      if (t < life.ready_from || t >= life.gone_at) continue;
      const bool ready = t < life.ready_to && (t < life.unready_from || t >= life.unready_to);
      result[i] = {ready, !ready && life.terminates};
    }
    return result;
  }

  [[nodiscard]] std::vector<double> change_times() const {
    std::set<double> times;
    for (const PodLife& life : world_.pods) {
      for (const double t : {life.ready_from, life.ready_to, life.gone_at, life.unready_from, life.unready_to}) {
        if (t > 0 && t < world_.ends) times.insert(t);
      }
    }
    return {times.begin(), times.end()};
  }

  [[nodiscard]] json slice_at(double t) const {
    model::EndpointSlice slice;
    slice.meta = meta("EndpointSlice", world_.service + "-x1");
    slice.meta.resource_version = std::to_string(1000 + ns(t) / 1000000);
    slice.service = world_.service;
    slice.managed_by = "endpointslice-controller.k8s.io";
    slice.ports.push_back({"", 3000, "TCP"});
    for (const auto& [index, how] : listed_at(t)) {
      const PodLife& life = world_.pods[index];
      if (life.port_unset) continue;
      slice.endpoints.push_back(endpoint(life, how));
    }
    return json(slice);
  }
  [[nodiscard]] json portless_at(double t) const {
    model::EndpointSlice slice;
    slice.meta = meta("EndpointSlice", world_.service + "-x2");
    slice.service = world_.service;
    for (const auto& [index, how] : listed_at(t)) {
      if (world_.pods[index].port_unset) slice.endpoints.push_back(endpoint(world_.pods[index], how));
    }
    return json(slice);
  }
  [[nodiscard]] model::Endpoint endpoint(const PodLife& life, const Listed& how) const {
    model::Endpoint endpoint;
    endpoint.addresses = {address(life)};
    endpoint.ready = how.ready;
    endpoint.serving = how.ready || how.terminating;
    endpoint.terminating = how.terminating;
    endpoint.node = "node-1";
    endpoint.pod = life.name;
    endpoint.pod_uid = uid("Pod", life.name);
    return endpoint;
  }

  // A change inside a gap is seen at its end.
  [[nodiscard]] double seen_at(double t) const {
    for (const Gap& gap : world_.slice_gaps) {
      if (gap.from <= t && t < gap.to) return gap.to;
    }
    return t;
  }

  void slices() {
    const bool portless =
        std::any_of(world_.pods.begin(), world_.pods.end(), [](const PodLife& life) { return life.port_unset; });
    std::set<double> written;
    for (const double t : change_times()) {
      const double seen = seen_at(t);
      if (!written.insert(seen).second) continue;
      put(seen, "slice", true, set(slice_at(seen)));
      if (portless) put(seen, "slice", true, set(portless_at(seen)));
    }
  }

  struct Line {
    double arrives = 0;
    std::size_t order = 0;
    Event event;
  };
  World world_;
  std::mt19937_64 random_;
  std::vector<Line> lines_;
};

}  // namespace straycat::test
