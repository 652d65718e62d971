#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <limits>
#include <time.h>

#include <fmt/format.h>

#include <straycat/core/time.hpp>

namespace straycat {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

std::int64_t read_clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * second_ns + now.tv_nsec;
}

struct Unit {
  std::string_view name;
  std::int64_t ns;
};
// Longer names first, so that "ms" is not read as "m".
constexpr std::array<Unit, 7> units{{{"ns", 1},
                                     {"us", 1'000},
                                     {"µs", 1'000},
                                     {"ms", 1'000'000},
                                     {"s", second_ns},
                                     {"m", 60 * second_ns},
                                     {"h", 3'600 * second_ns}}};

const Unit* unit_at(std::string_view text) {
  for (const Unit& unit : units) {
    if (text.starts_with(unit.name)) return &unit;
  }
  return nullptr;
}

Error not_a_duration(std::string_view text) {
  return bad_input(
      fmt::format("\"{}\" is not a duration: expected a number with a unit, such as 300ms, 1s, 2m30s or 1h", text));
}

// Digits of a fraction of a second, as nanoseconds; more than nine are cut.
std::int64_t fraction_ns(std::string_view digits) {
  std::int64_t ns = 0;
  for (std::size_t i = 0; i < 9; ++i) ns = ns * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  return ns;
}

}  // namespace

Stamp monotonic_now() { return {read_clock(CLOCK_MONOTONIC)}; }
std::int64_t wall_now_ns() { return read_clock(CLOCK_REALTIME); }

std::string format_wall(std::int64_t wall_ns) {
  std::int64_t seconds = wall_ns / second_ns;
  std::int64_t rest = wall_ns % second_ns;
  if (rest < 0) {
    rest += second_ns;
    --seconds;
  }
  const time_t whole = seconds;
  tm parts{};
  gmtime_r(&whole, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, rest / 1'000'000);
}

Result<std::int64_t> parse_wall(std::string_view text) {
  const std::string copy(text);
  tm parts{};
  int used = 0;
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
                  &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &used) != 6) {
    return bad_input(fmt::format("\"{}\" is not an RFC 3339 time", text));
  }
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  std::string_view rest = std::string_view(copy).substr(static_cast<std::size_t>(used));
  std::int64_t fraction = 0;
  if (rest.starts_with('.')) {
    std::size_t digits = 1;
    while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') ++digits;
    fraction = fraction_ns(rest.substr(1, digits - 1));
    rest.remove_prefix(digits);
  }
  std::int64_t offset = 0;
  int hours = 0, minutes = 0;
  char sign = 0;
  if (rest != "Z" && rest != "z") {
    if (std::sscanf(std::string(rest).c_str(), "%c%2d:%2d", &sign, &hours, &minutes) != 3 ||
        (sign != '+' && sign != '-')) {
      return bad_input(fmt::format("\"{}\" is not an RFC 3339 time: no zone", text));
    }
    offset = (hours * 3'600 + minutes * 60) * (sign == '-' ? -1 : 1);
  }
  // The years 1677 to 2262 fit into nanoseconds; what is "never" to others (9999, 0001) is the end of them.
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / second_ns - 1;
  const std::int64_t seconds = std::clamp(std::int64_t{timegm(&parts)} - offset, -most, most);
  return seconds * second_ns + fraction;
}

Result<Nanos> parse_duration(std::string_view text) {
  std::string_view rest = text;
  double total = 0;
  if (rest.empty()) return not_a_duration(text);
  while (!rest.empty()) {
    double number = 0;
    if ((rest.front() < '0' || rest.front() > '9') && rest.front() != '.') return not_a_duration(text);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    if (error != std::errc{}) return not_a_duration(text);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const Unit* unit = unit_at(rest);
    if (unit == nullptr) return not_a_duration(text);
    rest.remove_prefix(unit->name.size());
    total += number * static_cast<double>(unit->ns);
  }
  if (total > 9.0e18) return bad_input(fmt::format("\"{}\" is too long a duration", text));
  return Nanos{static_cast<std::int64_t>(total + 0.5)};
}

std::string format_duration(Nanos length) {
  const std::int64_t ns = length.count();
  if (ns < 0) return "-" + format_duration(Nanos{-ns});
  if (ns == 0) return "0s";
  if (ns < 1'000) return fmt::format("{}ns", ns);
  if (ns < 1'000'000) return fmt::format("{}us", static_cast<double>(ns) / 1e3);
  if (ns < second_ns) return fmt::format("{}ms", static_cast<double>(ns) / 1e6);
  const std::int64_t hours = ns / (3'600 * second_ns);
  const std::int64_t minutes = ns / (60 * second_ns) % 60;
  const std::int64_t rest = ns % (60 * second_ns);
  std::string text;
  if (hours > 0) text += fmt::format("{}h", hours);
  if (minutes > 0) text += fmt::format("{}m", minutes);
  if (rest > 0) text += fmt::format("{}s", static_cast<double>(rest) / 1e9);
  return text;
}

}  // namespace straycat
