#include <algorithm>
#include <cctype>

#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

void default_definition(json& object) {
  with_object(own_spec(object), "names", [](json& names) {
    auto kind = string_or(names, "kind");
    set_default(names, "listKind", kind + "List");
    std::transform(kind.begin(), kind.end(), kind.begin(), [](unsigned char c) { return std::tolower(c); });
    set_default(names, "singular", kind);
  });
}

// apiextensions-apiserver pkg/apis/apiextensions/validation, as far as a kind cannot be served without it.
void validate_definition(Causes& causes, const json& object) {
  const auto& spec = object_or_empty(object, "spec");
  const auto& names = object_or_empty(spec, "names");
  const auto wanted = string_or(names, "plural") + "." + string_or(spec, "group");
  const auto name = text_at(object, "/metadata/name");
  if (name != wanted) refuse(causes, "metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
  for (const char* key : {"plural", "kind"})
    if (string_or(names, key).empty()) require(causes, "spec.names." + std::string(key));
  if (string_or(spec, "group").empty()) require(causes, "spec.group");
  const auto scope = string_or(spec, "scope");
  if (scope != "Namespaced" && scope != "Cluster")
    refuse_unsupported(causes, "spec.scope", scope, {"Cluster", "Namespaced"});
  const auto& versions = array_or_empty(spec, "versions");
  const auto stored = std::count_if(versions.begin(), versions.end(), [](const json& version) {
    return version.is_object() && version.value("storage", json(false)) == json(true);
  });
  if (stored != 1) refuse(causes, "spec.versions", versions, "must have exactly one version marked as storage version");
}

json condition(const char* type, const char* reason, const char* message, const json& made) {
  return {{"type", type}, {"status", "True"}, {"reason", reason}, {"message", message}, {"lastTransitionTime", made}};
}

// The kind is served from the moment at which its definition is stored.
void complete_definition(json& object) {
  const auto& spec = object_or_empty(object, "spec");
  auto status = json::object();
  const json made = text_at(object, "/metadata/creationTimestamp");
  status["conditions"] =
      json::array({condition("NamesAccepted", "NoConflicts", "no conflicts found", made),
                   condition("Established", "InitialNamesAccepted", "the initial names have been accepted", made)});
  status["acceptedNames"] = object_or_empty(spec, "names");
  status["storedVersions"] = json::array();
  for (const auto& version : array_or_empty(spec, "versions"))
    if (version.is_object() && version.value("storage", json(false)) == json(true))
      status["storedVersions"].push_back(string_or(version, "name"));
  object["status"] = std::move(status);
}

}  // namespace

KindRow custom_resource_definition_row() {
  return {
      .kind = "CustomResourceDefinition",
      .group = "apiextensions.k8s.io",
      .version = "v1",
      .plural = "customresourcedefinitions",
      .singular = "customresourcedefinition",
      .short_names = {"crd", "crds"},
      .namespaced = false,
      .has_status = true,
      .counts_generation = true,
      .categories = {"api-extensions"},
      // Only a validator would read the schemas in it, so that its spec has no type.
      .types = {"apiextensions.v1.CustomResourceDefinition apiVersion=s kind=s metadata=meta.v1.ObjectMeta spec=u "
                "status=u"},
      .default_object = default_definition,
      .complete = complete_definition,
      .validate = validate_definition,
  };
}

}  // namespace straycat::cluster
