// The half of a HorizontalPodAutoscaler that needs no metrics: its target has no fewer pods than minReplicas and no
// more than maxReplicas (kubernetes pkg/controller/podautoscaler/horizontal.go reconcileAutoscaler).
#pragma once

#include <string>

#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/events.hpp"
#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

struct Bounding {
  std::int64_t replicas = 0;  // what the target is to have
  std::string reason;         // why it changes; "" when it does not
};
// `replicas`: what the target asks for now; 0 switches the autoscaler off.
[[nodiscard]] Bounding bounded_by(const json& autoscaler, std::int64_t replicas);

class HorizontalPodAutoscalerController final : public Controller {
 public:
  explicit HorizontalPodAutoscalerController(World world);
  void on_change(const Change& change) override;

 private:
  void sync(const Key& key);
  void scale(const json& autoscaler, const json& target, const Bounding& wanted);

  World world_;
  EventRecorder events_;
  WorkQueue queue_;
};

}  // namespace straycat::cluster
