#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "kube/json_text.hpp"
#include <straycat/kube/client.hpp>
#include <straycat/model/custom_kinds.hpp>
#include <straycat/model/kinds.hpp>

namespace straycat::kube {

namespace {

// `api_version`: the one of those under which the kind is served that is asked for.
ResourceType type_of(const model::Kind& kind, std::string_view api_version) {
  return {std::string(model::group_of(api_version)), std::string(model::version_of(api_version)),
          std::string(kind.plural), std::string(kind.name), kind.namespaced};
}

ResourceType type_of(const model::CustomKind& kind) {
  return {std::string(model::group_of(kind.api_version)), std::string(model::version_of(kind.api_version)),
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
  if (const model::Kind* row = model::kind_named(kind)) return type_of(*row, row->api_version);
  if (kind == model::resource_definition.name) return type_of(model::resource_definition);
  for (const model::CustomKind& known : model::known_custom_kinds())
    if (known.name == kind) return type_of(known);
  return std::nullopt;
}

std::optional<ResourceType> resource_defined_by(const json& definition, const json& object) {
  const auto api_version = text_at(object, {"apiVersion"});
  const auto kind = text_at(object, {"kind"});
  const auto group = model::group_of(api_version);
  if (model::defined_by(definition) != model::qualified_kind(kind, group)) return std::nullopt;
  return ResourceType{std::string(group), std::string(model::version_of(api_version)),
                      text_at(definition, {"spec", "names", "plural"}), kind,
                      text_at(definition, {"spec", "scope"}) != "Cluster"};
}

Result<ResourceType> resource_for(const json& object) {
  const auto kind = text_at(object, {"kind"});
  const auto api_version = text_at(object, {"apiVersion"});
  if (kind.empty() || api_version.empty()) return bad_input("an object needs apiVersion and kind");
  const model::Kind* row = model::kind_named(kind);
  if (row == nullptr && kind == model::resource_definition.name &&
      api_version == model::resource_definition.api_version)
    return type_of(model::resource_definition);
  if (const auto* known = model::known_custom_kind(kind, model::group_of(api_version))) {
    auto type = type_of(*known);
    type.version = model::version_of(api_version);
    return type;
  }
  if (row == nullptr)
    return bad_input(
        fmt::format("unknown kind {} ({}); known are {}", kind, api_version, fmt::join(model::kind_names(), ", ")));
  if (!row->served_as(api_version))
    return bad_input(fmt::format("{} is served as {}{}{}, not {}", kind, row->api_version,
                                 row->also_as.empty() ? "" : ", ", row->also_as, api_version));
  return type_of(*row, api_version);
}

}  // namespace straycat::kube
