// Walks a document along the schema. Knows exactly the keywords that schema.cpp uses, and says what is wrong where.
#pragma once

#include <nlohmann/json.hpp>

#include "problems.hpp"
#include <straycat/yaml/document.hpp>

namespace straycat::scenario {

// Adds a problem for each place where `root` is not as `schema` says.
void check_shape(const yaml::Node& root, const nlohmann::json& schema, const Source& source, Problems& problems);

}  // namespace straycat::scenario
