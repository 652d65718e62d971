// Endpoints that a person writes for a Service without a selector, as EndpointSlices, which is what proxies read
// (kubernetes pkg/controller/endpointslicemirroring).
#include <map>

#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {
namespace {

constexpr const char* mirror = "endpointslicemirroring-controller.k8s.io";
constexpr const char* service_label = "kubernetes.io/service-name";

std::string label(const json& object, const char* key) {
  return string_or(object_or_empty(object_or_empty(object, "metadata"), "labels"), key);
}

class EndpointsController final : public Controller {
 public:
  explicit EndpointsController(World world)
      : world_(std::move(world)), queue_(world_.executor, world_.clock, [this](const Key& key) { sync(key); }) {}

  void on_change(const Change& change) override {
    if (change.kind == "Endpoints" || change.kind == "Service") queue_.add({change.ns, change.name});
    if (change.kind == "EndpointSlice" && change.type == ChangeType::deleted && mirrored(*change.object))
      queue_.add({change.ns, label(*change.object, service_label)});
  }

 private:
  static bool mirrored(const json& slice) { return label(slice, "endpointslice.kubernetes.io/managed-by") == mirror; }

  // Whose slices are the other controller's, and whoever says so, are left alone.
  [[nodiscard]] Object source(const Key& key) const {
    const auto endpoints = world_.store.get("Endpoints", key.first, key.second);
    const auto service = world_.store.get("Service", key.first, key.second);
    if (!endpoints || !service || is_deleted(*endpoints)) return nullptr;
    if (!object_or_empty(spec_of(*service), "selector").empty()) return nullptr;
    if (label(*endpoints, "endpointslice.kubernetes.io/skip-mirror") == "true") return nullptr;
    const auto& annotations = object_or_empty(object_or_empty(*endpoints, "metadata"), "annotations");
    return annotations.contains("control-plane.alpha.kubernetes.io/leader") ? nullptr : endpoints;
  }

  static json slice_of(const json& endpoints, const json& subset) {
    json slice = {{"kind", "EndpointSlice"}, {"apiVersion", "discovery.k8s.io/v1"}, {"addressType", "IPv4"}};
    slice["metadata"] = {{"generateName", name_of(endpoints) + "-"}, {"namespace", namespace_of(endpoints)}};
    auto& labels = slice["metadata"]["labels"];
    labels = object_or_empty(object_or_empty(endpoints, "metadata"), "labels");
    labels["endpointslice.kubernetes.io/managed-by"] = mirror;
    labels[service_label] = name_of(endpoints);
    slice["metadata"]["ownerReferences"] = json::array({owner_reference_to(endpoints)});
    for (auto port : array_or_empty(subset, "ports")) {
      set_default(port, "name", "");
      slice["ports"].push_back(std::move(port));
    }
    for (const auto& [list, ready] : {std::pair{"addresses", true}, {"notReadyAddresses", false}})
      for (const auto& address : array_or_empty(subset, list)) {
        json endpoint = {{"addresses", json::array({string_or(address, "ip")})}, {"conditions", {{"ready", ready}}}};
        for (const char* key : {"hostname", "nodeName", "targetRef"})
          if (address.contains(key)) endpoint[key] = address[key];
        slice["endpoints"].push_back(std::move(endpoint));
      }
    return slice;
  }

  // Slices are told apart by their ports: one stays as long as its ports do.
  void sync(const Key& key) {
    std::map<json, json> wanted;
    if (const auto endpoints = source(key))
      for (const auto& subset : array_or_empty(*endpoints, "subsets")) {
        auto slice = slice_of(*endpoints, subset);
        if (!slice.contains("endpoints")) continue;
        auto& place = wanted[slice.value("ports", json())];
        if (place.is_null())
          place = std::move(slice);
        else
          for (auto& endpoint : slice["endpoints"]) place["endpoints"].push_back(endpoint);
      }
    for (const auto& slice : world_.store.list("EndpointSlice", key.first)) {
      if (!mirrored(*slice) || label(*slice, service_label) != key.second) continue;
      const auto at = wanted.find(slice->value("ports", json()));
      if (at == wanted.end()) {
        (void)world_.store.remove("EndpointSlice", key.first, name_of(*slice));
        continue;
      }
      (void)world_.store.mutate("EndpointSlice", key.first, name_of(*slice), [&](json& object) {
        object["endpoints"] = at->second["endpoints"];
        object["metadata"]["labels"] = at->second["metadata"]["labels"];
        return true;
      });
      wanted.erase(at);
    }
    for (auto& [ports, slice] : wanted) (void)world_.store.create(std::move(slice));
  }

  World world_;
  WorkQueue queue_;
};

}  // namespace

std::unique_ptr<Controller> endpoints_controller(const Start& start) {
  return std::make_unique<EndpointsController>(start.world);
}

}  // namespace straycat::cluster
