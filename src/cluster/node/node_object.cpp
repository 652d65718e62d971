// The Node object: what `kubectl get nodes -o wide` and `describe node` show.
#include <fstream>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <thread>

#include <fmt/format.h>

#include "cluster/node/node.hpp"
#include "cluster/node/pod_status.hpp"
#include <straycat/core/embedded.hpp>
#include <straycat/core/time.hpp>
#include <straycat/images/images.hpp>

namespace straycat::cluster {
namespace {

// PRETTY_NAME of /etc/os-release.
std::string os_image() {
  std::ifstream file("/etc/os-release");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("PRETTY_NAME=")) continue;
    std::string name = line.substr(12);
    std::erase(name, '"');
    return name;
  }
  return "Linux";
}

std::string architecture(const std::string& machine) {
  return machine == "x86_64" ? "amd64" : machine == "aarch64" ? "arm64" : machine;
}

json resources() {
  struct sysinfo info{};
  ::sysinfo(&info);
  return {{"cpu", std::to_string(std::max(1U, std::thread::hardware_concurrency()))},
          {"memory", fmt::format("{}Ki", static_cast<unsigned long long>(info.totalram) * info.mem_unit / 1024)},
          {"pods", "110"}};
}

json condition(const std::string& type, bool status, const std::string& reason, const std::string& message,
               const std::string& time) {
  return {{"type", type},       {"status", status ? "True" : "False"}, {"reason", reason},
          {"message", message}, {"lastHeartbeatTime", time},           {"lastTransitionTime", time}};
}

json conditions(const std::string& time) {
  return json::array(
      {condition("MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available",
                 time),
       condition("DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure", time),
       condition("PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available", time),
       condition("Ready", true, "KubeletReady", "kubelet is posting ready status", time)});
}

}  // namespace

std::vector<std::string> program_of(const std::string& image,
                                    const std::map<std::string, std::vector<std::string>>& images) {
  if (const auto* known = image_named(images, image)) return *known;
  if (bare_image_name(image) == "straycat/agent") return {"/proc/self/exe", "agent"};
  std::vector<std::string> out = images::command_for(image);
  if (!out.empty()) out.insert(out.begin(), "/proc/self/exe");
  return out;
}

json make_node_object(const NodeSettings& settings, const std::string& address) {
  utsname names{};
  ::uname(&names);
  const std::string arch = architecture(names.machine), time = kubernetes_time(wall_now_ns());
  const json labels = {{"kubernetes.io/hostname", settings.name},
                       {"kubernetes.io/os", "linux"},
                       {"kubernetes.io/arch", arch},
                       {"topology.kubernetes.io/zone", "local"},
                       {"topology.kubernetes.io/region", "local"},
                       {"straycat.dev/data-plane", settings.data_plane}};
  const json info = {{"machineID", ""},
                     {"systemUUID", ""},
                     {"bootID", ""},
                     {"kernelVersion", names.release},
                     {"osImage", os_image()},
                     {"containerRuntimeVersion", "straycat://" STRAYCAT_VERSION},
                     {"kubeletVersion", embedded_version},
                     {"kubeProxyVersion", ""},
                     {"operatingSystem", "linux"},
                     {"architecture", arch}};
  const json addresses = json::array(
      {json{{"type", "InternalIP"}, {"address", address}}, json{{"type", "Hostname"}, {"address", settings.name}}});
  const json status = {{"addresses", addresses},
                       {"capacity", resources()},
                       {"allocatable", resources()},
                       {"conditions", conditions(time)},
                       {"nodeInfo", info}};
  return {{"apiVersion", "v1"},
          {"kind", "Node"},
          {"metadata", {{"name", settings.name}, {"labels", labels}}},
          {"spec", {{"podCIDR", settings.pod_block}, {"podCIDRs", json::array({settings.pod_block})}}},
          {"status", status}};
}

namespace {

constexpr const char* unreachable = "node.kubernetes.io/unreachable";

}  // namespace

void make_unreachable(json& node) {
  const auto time = kubernetes_time(wall_now_ns());
  for (json& one : node["status"]["conditions"]) {
    one["status"] = "Unknown";
    one["reason"] = "NodeStatusUnknown";
    one["message"] = "Kubelet stopped posting node status.";
    one["lastTransitionTime"] = time;
  }
  make_reachable(node);
  json& taints = node["spec"]["taints"];
  if (!taints.is_array()) taints = json::array();
  for (const char* effect : {"NoSchedule", "NoExecute"})
    taints.push_back({{"key", unreachable}, {"effect", effect}, {"timeAdded", time}});
}

void make_reachable(json& node) {
  json& spec = node["spec"];
  if (!spec.contains("taints") || !spec["taints"].is_array()) return;
  json kept = json::array();
  for (const json& taint : spec["taints"])
    if (string_or(taint, "key") != unreachable) kept.push_back(taint);
  if (kept.empty())
    spec.erase("taints");
  else
    spec["taints"] = std::move(kept);
}

bool mark_not_ready(json& pod) {
  bool changed = false;
  for (json& one : pod["status"]["conditions"]) {
    if (string_or(one, "type") != "Ready" || string_or(one, "status") != "True") continue;
    one["status"] = "False";
    one["lastTransitionTime"] = kubernetes_time(wall_now_ns());
    changed = true;
  }
  return changed;
}

}  // namespace straycat::cluster
