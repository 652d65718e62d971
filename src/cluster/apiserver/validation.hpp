// What the API server refuses, in its own words (kubernetes pkg/apis/{core,apps,batch}/validation, apimachinery
// pkg/util/validation). Pure. Objects must have passed the schema's type check and have their defaults.
#pragma once

#include <vector>

#include "cluster/apiserver/status.hpp"

namespace straycat::cluster {

using Causes = std::vector<Cause>;

[[nodiscard]] Causes validate(const json& object);
// Beside `validate`: what must not change.
[[nodiscard]] Causes validate_update(const json& object, const json& current);

// Building blocks, shared by the files of the validation.
void require(Causes& causes, const std::string& field, const std::string& detail = "");
void refuse(Causes& causes, const std::string& field, const json& value, const std::string& why);
void refuse_unsupported(Causes& causes, const std::string& field, const json& value,
                        const std::vector<std::string>& supported);
void check_port(Causes& causes, const std::string& field, const json& port);
// Names: a DNS label (pods' containers, Services, Namespaces), or a subdomain (most objects).
void check_label_name(Causes& causes, const std::string& field, const std::string& name);
void check_labels(Causes& causes, const std::string& field, const json& labels);

void validate_pod_spec(Causes& causes, const std::string& field, const json& spec);  // pod_validation.cpp

}  // namespace straycat::cluster
