// Tolerant access to JSON from elsewhere (a cluster, a manifest, an answer): what is absent or of another type reads as
// the fallback, and nothing throws, whatever the document.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <straycat/core/fields.hpp>

namespace straycat {

// The member `key` of an object, or null.
[[nodiscard]] inline const nlohmann::json& member(const nlohmann::json& object, const char* key) {
  static const nlohmann::json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

// object[a][b]..., or null.
using JsonPath = std::initializer_list<const char*>;
[[nodiscard]] inline const nlohmann::json& at_path(const nlohmann::json& object, JsonPath path) {
  const nlohmann::json* at = &object;
  for (const char* key : path) at = &member(*at, key);
  return *at;
}

// What stands at a JSON pointer ("/spec/template"; no key in it has a slash), or null.
[[nodiscard]] inline const nlohmann::json& at_path(const nlohmann::json& object, std::string_view pointer) {
  const nlohmann::json* at = &object;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    at = &member(*at, std::string(pointer.substr(0, end)).c_str());
    pointer.remove_prefix(end);
  }
  return *at;
}

[[nodiscard]] inline std::string as_text(const nlohmann::json& value, std::string fallback = {}) {
  return value.is_string() ? value.get<std::string>() : std::move(fallback);
}
// A whole number that fits.
template <std::integral T = std::int64_t>
[[nodiscard]] T as_number(const nlohmann::json& value, T fallback = 0) {
  return TreeSource::whole<T>(&value).value_or(fallback);
}
[[nodiscard]] inline bool as_flag(const nlohmann::json& value, bool fallback = false) {
  return value.is_boolean() ? value.get<bool>() : fallback;
}

// All of these take either form of path.
[[nodiscard]] inline std::string text_at(const nlohmann::json& object, JsonPath path, std::string fallback = {}) {
  return as_text(at_path(object, path), std::move(fallback));
}
[[nodiscard]] inline std::string text_at(const nlohmann::json& object, std::string_view path,
                                         std::string fallback = {}) {
  return as_text(at_path(object, path), std::move(fallback));
}
template <std::integral T = std::int64_t>
[[nodiscard]] T number_at(const nlohmann::json& object, JsonPath path, T fallback = 0) {
  return as_number<T>(at_path(object, path), fallback);
}
template <std::integral T = std::int64_t>
[[nodiscard]] T number_at(const nlohmann::json& object, std::string_view path, T fallback = 0) {
  return as_number<T>(at_path(object, path), fallback);
}
[[nodiscard]] inline bool flag_at(const nlohmann::json& object, JsonPath path, bool fallback = false) {
  return as_flag(at_path(object, path), fallback);
}

// Calls `f` for each object in an array; whatever else stands there is passed over.
template <class F>
void each_object(const nlohmann::json& array, F f) {
  if (!array.is_array()) return;
  for (const nlohmann::json& item : array) {
    if (item.is_object()) f(item);
  }
}

}  // namespace straycat
