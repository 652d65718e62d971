#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "kube/json_text.hpp"
#include <straycat/kube/client.hpp>
#include <straycat/model/kinds.hpp>

namespace straycat::kube {

namespace {

// `api_version`: the one of those under which the kind is served that is asked for.
ResourceType type_of(const model::Kind& kind, std::string_view api_version) {
  return {std::string(model::group_of(api_version)), std::string(model::version_of(api_version)),
          std::string(kind.plural), std::string(kind.name), kind.namespaced};
}

}  // namespace

std::string ResourceType::path(const std::string& ns, const std::string& name) const {
  std::string out = group.empty() ? "/api/" + version : "/apis/" + group + "/" + version;
  if (namespaced && !ns.empty()) out += "/namespaces/" + ns;
  out += "/" + plural;
  if (!name.empty()) out += "/" + name;
  return out;
}

std::optional<ResourceType> resource_for_kind(std::string_view kind) {
  const model::Kind* row = model::kind_named(kind);
  if (row == nullptr) return std::nullopt;
  return type_of(*row, row->api_version);
}

Result<ResourceType> resource_for(const json& object) {
  const auto kind = text_at(object, {"kind"});
  const auto api_version = text_at(object, {"apiVersion"});
  if (kind.empty() || api_version.empty()) return bad_input("an object needs apiVersion and kind");
  const model::Kind* row = model::kind_named(kind);
  if (row == nullptr)
    return bad_input(
        fmt::format("unknown kind {} ({}); known are {}", kind, api_version, fmt::join(model::kind_names(), ", ")));
  if (!row->served_as(api_version))
    return bad_input(fmt::format("{} is served as {}{}{}, not {}", kind, row->api_version,
                                 row->also_as.empty() ? "" : ", ", row->also_as, api_version));
  return type_of(*row, api_version);
}

}  // namespace straycat::kube
