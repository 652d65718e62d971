// The workings of decide_deployment: a Deployment, its ReplicaSets and the plan that grows.
#pragma once

#include "cluster/controllers/deployment_controller.hpp"
#include "cluster/controllers/rollout_math.hpp"

namespace straycat::cluster {

inline constexpr const char* revision_key = "deployment.kubernetes.io/revision";
inline constexpr const char* revision_history_key = "deployment.kubernetes.io/revision-history";
inline constexpr const char* desired_replicas_key = "deployment.kubernetes.io/desired-replicas";
inline constexpr const char* max_replicas_key = "deployment.kubernetes.io/max-replicas";
inline constexpr const char* template_hash_key = "pod-template-hash";

// A ReplicaSet as the decisions need it. `replicas` is what its spec says now; plans are kept apart in `planned`.
struct SetView {
  json object;
  std::string name;
  std::int64_t replicas = 0, planned = 0;
  std::int64_t actual = 0, ready = 0, available = 0, terminating = 0;  // status
  std::int64_t created = 0, revision = 0;
  std::int64_t desired_before = -1, max_before = 0;  // annotations
};

[[nodiscard]] SetView view_of(const json& set);
[[nodiscard]] bool same_template(const json& a, const json& b);

class Rollout {
 public:
  Rollout(const json& deployment, const std::vector<Object>& sets, const std::vector<Object>& pods, std::int64_t now);
  DeploymentPlan decide() &&;

 private:
  // rollout.cpp
  [[nodiscard]] bool paused() const { return spec_of(deployment_).value("paused", json(false)) == json(true); }
  [[nodiscard]] bool scaling_event() const;
  void scale_whole();
  void scale_proportionally(Fenceposts posts);
  void scale_set(SetView& set, std::int64_t size);
  bool roll();
  bool scale_new_set();
  bool scale_down_old(Fenceposts posts);
  void drop_unhealthy(std::int64_t allowed);
  void drop_available(std::int64_t allowed);
  void recreate();
  [[nodiscard]] bool old_pods_left() const;
  void forget_old_revisions();
  [[nodiscard]] std::int64_t new_set_size() const;
  [[nodiscard]] std::int64_t sum(std::int64_t SetView::* field, bool old_only = false) const;
  [[nodiscard]] SetView* new_set() { return newest_ < 0 ? nullptr : &sets_[static_cast<std::size_t>(newest_)]; }
  [[nodiscard]] bool is_new(const SetView& set) const {
    return newest_ >= 0 && &set == &sets_[static_cast<std::size_t>(newest_)];
  }
  [[nodiscard]] std::vector<SetView*> old_sets();

  // rollout_revision.cpp
  void find_new_set();
  void adopt_revision();
  void create_new_set();
  [[nodiscard]] json annotations_for(const SetView* set, std::int64_t revision) const;

  // rollout_status.cpp
  void note_pause();
  void sync_status(bool rolling);
  [[nodiscard]] json calculate_status() const;
  void judge_progress(json& status);
  void set_condition(json& status, const std::string& type, const std::string& state, const std::string& reason,
                     const std::string& message);
  void replace_condition(json& status, const std::string& type, const std::string& state, const std::string& reason,
                         const std::string& message);
  [[nodiscard]] bool has_deadline() const;
  [[nodiscard]] bool complete(const json& status) const;

  json deployment_;
  json before_;                // its status when the step began
  std::vector<SetView> sets_;  // oldest first
  const std::vector<Object>& pods_;
  std::int64_t now_;
  std::int64_t desired_;
  int newest_ = -1;  // index of the set with the Deployment's template
  DeploymentPlan plan_;
};

}  // namespace straycat::cluster
