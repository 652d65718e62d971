#include "cluster/kinds/quantity.hpp"

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
  if (milli >= static_cast<long double>(most)) return most;
  return static_cast<std::int64_t>(milli);
}

}  // namespace straycat::cluster
