#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "plan/verbs.hpp"
#include <straycat/core/json_access.hpp>

namespace straycat::plan {
namespace {

std::string display(const Manifest& manifest) {
  return text_at(manifest.object, "/kind", "?") + "/" + text_at(manifest.object, "/metadata/name", "?");
}

void add_once(std::vector<std::string>& list, std::string item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(std::move(item));
}

std::string words(const Apply& apply) {
  std::vector<std::string> files, objects;
  for (const Manifest& manifest : apply.manifests) {
    add_once(files, manifest.file);
    add_once(objects, display(manifest));
  }
  return fmt::format("{} {} ({})", to_string(Apply::verb), fmt::join(files, ", "), fmt::join(objects, ", "));
}

json write(const Apply& apply, bool for_log) {
  json manifests = json::array();
  for (const Manifest& manifest : apply.manifests) {
    manifests.push_back({{"file", manifest.file},
                         {"line", manifest.line},
                         {"object", for_log ? public_part(manifest.object) : manifest.object}});
  }
  return {{"manifests", manifests}};
}

Apply read(const json& in) {
  Apply apply;
  for (const json& manifest : in.at("manifests")) {
    apply.manifests.push_back(
        {manifest.at("object"), manifest.at("file").get<std::string>(), manifest.value("line", 0)});
  }
  return apply;
}

}  // namespace

Telling<Apply> apply_verb() { return {words, write, read}; }

}  // namespace straycat::plan
