// A pod's status object from the lives of its containers (kubelet's status/generate.go and kubelet_pods.go).
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cluster/node/pod_machine.hpp"

namespace straycat::cluster {

inline constexpr const char* deadline_reason = "DeadlineExceeded";
inline constexpr const char* deadline_message = "Pod was active on the node longer than the specified deadline";
// status.conditions of a pod object by type: "True", "False", "Unknown".
[[nodiscard]] std::map<std::string, std::string> conditions_of(const nlohmann::json& pod);

struct StatusFacts {
  const PodSpec* spec = nullptr;
  const std::vector<ContainerLife>* lives = nullptr;
  bool sandbox_ready = false;
  bool ended = false;  // nothing of the pod is left: the phase may be Succeeded or Failed
  bool deleting = false;
  std::string address;  // "" = not shown yet
  std::string host_address;
  std::int64_t start_wall_ns = 0, now_wall_ns = 0;
  bool overdue = false;                                       // activeDeadlineSeconds are over
  const std::map<std::string, std::string>* gates = nullptr;  // the conditions that readiness gates name
};

// What the phase would be if the pod's containers were all that counts (getPhase).
[[nodiscard]] std::string phase_of(const StatusFacts& facts);
// `before` gives the conditions' lastTransitionTime where their status has not changed.
[[nodiscard]] nlohmann::json make_status(const StatusFacts& facts, const nlohmann::json& before);
// Puts the node's status into the object, keeping what others own (qosClass, PodScheduled, foreign conditions).
void merge_status(nlohmann::json& pod, const nlohmann::json& status);
// Without tag, digest and "docker.io/": "docker.io/beranm14/sayhi:1" -> "beranm14/sayhi".
[[nodiscard]] std::string bare_image_name(std::string image);
// Whether two names mean the same image: "nginx", "library/nginx:latest" and "docker.io/library/nginx" do.
[[nodiscard]] bool same_image(std::string one, std::string other);
// "beranm14/sayhi" -> "docker.io/beranm14/sayhi:latest"
[[nodiscard]] std::string full_image_name(const std::string& image);
// metav1.Time: whole seconds.
[[nodiscard]] std::string kubernetes_time(std::int64_t wall_ns);

}  // namespace straycat::cluster
