#include <algorithm>
#include <cctype>

#include "cluster/kinds/defaults.hpp"
#include "cluster/kinds/row.hpp"
#include "cluster/kinds/validation.hpp"

namespace straycat::cluster {
namespace {

void default_definition(json& object) {
  with_default(own_spec(object), "conversion",
               [](json& conversion) { set_default_value(conversion, "strategy", "None"); });
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

std::string stored_version(const json& spec) {
  for (const auto& version : array_or_empty(spec, "versions"))
    if (version.is_object() && version.value("storage", json(false)) == json(true)) return string_or(version, "name");
  return {};
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
  status["storedVersions"] = json::array({stored_version(spec)});
  object["status"] = std::move(status);
}

// A version that objects are stored in from now on is one of those that they may be stored in.
void keep_stored_versions(json& object, const json& current) {
  object["status"] = object_or_empty(object, "status").empty() ? object_or_empty(current, "status")
                                                               : object_or_empty(object, "status");
  auto& stored = object["status"]["storedVersions"];
  if (!stored.is_array()) stored = json::array();
  const json now = stored_version(object_or_empty(object, "spec"));
  if (std::find(stored.begin(), stored.end(), now) == stored.end()) stored.push_back(now);
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
      .types =
          {"apiextensions.v1.CustomResourceDefinition apiVersion=s kind=s metadata:1=meta.v1.ObjectMeta "
           "spec:2=apiextensions.v1.CustomResourceDefinitionSpec "
           "status:3=apiextensions.v1.CustomResourceDefinitionStatus",
           "apiextensions.v1.CustomResourceDefinitionSpec conversion:9=apiextensions.v1.CustomResourceConversion "
           "group:1=s "
           "names:3=apiextensions.v1.CustomResourceDefinitionNames preserveUnknownFields:10=b scope:4=s "
           "versions:7=list(apiextensions.v1.CustomResourceDefinitionVersion)",
           "apiextensions.v1.CustomResourceDefinitionNames categories:6=list(s) kind:4=s listKind:5=s plural:1=s "
           "shortNames:3=list(s) singular:2=s",
           "apiextensions.v1.CustomResourceDefinitionVersion "
           "additionalPrinterColumns:6=list(apiextensions.v1.CustomResourceColumnDefinition) deprecated:7=b "
           "deprecationWarning:8=S name:1=s schema:4=apiextensions.v1.CustomResourceValidation "
           "selectableFields:9=list(apiextensions.v1.SelectableField) served:2=b storage:3=b "
           "subresources:5=apiextensions.v1.CustomResourceSubresources",
           "apiextensions.v1.CustomResourceColumnDefinition description:4=s format:3=s jsonPath:6=s name:1=s "
           "priority:5=n "
           "type:2=s",
           "apiextensions.v1.SelectableField jsonPath:1=s",
           "apiextensions.v1.CustomResourceSubresources scale:2=apiextensions.v1.CustomResourceSubresourceScale "
           "status:1=apiextensions.v1.CustomResourceSubresourceStatus",
           "apiextensions.v1.CustomResourceSubresourceScale labelSelectorPath:3=S specReplicasPath:1=s "
           "statusReplicasPath:2=s",
           "apiextensions.v1.CustomResourceSubresourceStatus",
           "apiextensions.v1.CustomResourceConversion strategy:1=s webhook:2=apiextensions.v1.WebhookConversion",
           "apiextensions.v1.WebhookConversion clientConfig:2=apiextensions.v1.WebhookClientConfig "
           "conversionReviewVersions:3=list(s)",
           "apiextensions.v1.WebhookClientConfig caBundle:2=y service:1=apiextensions.v1.ServiceReference url:3=S",
           "apiextensions.v1.ServiceReference name:2=s namespace:1=s path:3=S port:4=N",
           "apiextensions.v1.CustomResourceDefinitionStatus "
           "acceptedNames:2=apiextensions.v1.CustomResourceDefinitionNames "
           "conditions:1=list(apiextensions.v1.CustomResourceDefinitionCondition;type) observedGeneration:4=n "
           "storedVersions:3=list(s)",
           "apiextensions.v1.CustomResourceDefinitionCondition lastTransitionTime:3=t message:5=s "
           "observedGeneration:6=n "
           "reason:4=s status:2=s type:1=s",
           "apiextensions.v1.CustomResourceValidation openAPIV3Schema:1=apiextensions.v1.JSONSchemaProps",
           "apiextensions.v1.ExternalDocumentation description:1=s url:2=s",
           "apiextensions.v1.ValidationRule fieldPath:5=s message:2=s messageExpression:3=s optionalOldSelf:6=B "
           "reason:4=S "
           "rule:1=s",
           "apiextensions.v1.JSONSchemaProps id:1=s $schema:2=s $ref:3=S description:4=s type:5=s format:6=s title:7=s "
           "default:8=u maximum:9=F exclusiveMaximum:10=b minimum:11=F exclusiveMinimum:12=b maxLength:13=N "
           "minLength:14=N "
           "pattern:15=s maxItems:16=N minItems:17=N uniqueItems:18=b multipleOf:19=F enum:20=list(u) "
           "maxProperties:21=N "
           "minProperties:22=N required:23=list(s) items:24=l allOf:25=list(apiextensions.v1.JSONSchemaProps) "
           "oneOf:26=list(apiextensions.v1.JSONSchemaProps) anyOf:27=list(apiextensions.v1.JSONSchemaProps) "
           "not:28=apiextensions.v1.JSONSchemaProps properties:29=map(apiextensions.v1.JSONSchemaProps) "
           "additionalProperties:30=o patternProperties:31=map(apiextensions.v1.JSONSchemaProps) "
           "dependencies:32=map(w) additionalItems:33=o definitions:34=map(apiextensions.v1.JSONSchemaProps) "
           "externalDocs:35=apiextensions.v1.ExternalDocumentation example:36=u nullable:37=b "
           "x-kubernetes-preserve-unknown-fields:38=B x-kubernetes-embedded-resource:39=b "
           "x-kubernetes-int-or-string:40=b x-kubernetes-list-map-keys:41=list(s) x-kubernetes-list-type:42=S "
           "x-kubernetes-map-type:43=S x-kubernetes-validations:44=list(apiextensions.v1.ValidationRule;rule)"},
      .default_object = default_definition,
      .complete = complete_definition,
      .validate = validate_definition,
      .keep = keep_stored_versions,
  };
}

}  // namespace straycat::cluster
