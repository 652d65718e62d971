// Who stands behind a Service now, who could, and who did.
#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "survey/place.hpp"
#include <straycat/model/kinds.hpp>
#include <straycat/model/routable.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::survey {
namespace {

// What the slices of one Service say of its pods, by name and uid.
class Sights {
 public:
  Sights(const Place& place, const model::Service& service) {
    for (const auto& slice : slices_seen(place, service))
      for (const auto& one : slice.endpoints) listed_.insert({one.pod, one.pod_uid});
    for (const auto& one : routable_of(place, service)) routable_.insert({one.pod, one.uid});
  }

  void tell(const model::Pod& pod, PodLine& line) const {
    line.listed = has(listed_, pod);
    line.routable = has(routable_, pod);
  }

 private:
  using Names = std::set<std::pair<std::string, std::string>>;
  static bool has(const Names& names, const model::Pod& pod) {
    return names.count({pod.meta.name, pod.meta.uid}) != 0 || names.count({pod.meta.name, ""}) != 0;
  }

  Names listed_, routable_;
};

std::string trouble_of(const model::Pod& pod) {
  for (const auto& status : pod.statuses) {
    const bool starting = status.reason == "ContainerCreating" || status.reason == "PodInitializing";
    if (status.state == "waiting" && !status.reason.empty() && !starting) return status.reason;
  }
  for (const auto& condition : pod.conditions)
    if (condition.type == "PodScheduled" && condition.status == "False") return condition.reason;
  return "";
}

PodLine line_of(const Sights& sights, const model::Pod& pod) {
  PodLine line;
  line.name = pod.meta.name;
  line.uid = pod.meta.uid;
  line.address = pod.pod_ip;
  line.node = pod.node;
  line.phase = pod.phase;
  line.ready = pod.ready();
  line.terminating = pod.meta.deletion_wall_ns != 0;
  sights.tell(pod, line);
  for (const auto& condition : pod.conditions)
    if (condition.type == "Ready" && condition.status == "True") line.ready_since_wall_ns = condition.since_wall_ns;
  for (const auto& status : pod.statuses) line.restarts += status.restart_count;
  line.trouble = trouble_of(pod);
  return line;
}

std::vector<std::string> readiness_of(const model::PodShape& pod) {
  std::vector<std::string> out;
  for (const auto& container : pod.containers)
    if (container.readiness)
      out.push_back(fmt::format("{}{}{}", container.readiness->type,
                                container.readiness->port.empty() ? "" : " :" + container.readiness->port,
                                container.readiness->path));
  return out;
}

// The ports as they are on most of its pods, and how many differ: two revisions stand there together in a rollout.
void join_fits(std::vector<PortFit>& all, const std::vector<PortFit>& more) {
  for (std::size_t i = 0; i < all.size() && i < more.size(); ++i) {
    all[i].pods += 1;
    all[i].lacking += more[i].lacking;
    if (all[i].number || !more[i].number) continue;
    const std::size_t pods = all[i].pods;
    const std::size_t lacking = all[i].lacking;
    all[i] = more[i];  // what those pods have that have it
    all[i].pods = pods;
    all[i].lacking = lacking;
  }
}

Standing& standing_of(std::vector<Standing>& all, const Place& place, const model::Service& service,
                      const model::Pod& pod) {
  const model::ObjectRef owner = place.owner_of(pod.meta);
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Standing& one) { return same(one.workload, owner); });
  if (found != all.end()) {
    join_fits(found->ports, fits_of(service, pod.spec));
    return *found;
  }
  Standing& made = all.emplace_back();
  const model::Workload* workload = place.find(owner);
  made.workload = owner;
  made.labels = own_labels(workload != nullptr ? workload->pod.labels : pod.meta.labels);
  made.readiness = readiness_of(pod.spec);
  made.ports = fits_of(service, pod.spec);
  made.helm_hook = workload != nullptr && pod.meta.helm_hook.empty() ? workload->meta.helm_hook : pod.meta.helm_hook;
  return made;
}

// The first readiness of its pods, else its pods' creation.
std::int64_t since_of(const Standing& standing, std::int64_t created) {
  std::int64_t first = 0;
  for (const PodLine& pod : standing.pods)
    if (pod.ready_since_wall_ns != 0 && (first == 0 || pod.ready_since_wall_ns < first))
      first = pod.ready_since_wall_ns;
  return first != 0 ? first : created;
}

std::string state_of(const model::Workload& workload) {
  if (workload.suspended) return "suspended";
  if (workload.meta.kind == "CronJob") return "each time that it runs";
  if (workload.finished) return "finished; it would again if it is made anew";
  if (workload.replicas && *workload.replicas == 0) return "scaled to 0";
  return "no pod yet";
}

// Its pods' running time, by their containers; 0 where it is not known.
std::pair<std::int64_t, std::int64_t> running_time(const model::Pod& pod) {
  std::int64_t from = 0;
  std::int64_t to = 0;
  for (const auto& status : pod.statuses) {
    if (status.started_wall_ns != 0 && (from == 0 || status.started_wall_ns < from)) from = status.started_wall_ns;
    to = std::max(to, status.finished_wall_ns);
  }
  return {from, to};
}

Past past_of(const Place& place, const model::Pod& pod) {
  Past past;
  past.workload = place.owner_of(pod.meta);
  past.pod = pod.meta.name;
  std::tie(past.from_wall_ns, past.to_wall_ns) = running_time(pod);
  past.text = fmt::format("pod {} {}{}", pod.meta.name, pod.phase == "Succeeded" ? "ended" : "failed",
                          pod.has_readiness_probe() ? "" : "; without a readiness probe it was ready while it ran");
  return past;
}

// The pod's or Job's name in a controller's "I made it" Event, "" in any other (kubernetes pkg/controller/
// controller_utils.go, job, cronjob and statefulset controllers).
std::string made_by(const model::KubeEvent& event) {
  if (event.reason != "SuccessfulCreate") return "";
  for (const std::string_view words : {"Created pod: ", "Created job ", "create Pod "}) {
    if (!event.message.starts_with(words)) continue;
    const std::string name = event.message.substr(words.size());
    return name.substr(0, name.find(' '));
  }
  return "";
}

// What is gone, and of which only its controller's Event tells.
std::optional<Past> past_of(const Place& place, const model::Service& service, const model::KubeEvent& event) {
  const std::string name = made_by(event);
  const model::Workload* maker = place.find({event.regarding.kind, place.ns(), event.regarding.name, ""});
  if (name.empty() || maker == nullptr || !model::selects(service.selector, maker->pod.labels)) return std::nullopt;
  const model::Kind* kind = model::kind_named(event.regarding.kind);
  const std::string made(kind != nullptr && kind->comes_and_goes ? kind->makes : std::string_view{});  // "": a pod
  const auto& pods = place.pods();
  const bool there = !made.empty() ? place.find({made, place.ns(), name, ""}) != nullptr
                                   : std::any_of(pods.begin(), pods.end(),
                                                 [&](const model::Pod* pod) { return pod->meta.name == name; });
  if (there) return std::nullopt;
  Past past;
  past.workload = place.owner_of(maker->meta);
  past.pod = made.empty() ? name : "";
  past.from_wall_ns = event.last_wall_ns != 0 ? event.last_wall_ns : event.first_wall_ns;
  past.text =
      fmt::format("{} {}, which is gone, was made by {}", made.empty() ? "pod" : made, name, event.regarding.display());
  return past;
}

// What the endpoints controller would write of the Service's pods: a slice for each, as their ports may differ.
std::vector<model::EndpointSlice> slices_due(const Place& place, const model::Service& service) {
  std::vector<model::EndpointSlice> due;
  for (const model::Pod* pod : place.pods_of(service)) {
    auto endpoint = model::endpoint_of(*pod, service);
    if (!endpoint) continue;
    model::EndpointSlice& slice = due.emplace_back();
    for (const auto& port : service.ports)
      slice.ports.push_back({port.name, model::resolve_port(port.target, pod->spec, port.protocol), port.protocol});
    slice.endpoints.push_back(std::move(*endpoint));
  }
  return due;
}

}  // namespace

std::vector<model::EndpointSlice> slices_seen(const Place& place, const model::Service& service) {
  return place.snapshot().knows("endpointslices") ? place.slices_of(service.meta.name) : slices_due(place, service);
}

std::vector<EndpointId> routable_of(const Place& place, const model::Service& service) {
  const auto slices = slices_seen(place, service);
  if (service.cluster_ip == "None") return model::named_addresses(slices);
  std::vector<EndpointId> all;
  for (const auto& port : service.ports)
    for (auto& one : model::routable_set(slices, port.name, port.protocol)) all.push_back(std::move(one));
  return all;
}

std::vector<Standing> standings(const Place& place, const model::Service& service) {
  std::vector<Standing> out;
  const Sights sights(place, service);
  for (const model::Pod* pod : place.pods_of(service)) {
    if (pod->terminal()) continue;
    Standing& standing = standing_of(out, place, service, *pod);
    standing.pods.push_back(line_of(sights, *pod));
    standing.ready += standing.pods.back().ready ? 1 : 0;
    standing.routable += standing.pods.back().routable ? 1 : 0;
    standing.since_wall_ns = since_of(standing, pod->meta.created_wall_ns);
  }
  std::sort(out.begin(), out.end(), [](const Standing& a, const Standing& b) { return a.workload < b.workload; });
  for (Standing& one : out)
    std::sort(one.pods.begin(), one.pods.end(), [](const PodLine& a, const PodLine& b) { return a.name < b.name; });
  return out;
}

std::vector<Prospect> prospects(const Place& place, const model::Service& service,
                                const std::vector<Standing>& behind) {
  std::vector<Prospect> out;
  for (const auto& workload : place.workloads()) {
    if (!model::selects(service.selector, workload.pod.labels)) continue;
    const model::ObjectRef root = place.owner_of(workload.meta);
    const auto stands = [&](const Standing& one) { return same(one.workload, root); };
    if (std::any_of(behind.begin(), behind.end(), stands)) continue;
    // A ReplicaSet of a Deployment, a Job of a CronJob: the one at the top speaks for it, where that is known.
    if (!same(root, workload.meta.ref()) && place.find(root) != nullptr) continue;
    out.push_back({workload.meta.ref(), state_of(workload), own_labels(workload.pod.labels), false});
  }
  std::sort(out.begin(), out.end(), [](const Prospect& a, const Prospect& b) { return a.workload < b.workload; });
  return out;
}

std::vector<Past> pasts(const Place& place, const model::Service& service) {
  std::vector<Past> out;
  for (const model::Pod* pod : place.pods_of(service))
    if (pod->terminal()) out.push_back(past_of(place, *pod));
  for (const model::KubeEvent* event : place.events())
    if (auto past = past_of(place, service, *event)) out.push_back(std::move(*past));
  const auto when = [](const Past& past) { return std::max(past.from_wall_ns, past.to_wall_ns); };
  std::sort(out.begin(), out.end(), [&](const Past& a, const Past& b) {
    return when(a) != when(b) ? when(a) > when(b) : std::tie(a.workload, a.pod) < std::tie(b.workload, b.pod);
  });
  return out;
}

}  // namespace straycat::survey
