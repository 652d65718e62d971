// Images of registries of one's own, in the place of those that the manifests name.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <straycat/plan/plan.hpp>

namespace straycat::plan {
namespace {

// "registry:5000/team/sayhi:1.2@sha256:..." -> "registry:5000/team/sayhi".
std::string without_tag(const std::string& image) {
  const std::string name = image.substr(0, image.find('@'));
  const auto slash = name.rfind('/');
  const auto colon = name.find(':', slash == std::string::npos ? 0 : slash);
  return name.substr(0, colon);
}

// Every "image" of a container, however deep its pod template lies.
void map_containers(json& object, const std::map<std::string, std::string>& images, std::set<std::string>& seen,
                    std::set<std::string>& used) {
  if (object.is_array()) {
    for (json& item : object) map_containers(item, images, seen, used);
  } else if (object.is_object()) {
    for (const auto& [key, value] : object.items()) {
      if (key != "image" || !value.is_string()) {
        map_containers(value, images, seen, used);
        continue;
      }
      const auto name = value.get<std::string>();
      seen.insert(name);
      auto found = images.find(name);
      if (found == images.end()) found = images.find(without_tag(name));
      if (found == images.end()) continue;
      used.insert(found->first);
      value = found->second;
    }
  }
}

}  // namespace

Result<> map_images(Plan& plan, const std::map<std::string, std::string>& images) {
  std::set<std::string> seen;
  std::set<std::string> used;
  for (Step& step : plan.steps) {
    for (Manifest& manifest : manifests_of(step.action)) {
      if (manifest.object.contains("spec")) map_containers(manifest.object["spec"], images, seen, used);
    }
  }
  for (const auto& [name, other] : images) {
    if (!used.contains(name))
      return bad_input(fmt::format("--image {}={}: no manifest names this image (they name {})", name, other,
                                   seen.empty() ? "none" : fmt::format("{}", fmt::join(seen, ", "))));
  }
  return {};
}

}  // namespace straycat::plan
