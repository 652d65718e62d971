#include "cluster/kinds/json_help.hpp"

#include <algorithm>
#include <charconv>
#include <random>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace straycat::cluster {

const json* controller_of(const json& object) {
  for (const auto& owner : array_or_empty(object_or_empty(object, "metadata"), "ownerReferences"))
    if (owner.is_object() && owner.value("controller", json(false)) == json(true)) return &owner;
  return nullptr;
}

std::int64_t resolve_int_or_percent(const json& value, std::int64_t total, bool round_up) {
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_string()) return 0;
  const auto& text = value.get_ref<const std::string&>();
  std::int64_t percent = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  if (error != std::errc{} || std::string_view(stop) != "%") return 0;
  constexpr std::int64_t most = INT32_MAX;  // a product of two such is one still
  const auto parts = std::clamp<std::int64_t>(percent, 0, most) * std::clamp<std::int64_t>(total, 0, most);
  return round_up ? (parts + 99) / 100 : parts / 100;
}

std::string random_suffix() {
  static constexpr std::string_view letters = "bcdfghjklmnpqrstvwxz2456789";  // apimachinery pkg/util/rand
  std::random_device source;
  std::uniform_int_distribution<std::size_t> pick{0, letters.size() - 1};
  std::string out;
  for (int i = 0; i < 5; ++i) out += letters[pick(source)];
  return out;
}

std::string random_uid() {
  boost::uuids::random_generator make;
  return boost::uuids::to_string(make());
}

}  // namespace straycat::cluster
