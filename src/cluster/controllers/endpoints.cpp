#include "cluster/controllers/endpoints.hpp"

#include <algorithm>
#include <set>

namespace straycat::cluster {
namespace {

bool publishes_not_ready(const json& service) {
  return spec_of(service).value("publishNotReadyAddresses", json(false)) == json(true);
}

std::optional<std::int64_t> port_of_container(const json& container, const std::string& name,
                                              const std::string& protocol) {
  for (const auto& port : array_or_empty(container, "ports"))
    if (string_or(port, "name") == name && string_or(port, "protocol", "TCP") == protocol)
      return integer_or(port, "containerPort");
  return std::nullopt;
}

// A number, or a container port's name; since Kubernetes 1.33 that of a native sidecar, too (pkg/api/v1/pod FindPort).
std::optional<std::int64_t> port_on(const json& target, const std::string& protocol, const json& pod) {
  if (target.is_number_integer()) return target.get<std::int64_t>();
  if (!target.is_string()) return std::nullopt;
  const auto& name = target.get_ref<const std::string&>();
  for (const auto& container : array_or_empty(spec_of(pod), "containers"))
    if (const auto port = port_of_container(container, name, protocol)) return port;
  for (const auto& container : array_or_empty(spec_of(pod), "initContainers"))
    if (string_or(container, "restartPolicy") == "Always")
      if (const auto port = port_of_container(container, name, protocol)) return port;
  return std::nullopt;
}

json conditions_of(const json& pod, const json& service) {
  const bool serving = pod_ready(pod);
  const bool terminating = is_deleted(pod);
  const bool ready = publishes_not_ready(service) || (serving && !terminating);
  return json::object({{"ready", ready}, {"serving", serving}, {"terminating", terminating}});
}

bool listable(const json& pod) { return !pod_terminal(pod) && !text_at(pod, "/status/podIP").empty(); }

// "10.244.0.50/uid": the identity of an endpoint among a Service's.
std::string identity_of(const json& endpoint) {
  const auto& addresses = array_or_empty(endpoint, "addresses");
  const auto address = !addresses.empty() && addresses[0].is_string() ? addresses[0].get<std::string>() : "";
  return address + "/" + text_at(endpoint, "/targetRef/uid");
}

json labels_for(const json& service) {
  auto labels = json::object();
  for (const auto& [key, value] : labels_of(service))
    if (key != "endpointslice.kubernetes.io/managed-by" && key != "kubernetes.io/service-name" &&
        key != "service.kubernetes.io/headless")
      labels[key] = value;
  if (text_at(service, "/spec/clusterIP") == "None") labels["service.kubernetes.io/headless"] = "";
  labels["kubernetes.io/service-name"] = name_of(service);
  labels["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io";
  return labels;
}

struct Draft {
  json object;  // existing slice, or none
  std::vector<json> endpoints;
  bool changed = false;
};

class SlicePlanner {
 public:
  explicit SlicePlanner(const SliceObserved& observed) : observed_(observed), labels_(labels_for(observed.service)) {}
  SlicePlan plan() &&;

 private:
  using Wanted = std::map<std::string, json>;  // identity -> endpoint
  void sort_pods();
  void sort_slices();
  void plan_ports(const json& ports);
  Draft keep(const json& slice, Wanted& wanted);
  void fill(std::vector<Draft>& drafts, std::vector<json>& rest);
  void write(Draft draft, const json& ports);
  void add_placeholder();
  void reuse_slices();
  [[nodiscard]] json finished(json slice, const json& ports, std::vector<json> endpoints) const;
  [[nodiscard]] bool outdated(const json& slice) const;

  const SliceObserved& observed_;
  json labels_;
  std::map<json, std::pair<Wanted, std::vector<std::string>>> by_ports_;  // ports -> endpoints, and their order
  std::map<json, std::vector<json>> slices_;                              // ports -> existing slices
  SlicePlan plan_;
  std::size_t kept_ = 0;  // slices that stay as they are
};

void SlicePlanner::sort_pods() {
  for (const auto& pod : observed_.pods) {
    auto endpoint = endpoint_for(*pod, observed_.service, observed_.zone);
    if (endpoint.is_null()) continue;
    auto& [wanted, order] = by_ports_[slice_ports(observed_.service, *pod)];
    auto identity = identity_of(endpoint);
    if (wanted.emplace(identity, std::move(endpoint)).second) order.push_back(std::move(identity));
  }
}

// Slices by the ports that they say; those of ports that no pod has any more can go.
void SlicePlanner::sort_slices() {
  for (const auto& slice : observed_.slices) {
    if (is_deleted(*slice)) continue;
    const auto ports = slice->value("ports", json());
    const auto& key = array_or_empty(*slice, "ports").empty() ? json() : ports;
    if (by_ports_.contains(key))
      slices_[key].push_back(*slice);
    else
      plan_.remove.push_back(name_of(*slice));
  }
}

bool SlicePlanner::outdated(const json& slice) const {
  return object_or_empty(object_or_empty(slice, "metadata"), "labels") != labels_ ||
         !is_controlled_by(slice, observed_.service);
}

Draft SlicePlanner::keep(const json& slice, Wanted& wanted) {
  Draft draft{slice, {}, outdated(slice)};
  for (const auto& endpoint : array_or_empty(slice, "endpoints")) {
    const auto found = wanted.find(identity_of(endpoint));
    if (found == wanted.end()) {
      draft.changed = true;
      continue;
    }
    draft.changed |= found->second != endpoint;
    draft.endpoints.push_back(std::move(found->second));
    wanted.erase(found);  // it stands in one slice only from now on
  }
  return draft;
}

// New endpoints go where something is written anyway; what is left goes into the fullest slice that can take it all.
void SlicePlanner::fill(std::vector<Draft>& drafts, std::vector<json>& rest) {
  std::vector<Draft*> order;
  for (auto& draft : drafts)
    if (draft.changed) order.push_back(&draft);
  std::stable_sort(order.begin(), order.end(),
                   [](auto* a, auto* b) { return a->endpoints.size() > b->endpoints.size(); });
  const auto take = [&](Draft& draft) {
    draft.changed = true;
    while (!rest.empty() && draft.endpoints.size() < max_endpoints_per_slice) {
      draft.endpoints.push_back(std::move(rest.front()));
      rest.erase(rest.begin());
    }
  };
  for (auto* draft : order)
    if (!draft->endpoints.empty() && !rest.empty()) take(*draft);
  if (rest.empty()) return;
  Draft* best = nullptr;
  const auto over = rest.size() % max_endpoints_per_slice;
  for (auto& draft : drafts) {
    const bool fits = !draft.endpoints.empty() && draft.endpoints.size() + over <= max_endpoints_per_slice;
    if (over > 0 && fits && (best == nullptr || draft.endpoints.size() > best->endpoints.size())) best = &draft;
  }
  while (rest.size() > (best != nullptr ? over : 0)) take(drafts.emplace_back());
  if (best != nullptr) take(*best);
}

json SlicePlanner::finished(json slice, const json& ports, std::vector<json> endpoints) const {
  slice["kind"] = "EndpointSlice";
  slice["apiVersion"] = "discovery.k8s.io/v1";
  slice["addressType"] = "IPv4";
  auto& meta = slice["metadata"];
  if (!meta.contains("name")) meta["generateName"] = name_of(observed_.service) + "-";
  meta["namespace"] = namespace_of(observed_.service);
  meta["labels"] = labels_;
  meta["ownerReferences"] = json::array({owner_reference_to(observed_.service)});
  constexpr const char* trigger_key = "endpoints.kubernetes.io/last-change-trigger-time";
  if (observed_.trigger > 0)
    meta["annotations"][trigger_key] = kube_time(observed_.trigger);
  else if (meta.contains("annotations"))
    meta["annotations"].erase(trigger_key);
  if (meta.contains("annotations") && meta["annotations"].empty()) meta.erase("annotations");
  slice["ports"] = ports;
  slice["endpoints"] = endpoints.empty() ? json() : json(std::move(endpoints));
  return slice;
}

void SlicePlanner::write(Draft draft, const json& ports) {
  const bool exists = draft.object.is_object();
  if (exists && draft.endpoints.empty()) {
    plan_.remove.push_back(name_of(draft.object));
  } else if (exists && !draft.changed) {
    ++kept_;
  } else {
    auto slice = finished(exists ? std::move(draft.object) : json::object(), ports, std::move(draft.endpoints));
    (exists ? plan_.update : plan_.create).push_back(std::move(slice));
  }
}

void SlicePlanner::plan_ports(const json& ports) {
  auto& [wanted, order] = by_ports_[ports];
  std::vector<Draft> drafts;
  for (const auto& slice : slices_[ports]) drafts.push_back(keep(slice, wanted));
  std::vector<json> rest;
  for (const auto& identity : order)
    if (const auto found = wanted.find(identity); found != wanted.end()) rest.push_back(std::move(found->second));
  drafts.reserve(drafts.size() + rest.size() / max_endpoints_per_slice + 1);
  fill(drafts, rest);
  for (auto& draft : drafts) write(std::move(draft), ports);
}

// A Service always has a slice, if only an empty one.
void SlicePlanner::add_placeholder() {
  if (kept_ > 0 || !plan_.create.empty() || !plan_.update.empty()) return;
  const auto empty = finished(json::object(), json(), {});
  for (const auto& slice : observed_.slices) {
    const bool is_one = plan_.remove.size() == 1 && plan_.remove.front() == name_of(*slice) && !outdated(*slice) &&
                        array_or_empty(*slice, "endpoints").empty() && array_or_empty(*slice, "ports").empty();
    if (!is_one) continue;
    plan_.remove.clear();
    return;
  }
  plan_.create.push_back(empty);
}

// Rather rewrite a slice than delete one and make another (finalize).
void SlicePlanner::reuse_slices() {
  while (!plan_.create.empty() && !plan_.remove.empty()) {
    const auto found = std::find_if(observed_.slices.begin(), observed_.slices.end(),
                                    [&](const Object& slice) { return name_of(*slice) == plan_.remove.front(); });
    auto fresh = std::move(plan_.create.back());
    plan_.create.pop_back();
    plan_.remove.erase(plan_.remove.begin());
    const auto& endpoints = array_or_empty(fresh, "endpoints");
    plan_.update.push_back(finished(**found, fresh["ports"], {endpoints.begin(), endpoints.end()}));
  }
}

SlicePlan SlicePlanner::plan() && {
  sort_pods();
  sort_slices();
  for (auto& entry : by_ports_) plan_ports(entry.first);
  add_placeholder();
  reuse_slices();
  return std::move(plan_);
}

}  // namespace

json slice_ports(const json& service, const json& pod) {
  auto ports = json::array();
  for (const auto& port : array_or_empty(spec_of(service), "ports")) {
    const auto protocol = string_or(port, "protocol", "TCP");
    const auto number =
        port_on(port.contains("targetPort") ? port["targetPort"] : port.value("port", json()), protocol, pod);
    if (!number) continue;
    auto entry = json::object({{"name", string_or(port, "name")}, {"protocol", protocol}, {"port", *number}});
    if (const auto app = string_or(port, "appProtocol"); !app.empty()) entry["appProtocol"] = app;
    ports.push_back(std::move(entry));
  }
  return ports.empty() ? json() : ports;
}

json endpoint_for(const json& pod, const json& service, const std::string& zone) {
  if (!listable(pod)) return nullptr;
  auto endpoint = json::object();
  endpoint["addresses"] = json::array({text_at(pod, "/status/podIP")});
  endpoint["conditions"] = conditions_of(pod, service);
  endpoint["targetRef"] =
      json::object({{"kind", "Pod"}, {"namespace", namespace_of(pod)}, {"name", name_of(pod)}, {"uid", uid_of(pod)}});
  if (const auto node = text_at(pod, "/spec/nodeName"); !node.empty()) endpoint["nodeName"] = node;
  if (!zone.empty()) endpoint["zone"] = zone;
  const auto hostname = text_at(pod, "/spec/hostname");
  if (!hostname.empty() && text_at(pod, "/spec/subdomain") == name_of(service)) endpoint["hostname"] = hostname;
  return endpoint;
}

SlicePlan decide_slices(const SliceObserved& observed) { return SlicePlanner(observed).plan(); }

json decide_endpoints(const json& service, const std::vector<Object>& pods) {
  std::map<json, std::pair<json, json>> by_ports;  // ports -> ready, not ready
  for (const auto& pod : pods) {
    const bool publish = publishes_not_ready(service);
    if (!listable(*pod) || (is_deleted(*pod) && !publish)) continue;
    auto address = json::object({{"ip", text_at(*pod, "/status/podIP")}});
    if (const auto node = text_at(*pod, "/spec/nodeName"); !node.empty()) address["nodeName"] = node;
    address["targetRef"] = json::object(
        {{"kind", "Pod"}, {"namespace", namespace_of(*pod)}, {"name", name_of(*pod)}, {"uid", uid_of(*pod)}});
    auto& [ready, rest] = by_ports[slice_ports(service, *pod)];
    (publish || pod_ready(*pod) ? ready : rest).push_back(std::move(address));
  }
  auto object = json::object({{"kind", "Endpoints"}, {"apiVersion", "v1"}});
  object["metadata"] = json::object({{"name", name_of(service)}, {"namespace", namespace_of(service)}});
  object["metadata"]["labels"]["endpoints.kubernetes.io/managed-by"] = "endpoint-controller";
  for (auto& [ports, addresses] : by_ports) {
    if (ports.is_null()) continue;
    auto subset = json::object();
    if (!addresses.first.is_null()) subset["addresses"] = addresses.first;
    if (!addresses.second.is_null()) subset["notReadyAddresses"] = addresses.second;
    subset["ports"] = ports;
    for (auto& port : subset["ports"])
      if (string_or(port, "name").empty()) port.erase("name");
    object["subsets"].push_back(std::move(subset));
  }
  return object;
}

bool matters_to_slices(const json& before, const json& after) {
  return pod_ready(before) != pod_ready(after) || is_deleted(before) != is_deleted(after) ||
         text_at(before, "/status/podIP") != text_at(after, "/status/podIP") ||
         text_at(before, "/spec/nodeName") != text_at(after, "/spec/nodeName") || labels_of(before) != labels_of(after);
}

std::int64_t TriggerTimes::compute(const json& service, const std::vector<Object>& pods) {
  auto& known = known_[key_of(service)];
  std::int64_t oldest = 0;
  const auto consider = [&](std::int64_t time, std::int64_t before) {
    if (time > before && (oldest == 0 || time < oldest)) oldest = time;
  };
  const auto made = seconds_at(service, "/metadata/creationTimestamp");
  consider(made, known.service);
  known.service = made;
  std::map<std::string, std::int64_t> seen;
  for (const auto& pod : pods) {
    const auto* ready = condition_of(status_of(*pod), "Ready");
    const auto time = ready == nullptr ? 0 : seconds_at(*ready, "/lastTransitionTime");
    const auto before = known.pods.find(uid_of(*pod));
    consider(time, before == known.pods.end() ? 0 : before->second);
    seen[uid_of(*pod)] = time;
  }
  known.pods = std::move(seen);
  return oldest;
}

}  // namespace straycat::cluster
