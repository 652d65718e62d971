// The scheduler of a cluster that has few nodes: binds each pending pod to one that may take it (kubernetes
// pkg/scheduler).
#pragma once

#include <string>
#include <vector>

#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/events.hpp"
#include "cluster/controllers/objects.hpp"

namespace straycat::cluster {

struct Placement {
  std::string node;     // "" when none will do
  std::string message;  // then: why, in the scheduler's words
};
// Whether a toleration bears a taint (component-helpers scheduling/corev1 ToleratesTaint).
[[nodiscard]] bool tolerates(const json& toleration, const json& taint);
// Looked at: readiness, spec.unschedulable, NoSchedule taints against tolerations, spec.nodeSelector, and what
// placement.hpp knows. Of the nodes that will do, the one with the fewest of `pods` of the same controller, then the
// fewest at all, then the first: as the default constraints of PodTopologySpread and NodeResourcesFit mostly end,
// without their dice. With one node nobody asks who else is there, and `pods` may be empty.
[[nodiscard]] Placement place_pod(const json& pod, const std::vector<Object>& nodes,
                                  const std::vector<Object>& pods = {});

class Scheduler final : public Controller {
 public:
  explicit Scheduler(World world);
  void on_change(const Change& change) override;

 private:
  void try_again();
  void sync(const Key& key);
  void bind(const json& pod, const std::string& node);
  void refuse(const json& pod, const std::string& message);

  World world_;
  EventRecorder events_;
  WorkQueue queue_;
  bool waiting_ = false;  // some pod was refused
};

}  // namespace straycat::cluster
