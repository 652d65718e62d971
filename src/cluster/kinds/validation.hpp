// What the API server refuses, in its own words (kubernetes pkg/apis/{core,apps,batch}/validation, apimachinery
// pkg/util/validation). Pure. Objects must have passed the schema's type check and have their defaults.
#pragma once

#include <string>
#include <vector>

#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

[[nodiscard]] Causes validate(const json& object);
// Beside `validate`: what must not change.
[[nodiscard]] Causes validate_update(const json& object, const json& current);

// Building blocks of the rows.
void require(Causes& causes, const std::string& field, const std::string& detail = "");
void refuse(Causes& causes, const std::string& field, const json& value, const std::string& why);
void refuse_unsupported(Causes& causes, const std::string& field, const json& value,
                        const std::vector<std::string>& supported);
void check_port(Causes& causes, const std::string& field, const json& port);
// Names: a DNS label (pods' containers, Services, Namespaces), or a subdomain (most objects).
// A key of a ConfigMap or Secret, which becomes a file's name (validation.IsConfigMapKey).
void check_file_key(Causes& causes, const std::string& field, const std::string& key);
// A path below a volume (validateLocalNonReservedPath): no way out of it, and none of kubelet's own names.
void check_volume_path(Causes& causes, const std::string& field, const std::string& path);
void check_label_name(Causes& causes, const std::string& field, const std::string& name);
void check_labels(Causes& causes, const std::string& field, const json& labels);

// `immutable: true` of a ConfigMap or Secret: it stays, and so do these of its fields
// (validation.ValidateConfigMapUpdate).
void check_immutable(Causes& causes, const json& object, const json& current, const std::vector<const char*>& fields);

// spec[key] is a number that may not be negative.
void check_not_negative(Causes& causes, const json& spec, const char* key);
// spec.template of a workload, with the restart policies that its pods may have.
void check_template(Causes& causes, const json& spec, const std::vector<std::string>& restart_policies);
// spec.selector of a workload, which its template must match. `kind` as the API server words it.
void check_selector(Causes& causes, const json& spec, const std::string& kind);

void validate_pod_spec(Causes& causes, const std::string& field, const json& spec);  // pod_validation.cpp

}  // namespace straycat::cluster
