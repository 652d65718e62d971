// The resources that the embedded cluster serves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace straycat::cluster {

struct ResourceInfo {
  std::string group, version, plural, singular, kind;
  std::vector<std::string> short_names;
  bool namespaced = true;
  bool has_status = false, has_scale = false;
  bool counts_generation = false;            // metadata.generation is kept (Services, Nodes, Events... have none)
  std::vector<std::string> categories = {};  // "all": what `kubectl get all` shows

  [[nodiscard]] std::string api_version() const { return group.empty() ? version : group + "/" + version; }
  // "pods", "deployments.apps": how messages name it.
  [[nodiscard]] std::string qualified() const { return group.empty() ? plural : plural + "." + group; }
};

[[nodiscard]] const std::vector<ResourceInfo>& catalog();
// None of the kinds served here has the same name in two groups.
[[nodiscard]] const ResourceInfo* resource_by_kind(std::string_view kind);
[[nodiscard]] const ResourceInfo* resource_by_plural(std::string_view group, std::string_view plural);

}  // namespace straycat::cluster
