#include "cluster/kinds/quantity.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace straycat::cluster {
namespace {

// What a suffix multiplies by; nothing when it is none of Kubernetes'.
std::optional<long double> factor_of(std::string_view suffix) {
  constexpr std::string_view decimal = "kMGTPE", binary = "KMGTPE";
  if (suffix.empty()) return 1;
  if (suffix == "n") return 1e-9L;
  if (suffix == "u") return 1e-6L;
  if (suffix == "m") return 1e-3L;
  if (suffix.size() == 1) {
    const auto at = decimal.find(suffix.front());
    return at == std::string_view::npos ? std::nullopt : std::optional(std::pow(1000.0L, static_cast<int>(at) + 1));
  }
  if (suffix.size() == 2 && suffix[1] == 'i') {
    const auto at = binary.find(suffix.front());
    return at == std::string_view::npos ? std::nullopt : std::optional(std::pow(1024.0L, static_cast<int>(at) + 1));
  }
  int exponent = 0;
  if (suffix.front() != 'e' && suffix.front() != 'E') return std::nullopt;
  suffix.remove_prefix(suffix[1] == '+' ? 2 : 1);
  const auto [end, error] = std::from_chars(suffix.data(), suffix.data() + suffix.size(), exponent);
  if (error != std::errc() || end != suffix.data() + suffix.size()) return std::nullopt;
  return std::pow(10.0L, exponent);
}

}  // namespace

std::optional<std::int64_t> parse_quantity_milli(std::string_view text) {
  const auto end = std::min(text.find_first_not_of("+-.0123456789"), text.size());
  if (end == 0) return std::nullopt;
  std::string_view digits = text.substr(0, end);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double number = 0;
  const auto [stop, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::fixed);
  const auto factor = factor_of(text.substr(end));
  if (error != std::errc() || stop != digits.data() + digits.size() || !factor) return std::nullopt;
  const long double milli = std::ceil(static_cast<long double>(number) * *factor * 1000 - 1e-6L);
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  if (std::isnan(milli)) return std::nullopt;
  if (milli >= static_cast<long double>(most)) return most;
  if (milli <= -static_cast<long double>(most)) return -most;
  return static_cast<std::int64_t>(milli);
}

Quantity& Quantity::operator+=(const Quantity& other) {
  if (__builtin_add_overflow(milli, other.milli, &milli)) milli = std::numeric_limits<std::int64_t>::max();
  binary = binary || other.binary;
  return *this;
}

std::string Quantity::text() const {
  if (milli % 1000 != 0) return std::to_string(milli) + "m";
  auto whole = milli / 1000;
  constexpr std::array powers = {"", "Ki", "Mi", "Gi", "Ti", "Pi"};
  std::size_t power = 0;
  while (binary && whole != 0 && whole % 1024 == 0 && power + 1 < powers.size()) {
    whole /= 1024;
    ++power;
  }
  return std::to_string(whole) + powers[power];
}

Quantity quantity_of(const nlohmann::json& value) {
  if (!value.is_string() && !value.is_number()) return {};
  const auto text = value.is_string() ? value.get<std::string>() : value.dump();
  return {parse_quantity_milli(text).value_or(0), text.ends_with('i')};
}

}  // namespace straycat::cluster
