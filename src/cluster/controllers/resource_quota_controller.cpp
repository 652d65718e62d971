// Counts what quotas count into their status (kubernetes pkg/controller/resourcequota).
#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/objects.hpp"
#include "cluster/kinds/resources.hpp"

namespace straycat::cluster {
namespace {

class ResourceQuotaController final : public Controller {
 public:
  explicit ResourceQuotaController(World world)
      : world_(std::move(world)), queue_(world_.executor, world_.clock, [this](const Key& key) { sync(key); }) {}

  void on_change(const Change& change) override {
    if (change.kind == "Event" || change.ns.empty()) return;
    for (const auto& quota : world_.store.list("ResourceQuota", change.ns)) queue_.add(key_of(*quota));
  }

 private:
  void sync(const Key& key) {
    (void)world_.store.mutate("ResourceQuota", key.first, key.second, [&](json& quota) {
      json used = json::object();
      const auto list = [&](const std::string& kind) { return world_.store.list(kind, key.first); };
      for (const auto& [resource, amount] : used_of(quota, list)) used[resource] = amount.text();
      quota["status"]["hard"] = object_or_empty(spec_of(quota), "hard");
      quota["status"]["used"] = std::move(used);
      return true;
    });
  }

  World world_;
  WorkQueue queue_;
};

}  // namespace

std::unique_ptr<Controller> resource_quota_controller(const Start& start) {
  return std::make_unique<ResourceQuotaController>(start.world);
}

}  // namespace straycat::cluster
