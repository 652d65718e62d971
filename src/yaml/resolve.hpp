// What a scalar means: YAML 1.1 as go-yaml v2 (the library inside kubectl) reads it. Pure.
#pragma once

#include <string>
#include <string_view>

#include <straycat/yaml/document.hpp>

namespace straycat::yaml {

struct Scalar {
  Node::Type type = Node::Type::string;
  nlohmann::json value;
};

// A plain scalar without a tag. Infinity and NaN come back as real with a non-finite value.
[[nodiscard]] Scalar resolve_plain(std::string_view text);

// With an explicit tag ("tag:yaml.org,2002:int"). Errors: the text is not of that type, or !!binary.
[[nodiscard]] Result<Scalar> resolve_tagged(std::string_view tag, std::string_view text);

// The JSON key that a scalar key becomes. Errors: a null key (kubectl: "unsupported map key").
[[nodiscard]] Result<std::string> key_text(const Scalar& scalar);

}  // namespace straycat::yaml
