// Keeps EndpointSlices (and the legacy Endpoints) equal to Services and pods.
#pragma once

#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/endpoints.hpp"

namespace straycat::cluster {

class ServiceController final : public Controller {
 public:
  explicit ServiceController(World world);
  void on_change(const Change& change) override;

 private:
  void sync(const Key& key);
  void forget(const Key& key);
  void write_slices(const SlicePlan& plan, const std::string& ns);
  void write_endpoints(const json& service, const std::vector<Object>& pods);
  void on_pod(const Change& change);
  void wake_services_of(const json& pod);
  [[nodiscard]] std::string zone() const;

  World world_;
  TriggerTimes triggers_;
  WorkQueue queue_;
};

}  // namespace straycat::cluster
