// Takes pods off a node that has a taint with the effect NoExecute: at once, or when they have tolerated it for as long
// as they said (kubernetes pkg/controller/tainteviction).
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/events.hpp"
#include "cluster/controllers/work_queue.hpp"

namespace straycat::cluster {

class TaintEviction final : public Controller {
 public:
  explicit TaintEviction(World world);
  void on_change(const Change& change) override;

 private:
  void sync(const Key& key);
  void evict(const json& pod);
  void cancel(const Key& key, const Object& pod);

  World world_;
  EventRecorder events_;
  WorkQueue queue_;
  std::map<Key, std::int64_t> since_;  // pods that tolerate for a while -> since when, wall ns
};

// How long a pod bears a node's taints. None: for ever. Zero: it does not.
[[nodiscard]] std::optional<std::int64_t> tolerated_seconds(const json& pod, const json& node);

}  // namespace straycat::cluster
