// Source of the rules: go-yaml v2 resolve.go and Go's strconv.ParseInt(text, 0, 64), as sigs.k8s.io/yaml uses them.
#include "resolve.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace straycat::yaml {
namespace {

using json = nlohmann::json;
using Type = Node::Type;

struct Word {
  std::string_view text;
  Type type;
  double number;  // for real; 1 or 0 for boolean
};
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<Word, 39> words{{
    {"y", Type::boolean, 1},
    {"Y", Type::boolean, 1},
    {"yes", Type::boolean, 1},
    {"Yes", Type::boolean, 1},
    {"YES", Type::boolean, 1},
    {"true", Type::boolean, 1},
    {"True", Type::boolean, 1},
    {"TRUE", Type::boolean, 1},
    {"on", Type::boolean, 1},
    {"On", Type::boolean, 1},
    {"ON", Type::boolean, 1},
    {"n", Type::boolean, 0},
    {"N", Type::boolean, 0},
    {"no", Type::boolean, 0},
    {"No", Type::boolean, 0},
    {"NO", Type::boolean, 0},
    {"false", Type::boolean, 0},
    {"False", Type::boolean, 0},
    {"FALSE", Type::boolean, 0},
    {"off", Type::boolean, 0},
    {"Off", Type::boolean, 0},
    {"OFF", Type::boolean, 0},
    {"", Type::null, 0},
    {"~", Type::null, 0},
    {"null", Type::null, 0},
    {"Null", Type::null, 0},
    {"NULL", Type::null, 0},
    {".nan", Type::real, not_a_number},
    {".NaN", Type::real, not_a_number},
    {".NAN", Type::real, not_a_number},
    {".inf", Type::real, infinity},
    {".Inf", Type::real, infinity},
    {".INF", Type::real, infinity},
    {"+.inf", Type::real, infinity},
    {"+.Inf", Type::real, infinity},
    {"+.INF", Type::real, infinity},
    {"-.inf", Type::real, -infinity},
    {"-.Inf", Type::real, -infinity},
    {"-.INF", Type::real, -infinity},
}};

bool digit(char c) { return c >= '0' && c <= '9'; }

// Strips the base's prefix as Go does for base 0: 0x, 0b, 0o, and a bare leading 0 for octal.
int take_base(std::string_view& digits) {
  if (digits.size() < 2 || digits[0] != '0') return 10;
  const char mark = static_cast<char>(digits[1] | 0x20);
  const int base = mark == 'x' ? 16 : mark == 'b' ? 2 : mark == 'o' ? 8 : 0;
  digits.remove_prefix(base == 0 ? 1 : 2);
  return base == 0 ? 8 : base;
}

// strconv.ParseInt, then ParseUint (which takes no sign). The text has no underscores left.
std::optional<json> parse_integer(std::string_view text) {
  const bool sign = text.starts_with('-') || text.starts_with('+');
  const bool negative = text.starts_with('-');
  std::string_view digits = sign ? text.substr(1) : text;
  const int base = take_base(digits);
  std::uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  constexpr std::uint64_t top = std::uint64_t{1} << 63;
  if (negative) return magnitude > top ? std::nullopt : std::optional<json>(static_cast<std::int64_t>(0 - magnitude));
  if (magnitude < top) return json(static_cast<std::int64_t>(magnitude));
  return sign ? std::nullopt : std::optional<json>(magnitude);
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && digit(text[at])) ++at;
  return at;
}

// ^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$
bool looks_real(std::string_view text) {
  std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  const std::size_t whole = skip_digits(text, at);
  const bool has_whole = whole > at;
  at = whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = skip_digits(text, at + 1);
    if (!has_whole && fraction == at + 1) return false;
    at = fraction;
  } else if (!has_whole) {
    return false;
  }
  if (at < text.size() && (text[at] | 0x20) == 'e') {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    const std::size_t exponent = skip_digits(text, at);
    if (exponent == at) return false;
    at = exponent;
  }
  return at == text.size();
}

// Too large a number stays text, as Go's ParseFloat fails on it.
std::optional<json> parse_real(std::string_view text) {
  if (!looks_real(text)) return std::nullopt;
  const double number = std::strtod(std::string(text).c_str(), nullptr);
  return std::isinf(number) ? std::nullopt : std::optional<json>(number);
}

Scalar number_or_text(std::string_view text) {
  std::string plain(text);
  if (text.front() != '.') std::erase(plain, '_');
  if (text.front() != '.') {
    if (auto integer = parse_integer(plain)) return {Type::integer, *integer};
  }
  if (auto real = parse_real(plain)) return {Type::real, *real};
  return {Type::string, std::string(text)};
}

std::string_view short_tag(std::string_view tag) {
  constexpr std::string_view prefix = "tag:yaml.org,2002:";
  return tag.starts_with(prefix) ? tag.substr(prefix.size()) : std::string_view{};
}

std::optional<Type> type_of_tag(std::string_view tag) {
  if (tag == "int") return Type::integer;
  if (tag == "float") return Type::real;
  if (tag == "bool") return Type::boolean;
  if (tag == "null") return Type::null;
  return std::nullopt;  // str, timestamp and tags of other makes: text
}

}  // namespace

Scalar resolve_plain(std::string_view text) {
  for (const Word& word : words) {
    if (word.text != text) continue;
    if (word.type == Type::null) return {Type::null, nullptr};
    return word.type == Type::boolean ? Scalar{Type::boolean, word.number != 0} : Scalar{Type::real, word.number};
  }
  const char first = text.front();
  if (digit(first) || first == '+' || first == '-' || first == '.') return number_or_text(text);
  return {Type::string, std::string(text)};
}

Result<Scalar> resolve_tagged(std::string_view tag, std::string_view text) {
  const std::string_view name = short_tag(tag);
  if (name == "binary") return bad_input("!!binary is not supported: JSON has no place for bytes");
  const std::optional<Type> wanted = type_of_tag(name);
  if (!wanted) return Scalar{Type::string, std::string(text)};
  Scalar scalar = resolve_plain(text);
  if (wanted == Type::real && scalar.type == Type::integer) return Scalar{Type::real, scalar.value.get<double>()};
  if (scalar.type != *wanted) return bad_input(fmt::format("\"{}\" is not of the type !!{}", text, name));
  return scalar;
}

Result<std::string> key_text(const Scalar& scalar) {
  switch (scalar.type) {
    case Type::string:
      return scalar.value.get<std::string>();
    case Type::boolean:
      return std::string(scalar.value.get<bool>() ? "true" : "false");
    case Type::integer:
      return scalar.value.dump();
    case Type::real:
      return fmt::format("{:g}", static_cast<float>(scalar.value.get<double>()));
    default:
      return bad_input("a key cannot be null");
  }
}

}  // namespace straycat::yaml
