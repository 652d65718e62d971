// What ConfigMaps, Secrets and the pod's own fields give to environments and volumes, in kubelet's words where they do
// not (pkg/kubelet/kubelet_pods.go makeEnvironmentVariables, pkg/volume/{configmap,secret,projected,downwardapi}).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "cluster/node/pod_spec.hpp"
#include <straycat/core/result.hpp>

namespace straycat::cluster {

// What only the running pod knows.
struct PodFacts {
  std::string address, host_address;
  std::string api_host;  // KUBERNETES_SERVICE_HOST and _PORT; "" = not set
  int api_port = 443;
  std::map<std::string, std::string> extra;  // the data plane's own variables
  // An object of the pod's namespace; null when it is not there.
  std::function<std::shared_ptr<const nlohmann::json>(const std::string& kind, const std::string& name)> find = {};
  std::function<std::map<std::string, std::string>()> account_files = {};  // token, ca.crt, namespace
  std::function<std::string(const VolumePart& part)> token = {};           // of the pod's account, for this pod alone
  std::int64_t node_cpu_milli = 0, node_memory = 0;                        // what a container without a limit may use
};

// All keys of a ConfigMap or Secret, as bytes. Errors: `configmap "x" not found`; none when it is optional.
[[nodiscard]] Result<std::map<std::string, std::string>> data_of(const ObjectRef& object, const PodFacts& facts);

// fieldRef. Whole maps ("metadata.labels") are for volumes alone.
[[nodiscard]] Result<std::string> field_value(const std::string& path, const PodSpec& pod, const PodFacts& facts);
// resourceFieldRef; `container` where the reference names none.
[[nodiscard]] Result<std::string> resource_value(const ResourceRef& resource, const PodSpec& pod,
                                                 const ContainerSpec* container, const PodFacts& facts);

struct VolumeFile {
  std::string bytes;
  int mode = 0644;
  bool operator==(const VolumeFile&) const = default;
};
// The files of a volume by their paths in it. Errors: `configmap "x" not found`, `references non-existent config key:
// k`.
[[nodiscard]] Result<std::map<std::string, VolumeFile>> volume_files(const VolumeSpec& volume, const PodSpec& pod,
                                                                     const PodFacts& facts);

}  // namespace straycat::cluster
