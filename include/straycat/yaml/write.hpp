// A document as YAML that a person reads and kubectl takes.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace straycat::yaml {

// Mappings in the order given; a string of several lines as a literal block, one that is no plain word in quotes. What
// `parse` reads of it is what was written.
[[nodiscard]] std::string write(const nlohmann::ordered_json& document);

}  // namespace straycat::yaml
