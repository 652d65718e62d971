// Kinds of other makers (custom resources). A few come in so many charts, without their definitions, that the embedded
// cluster stores them all the same; any other must be defined by a CustomResourceDefinition.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace straycat::model {

struct CustomKind {
  std::string_view name, api_version, plural;
  bool namespaced = true;
  [[nodiscard]] std::string singular() const;  // "servicemonitor"
};

// What defines the others.
inline constexpr CustomKind resource_definition{"CustomResourceDefinition", "apiextensions.k8s.io/v1",
                                                "customresourcedefinitions", false};

[[nodiscard]] std::span<const CustomKind> known_custom_kinds();
// By kind and group, in whatever version; null when it is none of them.
[[nodiscard]] const CustomKind* known_custom_kind(std::string_view name, std::string_view group);

// "Widget.example.org": a kind by its group, whoever made it.
[[nodiscard]] std::string qualified_kind(std::string_view name, std::string_view group);
// What a CustomResourceDefinition defines, in that form; none when the object is no such thing.
[[nodiscard]] std::optional<std::string> defined_by(const nlohmann::json& object);
// Whether an object of this apiVersion ("": not said) and kind is of another maker's kind.
[[nodiscard]] bool is_custom(std::string_view api_version, std::string_view kind);

}  // namespace straycat::model
