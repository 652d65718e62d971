// Small steps over untrusted JSON: none of them throws, whatever the document holds.
#pragma once

#include <string>
#include <utility>

#include <nlohmann/json.hpp>

namespace straycat::cluster {

using json = nlohmann::json;

// Sets `key` unless it is there (null counts as absent). Does nothing when `object` is neither an object nor null.
template <class T>
void set_default(json& object, const char* key, T&& value) {
  if (object.is_null()) object = json::object();
  if (!object.is_object()) return;
  auto& slot = object[key];
  if (slot.is_null()) slot = std::forward<T>(value);
}

// The same for a field that is no pointer in Go: its zero (0, "") counts as absent, too, and typed clients send it for
// what a person left out (kubernetes pkg/apis/*/v1/defaults.go).
template <class T>
void set_default_value(json& object, const char* key, T&& value) {
  if (object.is_object()) {
    if (const auto at = object.find(key); at != object.end() && (*at == json(0) || *at == json(""))) object.erase(at);
  }
  set_default(object, key, std::forward<T>(value));
}

// Calls f with object[key] when that is an object.
template <class F>
void with_object(json& object, const char* key, F&& f) {
  if (!object.is_object()) return;
  if (const auto at = object.find(key); at != object.end() && at->is_object()) f(*at);
}

// Calls f with object[key], which becomes an object when it is not there.
template <class F>
void with_default(json& object, const char* key, F&& f) {
  set_default(object, key, json::object());
  with_object(object, key, std::forward<F>(f));
}

// Calls f with each object in the list object[key].
template <class F>
void each_object(json& object, const char* key, F&& f) {
  if (!object.is_object()) return;
  const auto at = object.find(key);
  if (at == object.end() || !at->is_array()) return;
  for (auto& item : *at) {
    if (item.is_object()) f(item);
  }
}

[[nodiscard]] inline std::string string_or(const json& object, const char* key, std::string fallback = {}) {
  if (!object.is_object()) return fallback;
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : fallback;
}

[[nodiscard]] inline const json& array_or_empty(const json& object, const char* key) {
  static const json none = json::array();
  if (!object.is_object()) return none;
  const auto at = object.find(key);
  return at != object.end() && at->is_array() ? *at : none;
}

[[nodiscard]] inline const json& object_or_empty(const json& object, const char* key) {
  static const json none = json::object();
  if (!object.is_object()) return none;
  const auto at = object.find(key);
  return at != object.end() && at->is_object() ? *at : none;
}

[[nodiscard]] inline std::int64_t integer_or(const json& object, const char* key, std::int64_t fallback = 0) {
  if (!object.is_object()) return fallback;
  const auto at = object.find(key);
  return at != object.end() && at->is_number_integer() ? at->get<std::int64_t>() : fallback;
}

// A string below a JSON pointer ("/metadata/name"); "" when it is not there or is no string.
[[nodiscard]] inline std::string text_at(const json& object, const char* pointer) {
  const json::json_pointer path{pointer};
  if (!object.contains(path)) return {};
  const auto& value = object.at(path);
  return value.is_string() ? value.get<std::string>() : std::string{};
}

// The owner reference with controller: true; null when there is none.
[[nodiscard]] const json* controller_of(const json& object);
// A number, or a share ("25%") of `total` (intstr.GetScaledValueFromIntOrPercent); 0 when it is neither.
[[nodiscard]] std::int64_t resolve_int_or_percent(const json& value, std::int64_t total, bool round_up);

// Five letters of the API server's alphabet (no vowels: no words).
[[nodiscard]] std::string random_suffix();
// A random (version 4) UUID.
[[nodiscard]] std::string random_uid();

}  // namespace straycat::cluster
