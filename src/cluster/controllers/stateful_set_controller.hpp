// The StatefulSet controller: pods by number, one after the other (kubernetes pkg/controller/statefulset/
// stateful_set_control.go and stateful_set_utils.go).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cluster/controllers/controller.hpp"
#include "cluster/controllers/events.hpp"
#include "cluster/controllers/objects.hpp"
#include "cluster/controllers/revisions.hpp"

namespace straycat::cluster {

struct StatefulSetPlan {
  struct New {
    std::int64_t ordinal;
    std::string revision;
  };
  std::vector<New> create;
  std::vector<std::string> failed;  // pods that have ended: they go, and come again
  std::vector<std::string> remove;
  json status;
  std::optional<std::int64_t> recheck_in;  // seconds: when the next pod will have been ready for minReadySeconds
};

// `pods`: those that it owns, in any state; `update`: the revision of its template.
[[nodiscard]] StatefulSetPlan decide_stateful_set(const json& set, const std::vector<Object>& pods,
                                                  const std::string& update, std::int64_t now);

// The number in the name of one of its pods ("web-12" -> 12); -1 when that is none of its names.
[[nodiscard]] std::int64_t ordinal_of(const json& set, const std::string& pod);
// Its pod of that number, made from `shape` (a pod template), which is called `revision`.
[[nodiscard]] json stateful_pod(const json& set, std::int64_t ordinal, const json& shape, const std::string& revision);
// The claims that a pod of it mounts (spec.volumeClaimTemplates).
[[nodiscard]] std::vector<json> claims_of(const json& set, std::int64_t ordinal);

class StatefulSetController final : public Controller {
 public:
  explicit StatefulSetController(World world);
  void on_change(const Change& change) override;

 private:
  void sync(const Key& key);
  void carry_out(const json& set, const StatefulSetPlan& plan);
  void create(const json& set, const StatefulSetPlan::New& wanted);
  void remove(const json& set, const std::string& pod);
  void wake_owner(const json& pod);

  World world_;
  EventRecorder events_;
  WorkQueue queue_;
};

}  // namespace straycat::cluster
