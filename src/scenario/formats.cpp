#include "formats.hpp"

#include <algorithm>
#include <charconv>

#include <straycat/core/time.hpp>

namespace straycat::scenario {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool lower_or_digit(char c) { return digit(c) || (c >= 'a' && c <= 'z'); }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool hexadecimal(char c) { return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

template <class Predicate>
bool all(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

// Digits, then perhaps a point and one to six digits.
std::optional<double> decimal(std::string_view text, std::size_t most_digits) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (whole.empty() || whole.size() > most_digits || !all(whole, digit)) return std::nullopt;
  if (point != std::string_view::npos) {
    const std::string_view fraction = text.substr(point + 1);
    if (fraction.empty() || fraction.size() > 6 || !all(fraction, digit)) return std::nullopt;
  }
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// A name that begins and ends with a letter or digit; dashes, and dots where `dots`, inside.
bool is_name(std::string_view text, bool dots, std::size_t most) {
  if (text.empty() || text.size() > most || !lower_or_digit(text.front()) || !lower_or_digit(text.back())) return false;
  return all(text, [&](char c) { return lower_or_digit(c) || c == '-' || (dots && c == '.'); });
}

// Kind/name or Kind.group/name, by shape; whether the kind exists is asked later.
bool is_target(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || !is_name(text.substr(slash + 1), true, 320)) return false;
  const std::string_view kind = text.substr(0, slash);
  const std::size_t dot = kind.find('.');
  const std::string_view word = kind.substr(0, dot);
  if (word.empty() || !all(word, letter)) return false;
  if (dot == std::string_view::npos) return true;
  const std::string_view group = kind.substr(dot + 1);
  return !group.empty() && all(group, [](char c) { return lower_or_digit(c) || c == '.'; });
}

bool is_service(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (!is_name(text.substr(0, dot), false, 1000)) return false;
  return dot == std::string_view::npos || is_name(text.substr(dot + 1), false, 1000);
}

std::optional<int> parse_port(std::string_view text) {
  int port = 0;
  if (text.empty() || text.size() > 5 || !all(text, digit)) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port;
}

// "host", "[::1]", with ":port" perhaps.
bool take_host(std::string_view authority, Url& url) {
  std::size_t end = authority.starts_with('[') ? authority.find(']') : authority.find(':');
  if (authority.starts_with('[')) {
    if (end == std::string_view::npos || end < 2) return false;
    if (!all(authority.substr(1, end - 1), [](char c) { return hexadecimal(c) || c == ':' || c == '.'; })) return false;
    ++end;
  } else {
    end = std::min(end, authority.size());
    const auto allowed = [](char c) { return letter(c) || digit(c) || c == '.' || c == '_' || c == '-'; };
    if (end == 0 || !all(authority.substr(0, end), allowed)) return false;
  }
  url.host = authority.substr(0, end);
  if (end == authority.size()) return true;
  const std::optional<int> port = authority[end] == ':' ? parse_port(authority.substr(end + 1)) : std::nullopt;
  if (port) url.port = *port;
  return port.has_value();
}

}  // namespace

std::optional<double> parse_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || text.size() != slash + 2) return std::nullopt;
  const std::optional<double> number = decimal(text.substr(0, slash), 6);
  const char unit = text.back();
  if (!number || *number <= 0 || (unit != 's' && unit != 'm' && unit != 'h')) return std::nullopt;
  return *number / (unit == 's' ? 1 : unit == 'm' ? 60 : 3600);
}

std::optional<double> parse_share(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  const std::optional<double> number = decimal(text.substr(0, text.size() - 1), 3);
  const bool fits = number && (text.find_first_of(".%") <= 2 || (text.starts_with("100") && *number == 100));
  return fits ? std::optional<double>(*number / 100) : std::nullopt;
}

bool is_label_name(std::string_view text) { return is_name(text, false, 63); }
bool is_object_name(std::string_view text) { return is_name(text, true, 253); }

std::optional<Url> parse_url(std::string_view text) {
  Url url;
  url.scheme = text.starts_with("https://") ? "https" : "http";
  url.port = url.scheme == "https" ? 443 : 80;
  if (!text.starts_with(url.scheme + "://") || std::any_of(text.begin(), text.end(), space)) return std::nullopt;
  text.remove_prefix(url.scheme.size() + 3);
  std::string_view authority = text.substr(0, text.find_first_of("/?#"));
  const std::size_t at = authority.find('@');
  if (at != std::string_view::npos) authority.remove_prefix(at + 1);
  return take_host(authority, url) ? std::optional<Url>(url) : std::nullopt;
}

bool passes(std::string_view check, std::string_view text) {
  if (check == "name") return is_name(text, false, 63);
  if (check == "duration") return parse_duration(text).has_value();
  if (check == "rate") return parse_rate(text).has_value();
  if (check == "share") return parse_share(text).has_value();
  if (check == "target") return is_target(text);
  if (check == "path") return !text.empty() && text.front() != '/';
  if (check == "url") return parse_url(text).has_value();
  if (check == "service") return is_service(text);
  if (check == "condition") return !text.empty() && text.front() >= 'A' && text.front() <= 'Z' && all(text, letter);
  return false;  // a check that nobody wrote: refuse everything, so that a test notices
}

}  // namespace straycat::scenario
