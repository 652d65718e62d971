#include "cluster/controllers/namespace_controller.hpp"

#include <map>

#include <fmt/format.h>

#include "cluster/kinds/row.hpp"

namespace straycat::cluster {
namespace {

constexpr const char* root_certificate_name = "kube-root-ca.crt";

struct NamespaceCondition {
  const char* type;
  bool holds;
  const char* reason;
  std::string message;
};

void set_condition(json& conditions, const NamespaceCondition& wanted, const std::string& now) {
  if (!conditions.is_array()) conditions = json::array();
  json condition = {{"type", wanted.type},
                    {"status", wanted.holds ? "True" : "False"},
                    {"reason", wanted.reason},
                    {"message", wanted.message},
                    {"lastTransitionTime", now}};
  for (auto& old : conditions) {
    if (string_or(old, "type") != wanted.type) continue;
    if (old.value("status", json()) == condition["status"]) condition["lastTransitionTime"] = old["lastTransitionTime"];
    old = std::move(condition);
    return;
  }
  conditions.push_back(std::move(condition));
}

NamespaceCondition remaining(const char* type, const char* reason, std::string message, const char* format,
                             const std::map<std::string, int>& counts) {
  const char* between = "";
  for (const auto& [name, count] : counts) {
    message += between + fmt::format(fmt::runtime(format), name, count);
    between = ", ";
  }
  return {type, true, reason, std::move(message)};
}

}  // namespace

NamespaceController::NamespaceController(World world, std::string root_certificate)
    : world_(std::move(world)),
      root_certificate_(std::move(root_certificate)),
      queue_(world_.executor, world_.clock, [this](const Key& key) { sync(key); }) {}

void NamespaceController::on_change(const Change& change) {
  if (change.kind == "Namespace") queue_.add({"", change.name});
  const bool furniture = change.kind == "ServiceAccount" || change.kind == "ConfigMap";
  if (change.kind == "ConfigMap" && change.name == root_certificate_name) queue_.add({"", change.ns});
  if (change.type == ChangeType::deleted && !change.ns.empty()) {
    const auto ns = world_.store.get("Namespace", "", change.ns);
    if (ns && (furniture || is_deleted(*ns))) queue_.add({"", change.ns});
  }
}

void NamespaceController::sync(const Key& key) {
  const auto object = world_.store.get("Namespace", "", key.second);
  if (!object) return;
  if (is_deleted(*object))
    empty(*object);
  else
    furnish(key.second);
}

// What every namespace has: the account that pods run as, and the certificate that they trust.
void NamespaceController::furnish(const std::string& ns) {
  if (!world_.store.get("ServiceAccount", ns, "default"))
    (void)world_.store.create(
        json::object({{"kind", "ServiceAccount"}, {"metadata", {{"name", "default"}, {"namespace", ns}}}}));
  if (world_.store.get("ConfigMap", ns, root_certificate_name)) {  // somebody may have written into it
    (void)world_.store.mutate("ConfigMap", ns, root_certificate_name, [&](json& map) {
      map["data"] = json::object({{"ca.crt", root_certificate_}});
      map.erase("binaryData");
      return true;
    });
    return;
  }
  auto map = json::object({{"kind", "ConfigMap"}, {"metadata", {{"name", root_certificate_name}, {"namespace", ns}}}});
  map["metadata"]["annotations"]["kubernetes.io/description"] =
      "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the "
      "internal service IP or "
      "kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";
  map["data"]["ca.crt"] = root_certificate_;
  (void)world_.store.create(std::move(map));
}

// Deletes what is not being deleted yet; how many are left.
std::size_t NamespaceController::remove_all(const std::string& kind, const std::string& ns) {
  for (const auto& object : world_.store.list(kind, ns))
    if (!is_deleted(*object)) (void)world_.store.remove(kind, ns, name_of(*object));
  return world_.store.list(kind, ns).size();
}

// What is left, as its conditions say it (pkg/controller/namespace/deletion/status_condition_utils.go).
void NamespaceController::tell_remaining(const std::string& ns) {
  std::map<std::string, int> kinds, finalizers;
  for (const auto* resource : world_.store.kinds()) {
    if (!resource->namespaced) continue;
    for (const auto& object : world_.store.list(resource->key(), ns)) {
      ++kinds[resource->qualified()];
      for (const auto& finalizer : array_or_empty(object_or_empty(*object, "metadata"), "finalizers"))
        if (finalizer.is_string()) ++finalizers[finalizer.get<std::string>()];
    }
  }
  const auto now = kube_time(world_.clock.wall_seconds());
  (void)world_.store.mutate("Namespace", "", ns, [&](json& changed) {
    auto& conditions = changed["status"]["conditions"];
    set_condition(
        conditions,
        {"NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "All resources successfully discovered"},
        now);
    set_condition(conditions,
                  {"NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions",
                   "All legacy kube types successfully parsed"},
                  now);
    set_condition(conditions,
                  {"NamespaceDeletionContentFailure", false, "ContentDeleted",
                   "All content successfully deleted, may be waiting on finalization"},
                  now);
    set_condition(conditions,
                  remaining("NamespaceContentRemaining", "SomeResourcesRemain",
                            "Some resources are remaining: ", "{} has {} resource instances", kinds),
                  now);
    if (!finalizers.empty())
      set_condition(conditions,
                    remaining("NamespaceFinalizersRemaining", "SomeFinalizersRemain",
                              "Some content in the namespace has finalizers remaining: ", "{} in {} resource instances",
                              finalizers),
                    now);
    return true;
  });
}

void NamespaceController::empty(const json& object) {
  const auto ns = name_of(object);
  auto left = remove_all("Pod", ns);
  if (left > 0)
    return tell_remaining(ns);  // pods may need their Services, ConfigMaps and accounts until they have ended
  for (const auto* resource : world_.store.kinds())
    if (resource->namespaced) left += remove_all(resource->key(), ns);
  if (left > 0) return tell_remaining(ns);
  (void)world_.store.mutate("Namespace", "", ns, [](json& changed) {
    auto kept = json::array();
    for (const auto& finalizer : array_or_empty(changed["spec"], "finalizers"))
      if (finalizer != json("kubernetes")) kept.push_back(finalizer);
    if (kept.empty())
      changed["spec"].erase("finalizers");
    else
      changed["spec"]["finalizers"] = std::move(kept);
    return true;
  });
}

std::unique_ptr<Controller> namespace_controller(const Start& start) {
  return std::make_unique<NamespaceController>(start.world, start.options.root_certificate);
}

}  // namespace straycat::cluster
