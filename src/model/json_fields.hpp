// Tolerant access to JSON that comes from a cluster: a missing field or one of a wrong type reads as the default.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <straycat/core/time.hpp>
#include <straycat/model/objects.hpp>

namespace straycat::model {

// The member `key` of `object`, or null when there is none.
inline const json& member(const json& object, const char* key) {
  static const json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

template <class... Keys>
const json& at_path(const json& object, const char* key, Keys... rest) {
  if constexpr (sizeof...(rest) == 0) {
    return member(object, key);
  } else {
    return at_path(member(object, key), rest...);
  }
}

// What stands at a JSON pointer ("/spec/template"; no key in it has a slash), or null.
inline const json& at_pointer(const json& object, std::string_view pointer) {
  const json* at = &object;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    at = &member(*at, std::string(pointer.substr(0, end)).c_str());
    pointer.remove_prefix(end);
  }
  return *at;
}

inline std::string text(const json& value, std::string fallback = "") {
  return value.is_string() ? value.get<std::string>() : std::move(fallback);
}
inline std::int64_t number(const json& value, std::int64_t fallback = 0) {
  return value.is_number_integer() ? value.get<std::int64_t>() : fallback;
}
inline bool flag(const json& value, bool fallback = false) { return value.is_boolean() ? value.get<bool>() : fallback; }
inline std::optional<bool> optional_flag(const json& value) {
  return value.is_boolean() ? std::optional(value.get<bool>()) : std::nullopt;
}
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
// Calls `f` for each object in an array; anything else is passed over.
template <class F>
void each(const json& array, F f) {
  if (!array.is_array()) return;
  for (const json& item : array) {
    if (item.is_object()) f(item);
  }
}

}  // namespace straycat::model
