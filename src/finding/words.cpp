#include <straycat/finding/words.hpp>

namespace straycat::finding {

std::string safe(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return out;
}

std::string display(const model::ObjectRef& ref) { return safe(ref.display()); }

std::string grouped(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

std::string count(std::uint64_t number, std::string_view singular, std::string_view plural) {
  const std::string many = plural.empty() ? std::string(singular) + "s" : std::string(plural);
  return grouped(number) + " " + (number == 1 ? std::string(singular) : many);
}

std::string in_ms(std::int64_t ns) {
  const auto length = static_cast<std::uint64_t>(ns < 0 ? -ns : ns);
  if (length < 1'000'000) return "under 1 ms";
  return grouped((length + 500'000) / 1'000'000) + " ms";
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "0.0 %";
  const auto per_mille = (part * 1000 + whole / 2) / whole;
  return std::to_string(per_mille / 10) + "." + std::to_string(per_mille % 10) + " %";
}

}  // namespace straycat::finding
