// The resources that the embedded cluster serves.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace straycat::cluster {

struct ResourceInfo {
  std::string group, version, plural, singular, kind;
  std::vector<std::string> short_names;
  bool namespaced = true;
  bool has_status = false, has_scale = false;
  [[nodiscard]] std::string api_version() const { return group.empty() ? version : group + "/" + version; }
};

[[nodiscard]] const std::vector<ResourceInfo>& catalog();
[[nodiscard]] const ResourceInfo* resource_by_kind(std::string_view kind);
[[nodiscard]] const ResourceInfo* resource_by_plural(std::string_view group, std::string_view plural);

}  // namespace straycat::cluster
