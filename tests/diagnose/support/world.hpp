// A small world that writes logs: pods with behaviour, slices, a data plane that lags, traffic that picks an endpoint
// at random, direct probes. It knows the truth (which pod got which request) and keeps it out of the log.
//
// Times are seconds of the runner's clock; the vantage point's clock is `skew` seconds ahead. Header-only, so that the
// tests of every room can use it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <straycat/core/event.hpp>
#include <straycat/core/records.hpp>
#include <straycat/model/objects.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::test {

using json = nlohmann::json;

inline std::int64_t ns(double seconds) { return std::llround(seconds * 1e9); }

// A workload, and what stands above it ("Deployment" makes a ReplicaSet between itself and the pods).
struct Owner {
  std::string kind, name;
  model::Labels labels;   // of its pod template
  std::string helm_hook;  // of a bare pod
  double applied = 0;     // when the runner saw it
  bool operator==(const Owner&) const = default;
};

struct PodLife {
  std::string name;
  std::size_t owner = 0;                         // index in World::owners
  double ready_from = 0, ready_to = 1e9;         // in the slices; ready_to: it completes, or begins to terminate
  bool terminates = false;                       // at ready_to it is terminating and serving, until gone_at
  double gone_at = 1e9;                          // leaves the slices altogether
  double answers_from = -1e9, answers_to = 1e9;  // outside it refuses; equal: it never answers
  double cuts_from = 1e9;                        // from then on it takes connections and closes them without a word
  int wrong_status = 0;                          // answers with this status instead of 200
  std::vector<double> restarts = {};  // its container restarts then (status seen 0.5 s later), down for 0.4 s before
  bool readiness_probe = false;
  int container_port = 3000;
  bool port_unset = false;  // its slice has no port (a named targetPort that it lacks)
};

struct Stage {
  std::string name, phase, verb, detail;
  double from = 0, to = 0;
  plan::Action action = plan::Pause{};
};

struct Gap {
  double from = 0, to = 0;
};

struct World {
  std::string ns_name = "shop", service = "sayhi", traffic = "loop", run = "r1";
  model::Labels selector = {{"app", "sayhi"}};
  model::PortName target = 3000;
  std::vector<Owner> owners;
  std::vector<PodLife> pods;
  std::vector<Stage> stages;
  std::vector<model::KubeEvent> kube_events;
  std::vector<double> kube_event_times;
  plan::Expectations expect;
  std::optional<plan::Target> meant_for;

  double traffic_from = 2, traffic_to = 36, rate = 20;
  double ends = 37;
  double lag = 0;    // longest data-plane lag
  double stale = 0;  // a proxy that drops endpoints this much later still
  double min_sync = 1;
  double skew = 5000, bound = 0.0005;
  bool clock_bounds = true, direct_probes = true, watch_events = true, watch_pods = true;
  std::vector<Gap> slice_gaps;              // the watch is blind (changes show at the end of the gap)
  std::vector<Gap> stalls;                  // the prober's loop stands still (health says so; the traffic goes on)
  double local_from = 1e9, local_to = 1e9;  // attempts fail for want of ports
  // What ended does not even refuse; so much later the source ports come round, and each is sent where it was sent
  // before.
  double ports_round = 0;
  std::uint64_t records_lost = 0;
  std::size_t failures_kept = 200;
  std::string end_reason = "finished", end_error;
  bool ended = true;
  std::uint64_t seed = 1;
};

// What really happened: failed attempt id -> pod (or "" when it reached nobody).
using Truth = std::map<std::uint64_t, std::string>;

class LogMaker {
 public:
  explicit LogMaker(const World& world) : world_(world), random_(world.seed) {}

  EventLog make() {
    header();
    steps();
    objects();
    watches();
    agent();
    finish();
    return collect();
  }
  [[nodiscard]] const Truth& truth() const { return truth_; }

 private:
  // --- writing ---
  void put(double at, const std::string& kind, bool agent, json body, double arrives = -1) {
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

 private:
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
      StepRecord record{index++, stage.name, stage.verb, phase, stage.detail, true, ""};
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
    service.ports.push_back({"", 80, world_.target, "TCP", 0});
    put(0.2, "service", false, set(json(service)));
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
    pod.spec.labels = owner.labels;
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
      const bool ready = t < life.ready_to;
      result[i] = {ready, !ready && life.terminates};
    }
    return result;
  }

  [[nodiscard]] std::vector<double> change_times() const {
    std::set<double> times;
    for (const PodLife& life : world_.pods) {
      for (const double t : {life.ready_from, life.ready_to, life.gone_at}) {
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

  // --- the data plane and the pods ---
  [[nodiscard]] std::vector<std::size_t> routable(const std::map<std::size_t, Listed>& listed) const {
    std::vector<std::size_t> ready;
    std::vector<std::size_t> leaving;
    for (const auto& [index, how] : listed) {
      if (world_.pods[index].port_unset) continue;
      if (how.ready) ready.push_back(index);
      if (how.terminating) leaving.push_back(index);
    }
    return ready.empty() ? leaving : ready;
  }

  // When the kernel's rules change, and to what.
  void plan_data_plane() {
    double last = 0;
    std::uniform_real_distribution<double> delay(0, 1);
    for (const double t : change_times()) {
      auto set = routable(listed_at(t));
      const bool shrinks = !plane_.empty() && set.size() < plane_.rbegin()->second.size();
      last = std::max(last, t + delay(random_) * world_.lag + (shrinks ? world_.stale : 0));
      plane_[last] = std::move(set);
    }
  }
  [[nodiscard]] std::vector<std::size_t> plane_at(double t) const {
    auto next = plane_.upper_bound(t);
    return next == plane_.begin() ? std::vector<std::size_t>{} : std::prev(next)->second;
  }

  enum class Answer { ok, refused, cut, wrong };
  [[nodiscard]] static Answer answer(const PodLife& life, double t) {
    if (t < life.answers_from || t >= life.answers_to) return Answer::refused;
    for (const double restart : life.restarts) {
      if (restart - 0.4 <= t && t < restart) return Answer::refused;
    }
    if (t >= life.cuts_from) return Answer::cut;
    return life.wrong_status != 0 ? Answer::wrong : Answer::ok;
  }

  // --- the agent ---
  void agent() {
    plan_data_plane();
    put(0.3, VantageRecord::kind, true,
        json(VantageRecord{"a0", "pod", "10.244.0.2", "node-1", "", world_.ns_name, "agent", "test", "kernel"}));
    put(0.3, WatchRecord::started, true, json(WatchRecord{"endpointslices", "", 0, 0, ""}));
    if (world_.clock_bounds) {
      put(0.5, ClockBound::kind, false, json(ClockBound{"a0", own(0) - ns(world_.bound), own(0) + ns(world_.bound)}));
    }
    slices();
    for (const Gap& gap : world_.slice_gaps) {
      put(gap.to - 0.0001, WatchRecord::gap, true,
          json(WatchRecord{"endpointslices", "", own(gap.from), own(gap.to), "connection lost"}));
    }
    traffic();
    if (world_.direct_probes) probes();
    health();
  }

  Failure failure_of(Answer answer, int status) const {
    if (answer == Answer::wrong)
      return {FailureKind::status, Phase::check, 0, "(22) The requested URL returned error: " + std::to_string(status)};
    if (answer == Answer::cut) return {FailureKind::closed_early, Phase::first_byte, 0, "(52) Empty reply from server"};
    return {FailureKind::refused, Phase::connect, 111,
            "(7) Failed to connect to " + world_.service + " port 80 after 1 ms: Connection refused"};
  }

  struct Attempt {
    double at = 0;
    bool ok = false;
    Failure failure;
    int status = 0;
    std::uint64_t echo_of = UINT64_MAX;  // the attempt whose source port it has
  };

  [[nodiscard]] Attempt attempt(double t, std::uint64_t id) {
    Attempt result{t, false, {}, 0};
    if (world_.local_from <= t && t < world_.local_to) {
      result.failure = {FailureKind::local_exhaustion, Phase::connect, 99,
                        "(7) Couldn't connect to server: Cannot assign requested address"};
      return result;
    }
    const auto before = id - static_cast<std::uint64_t>(world_.ports_round * world_.rate);
    if (world_.ports_round > 0 && before < id && unanswered_.count(before) > 0) {
      result.failure = unanswered();
      result.echo_of = before;
      truth_[id] = truth_[before];
      return result;
    }
    const auto set = plane_at(t);
    if (set.empty()) {
      result.failure = failure_of(Answer::refused, 0);
      truth_[id] = "";
      return result;
    }
    const PodLife& life = world_.pods[set[std::uniform_int_distribution<std::size_t>(0, set.size() - 1)(random_)]];
    const Answer got = answer(life, t);
    result.ok = got == Answer::ok;
    if (got == Answer::wrong) result.status = life.wrong_status;
    if (!result.ok) {
      result.failure = failure_of(got, life.wrong_status);
      truth_[id] = life.name;
      if (world_.ports_round > 0) {
        result.failure = unanswered();
        unanswered_.insert(id);
      }
    }
    return result;
  }
  [[nodiscard]] Failure unanswered() const {
    return {FailureKind::connect_timeout, Phase::connect, 110,
            "(28) Failed to connect to " + world_.service + " port 80 after 1000 ms: Timeout was reached"};
  }

  void traffic() {
    std::set<double> edges;
    for (double t = world_.traffic_from; t < world_.traffic_to; t += 0.2) edges.insert(t);
    for (const double t : change_times()) {
      if (t > world_.traffic_from && t < world_.traffic_to) edges.insert(seen_at(t));
    }
    edges.insert(world_.traffic_to);
    const auto total = static_cast<std::uint64_t>((world_.traffic_to - world_.traffic_from) * world_.rate + 0.5);
    std::uint64_t id = 0;
    for (auto edge = edges.begin(); std::next(edge) != edges.end(); ++edge) {
      std::vector<Attempt> attempts;
      std::uint64_t first = id;
      for (; id < total; ++id) {
        const double t = world_.traffic_from + (static_cast<double>(id) + 0.5) / world_.rate;
        if (t >= *std::next(edge)) break;
        attempts.push_back(attempt(t, id));
      }
      window(*edge, *std::next(edge), attempts, first);
    }
    sent_ = id;
  }

  void window(double from, double to, const std::vector<Attempt>& attempts, std::uint64_t first) {
    AttemptWindow window;
    window.traffic = world_.traffic;
    window.from_ns = own(from);
    window.to_ns = own(to);
    window.max_gap_ns = attempts.size() > 1 ? ns(1 / world_.rate) : window.to_ns - window.from_ns;
    for (std::size_t i = 0; i < attempts.size(); ++i) count(window, attempts[i], first + i);
    put(to + 0.002, AttemptWindow::kind, true, json(window));
  }

  void count(AttemptWindow& window, const Attempt& attempt, std::uint64_t id) {
    const auto at = own(attempt.at);
    ++window.sent;
    if (window.first_start_ns == 0) window.first_start_ns = at;
    window.last_start_ns = at;
    window.lateness.record(Nanos{20000});
    if (attempt.ok) {
      ++window.ok;
      ++window.statuses["200"];
      ++window.bodies["c0ffee"];
      window.latency.record(Nanos{2000000});
      if (window.first_ok_start_ns == 0) window.first_ok_start_ns = at;
      window.last_ok_start_ns = at;
      window.last_ok_end_ns = at + 2000000;
      return;
    }
    if (window.first_failed_start_ns == 0) window.first_failed_start_ns = at;
    window.last_failed_start_ns = at;
    std::uint64_t kept = 0;
    for (const auto& [kind, number] : window.failed) kept += number;
    ++window.failed[std::string(to_string(attempt.failure.kind))];
    if (kept >= world_.failures_kept) {
      ++window.failed_not_kept;
      return;
    }
    AttemptFailed failed;
    failed.traffic = world_.traffic;
    failed.id = id;
    failed.intended_ns = failed.started_ns = at;
    failed.connect_ns = at + 100000;
    failed.ended_ns = at + 1000000;
    failed.failure = attempt.failure;
    failed.local_address = "10.244.0.2";
    failed.local_port =
        static_cast<std::uint16_t>(40000 + (attempt.echo_of != UINT64_MAX ? attempt.echo_of : id) % 20000);
    failed.remote_address = "10.96.0.7";
    failed.remote_port = 80;
    failed.status = attempt.status;
    put(attempt.at + 0.001, AttemptFailed::kind, true, json(failed));
  }

  void probe(const PodLife& life, double t, const std::string& why) {
    DirectProbe probe;
    probe.traffic = world_.traffic;
    probe.address = address(life);
    probe.port = 3000;
    probe.pod = life.name;
    probe.pod_uid = uid("Pod", life.name);
    probe.why = why;
    probe.started_ns = own(t);
    probe.ended_ns = own(t) + 1000000;
    const Answer got = answer(life, t);
    probe.ok = got == Answer::ok;
    if (!probe.ok) probe.failure = world_.ports_round > 0 ? unanswered() : failure_of(got, life.wrong_status);
    put(t + 0.001, DirectProbe::kind, true, json(probe));
  }

  void probes() {
    for (const PodLife& life : world_.pods) {
      if (life.port_unset) continue;
      const double from = std::max(life.ready_from, 0.4);
      const double to = std::min({life.ready_to, life.gone_at, world_.traffic_to});
      if (from >= to) continue;
      probe(life, from + 0.05, "joined");
      for (double t = from + 0.7; t < to; t += 1) probe(life, t, "periodic");
      if (life.ready_to < world_.traffic_to) probe(life, life.ready_to + 0.05, "left");
    }
  }

  void health() {
    for (double t = 1; t < world_.ends; t += 1) {
      VantageHealth health;
      health.from_ns = own(t - 1);
      health.to_ns = own(t);
      health.loop_lag_ns = 1000000;
      for (const Gap& stall : world_.stalls) {
        if (stall.from < t && t - 1 < stall.to) health.loop_lag_ns = ns(stall.to - stall.from);
      }
      if (world_.local_from < t && t - 1 < world_.local_to) {
        health.local_exhaustion = 1;
        health.limit = "ports";
      }
      put(t, VantageHealth::kind, true, json(health));
    }
  }

  void finish() {
    if (!world_.ended) return;
    VantageSummary summary;
    summary.records = lines_.size();
    summary.sent[world_.traffic] = sent_;
    summary.reason = "finished";
    put(world_.ends - 0.2, VantageSummary::kind, true, json(summary));
    if (world_.records_lost > 0)
      put(world_.ends - 0.1, VantageLost::kind, false, json(VantageLost{"a0", world_.records_lost, "numbers missing"}));
    put(world_.ends, RunEnded::kind, false, json(RunEnded{world_.end_reason, world_.end_error}));
  }

  struct Line {
    double arrives = 0;
    std::size_t order = 0;
    Event event;
  };
  World world_;
  std::mt19937_64 random_;
  std::set<std::uint64_t> unanswered_;  // attempts whose port is sent where it was sent before
  std::vector<Line> lines_;
  std::map<double, std::vector<std::size_t>> plane_;
  std::uint64_t sent_ = 0;
  Truth truth_;
};

inline EventLog log_of(const World& world) { return LogMaker(world).make(); }

}  // namespace straycat::test
