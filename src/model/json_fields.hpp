// What the projections read besides texts, numbers and flags.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <straycat/core/json_access.hpp>
#include <straycat/core/time.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::model {

inline std::optional<bool> optional_flag(const json& value) {
  return value.is_boolean() ? std::optional(value.get<bool>()) : std::nullopt;
}
inline std::optional<int> optional_number(const json& value) { return TreeSource::whole<int>(&value); }
// A metav1.Time, 0 when absent or unreadable.
inline std::int64_t wall(const json& value) {
  if (!value.is_string()) return 0;
  const Result<std::int64_t> parsed = parse_wall(value.get_ref<const std::string&>());
  return parsed ? *parsed : 0;
}
inline Labels labels_of(const json& value) {
  Labels labels;
  if (!value.is_object()) return labels;
  for (const auto& [key, item] : value.items()) {
    if (item.is_string()) labels[key] = item.get<std::string>();
  }
  return labels;
}
inline std::vector<std::string> texts(const json& value) {
  std::vector<std::string> all;
  if (!value.is_array()) return all;
  for (const json& item : value) {
    if (item.is_string()) all.push_back(item.get<std::string>());
  }
  return all;
}
}  // namespace straycat::model
