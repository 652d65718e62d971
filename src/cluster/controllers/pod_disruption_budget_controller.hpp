// Keeps the status of PodDisruptionBudgets: what they would let go now.
#pragma once

#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/work_queue.hpp"

namespace straycat::cluster {

class PodDisruptionBudgetController final : public Controller {
 public:
  explicit PodDisruptionBudgetController(World world);
  void on_change(const Change& change) override;

 private:
  void sync(const Key& key);

  World world_;
  WorkQueue queue_;
};

}  // namespace straycat::cluster
