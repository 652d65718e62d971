// What the embedded cluster will not do that a manifest asks for (model/law.hpp), with where it stands.
#pragma once

#include <string>
#include <vector>

#include "problems.hpp"
#include <straycat/yaml/document.hpp>

namespace straycat::scenario {

// "deployment.yaml:7:3: Deployment/web: spec...hostNetwork has no effect on the embedded cluster: ..."; in the order of
// the law.
[[nodiscard]] std::vector<std::string> told_of(const yaml::Node& manifest, const Source& source, std::size_t nodes);

}  // namespace straycat::scenario
