#include "cluster/controllers/service_controller.hpp"

namespace straycat::cluster {
namespace {

bool made_here(const json& slice) {
  const auto labels = labels_of(slice);
  const auto found = labels.find("endpointslice.kubernetes.io/managed-by");
  return found != labels.end() && found->second == "endpointslice-controller.k8s.io";
}

std::string service_of(const json& slice) {
  const auto labels = labels_of(slice);
  const auto found = labels.find("kubernetes.io/service-name");
  return found == labels.end() ? "" : found->second;
}

}  // namespace

ServiceController::ServiceController(World world)
    : world_(std::move(world)), queue_(world_.executor, world_.clock, [this](const Key& key) { sync(key); }) {}

void ServiceController::on_change(const Change& change) {
  if (change.kind == "Service") {
    queue_.add({change.ns, change.name});
  } else if (change.kind == "Pod") {
    on_pod(change);
  } else if (change.kind == "EndpointSlice" && change.type == ChangeType::deleted && made_here(*change.object)) {
    queue_.add({change.ns, service_of(*change.object)});  // somebody deleted what we keep
  } else if (change.kind == "Node" && change.type != ChangeType::modified) {
    for (const auto& service : world_.store.list("Service")) queue_.add(key_of(*service));
  }
}

void ServiceController::on_pod(const Change& change) {
  const bool listed = change.type == ChangeType::modified;
  if (listed && !matters_to_slices(*change.previous, *change.object)) return;
  wake_services_of(*change.object);
  if (listed && labels_of(*change.previous) != labels_of(*change.object)) wake_services_of(*change.previous);
}

void ServiceController::wake_services_of(const json& pod) {
  const auto labels = labels_of(pod);
  for (const auto& service : world_.store.list("Service", namespace_of(pod)))
    if (model::selects(labels_from(object_or_empty(spec_of(*service), "selector")), labels))
      queue_.add(key_of(*service));
}

// One node, so one zone.
std::string ServiceController::zone() const {
  for (const auto& node : world_.store.list("Node")) {
    const auto labels = labels_of(*node);
    if (const auto found = labels.find("topology.kubernetes.io/zone"); found != labels.end()) return found->second;
  }
  return {};
}

// Slices go with their Service by owner reference; the legacy object has none.
void ServiceController::forget(const Key& key) {
  triggers_.forget(key);
  const auto endpoints = world_.store.get("Endpoints", key.first, key.second);
  if (endpoints && labels_of(*endpoints).contains("endpoints.kubernetes.io/managed-by"))
    (void)world_.store.remove("Endpoints", key.first, key.second);
}

void ServiceController::sync(const Key& key) {
  const auto service = world_.store.get("Service", key.first, key.second);
  if (!service) return forget(key);
  if (is_deleted(*service)) return;
  const auto selector = labels_from(object_or_empty(spec_of(*service), "selector"));
  if (selector.empty() || text_at(*service, "/spec/type") == "ExternalName") return;  // made by hand
  SliceObserved observed{*service, {}, {}, zone(), 0};
  for (const auto& pod : world_.store.list("Pod", key.first))
    if (model::selects(selector, labels_of(*pod))) observed.pods.push_back(pod);
  for (const auto& slice : world_.store.list("EndpointSlice", key.first))
    if (made_here(*slice) && service_of(*slice) == key.second) observed.slices.push_back(slice);
  observed.trigger = triggers_.compute(*service, observed.pods);
  write_slices(decide_slices(observed), key.first);
  write_endpoints(*service, observed.pods);
}

void ServiceController::write_slices(const SlicePlan& plan, const std::string& ns) {
  // A refusal means that the namespace is going; there is nobody left to tell.
  for (const auto& slice : plan.create) (void)world_.store.create(slice);
  for (const auto& slice : plan.update) (void)world_.store.update(slice);
  for (const auto& name : plan.remove) (void)world_.store.remove("EndpointSlice", ns, name);
}

void ServiceController::write_endpoints(const json& service, const std::vector<Object>& pods) {
  const auto wanted = decide_endpoints(service, pods);
  const auto current = world_.store.get("Endpoints", namespace_of(service), name_of(service));
  if (!current) {
    (void)world_.store.create(wanted);
    return;
  }
  (void)world_.store.mutate("Endpoints", namespace_of(service), name_of(service), [&](json& object) {
    object["metadata"]["labels"] = wanted["metadata"]["labels"];
    if (wanted.contains("subsets"))
      object["subsets"] = wanted["subsets"];
    else
      object.erase("subsets");
    return true;
  });
}

std::unique_ptr<Controller> service_controller(const Start& start) {
  return std::make_unique<ServiceController>(start.world);
}

}  // namespace straycat::cluster
