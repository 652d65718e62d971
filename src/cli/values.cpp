#include "cli/values.hpp"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include <straycat/probe/pacing.hpp>

namespace straycat::cli {
namespace {

// Digits, and a point perhaps; nothing else, as strtod() would take (hex, "inf", blanks).
std::optional<double> plain_number(std::string_view text) {
  double value = 0;
  if (text.empty() || text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<Nanos> duration_value(std::string_view flag, const std::string& text) {
  if (text == "0") return Nanos{0};
  const Result<Nanos> length = parse_duration(text);
  if (!length) return bad_input(fmt::format("{} {}: {}", flag, text, length.error().message));
  return *length;
}

Result<double> rate_value(std::string_view flag, const std::string& text) {
  const Result<double> rate = probe::parse_rate(text);
  if (!rate) return bad_input(fmt::format("{} {}: {}", flag, text, rate.error().message));
  return *rate;
}

Result<plan::Budget> budget_value(std::string_view flag, const std::string& text) {
  if (text.ends_with('%')) {
    const auto share = plain_number(std::string_view(text).substr(0, text.size() - 1));
    if (share && *share <= 100) return plan::Budget{true, *share / 100};
  } else if (text.find('.') == std::string::npos) {
    if (const auto count = plain_number(text)) return plan::Budget{false, *count};
  }
  return bad_input(fmt::format("{} {}: expected a share of the requests (1%) or a count of them (12)", flag, text));
}

const std::vector<ValueWords>& value_types() {
  static const std::vector<ValueWords> all = {
      {"BUDGET", "requests that may fail: a share of them (0.5%) or a count (12)"},
      {"DURATION", "300ms, 1s, 2m30s, 1h"},
      {"FILE", "a path; where a text is written, - is standard output"},
      {"GLOB", "a name with * and ?"},
      {"KIND/NAME", "deploy/web, Job/import: a kind as kubectl takes it, and a name"},
      {"RATE", "requests a second, minute or hour: 100/s, 30/m, 12/h"},
      {"SELECTOR", "labels as kubectl's -l takes them: app=web,tier!=db"},
      {"SHAPE", "a RATE; a ramp, 10/s..1000/s:30s; steps, 100/s:10s,1000/s:10s"},
      {"SHARE", "a part of the whole, 0 to 1"},
  };
  return all;
}

}  // namespace straycat::cli
