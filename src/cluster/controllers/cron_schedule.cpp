#include "cluster/controllers/cron_schedule.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include <straycat/core/time.hpp>

namespace straycat::cluster {
namespace {

constexpr std::int64_t a_minute = 60, an_hour = 3600, a_day = 86400;

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> day_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == at)
      out.emplace_back();
    else
      out.back() += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

// What one of the five fields may hold.
struct Bounds {
  int least, most;
  std::span<const std::string_view> names = {};
  int first_name = 0;
};

std::optional<int> number(const std::string& text, const Bounds& bounds) {
  for (std::size_t i = 0; i < bounds.names.size(); ++i)
    if (bounds.names[i] == text) return bounds.first_name + static_cast<int>(i);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

struct Range {
  int from, to, step;
};

// "*", "*/15", "3", "3/10" (from 3 on), "1-5", "1-5/2".
std::optional<Range> range_of(const std::string& text, const Bounds& bounds) {
  const auto parts = split(text, '/');
  if (parts.size() > 2) return std::nullopt;
  Range range{bounds.least, bounds.most, 1};
  const auto ends = split(parts[0], '-');
  if (parts[0] != "*" && parts[0] != "?") {
    const auto from = number(ends[0], bounds);
    const auto to = ends.size() == 2 ? number(ends[1], bounds) : from;
    if (ends.size() > 2 || !from || !to) return std::nullopt;
    range.from = *from;
    range.to = ends.size() == 1 && parts.size() == 2 ? bounds.most : *to;
  }
  if (parts.size() == 2) {
    const auto step = number(parts[1], {0, 0});
    if (!step || *step < 1) return std::nullopt;
    range.step = *step;
  }
  const bool fits = range.from >= bounds.least && range.to <= bounds.most && range.from <= range.to;
  return fits ? std::optional(range) : std::nullopt;
}

template <std::size_t N>
bool read(const std::string& field, const Bounds& bounds, std::bitset<N>& into) {
  for (const auto& part : split(field, ',')) {
    const auto range = range_of(part, bounds);
    if (!range) return false;
    for (int value = range->from; value <= range->to; value += range->step) into.set(static_cast<std::size_t>(value));
  }
  return true;
}

std::string_view spelt_out(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> words[] = {
      {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"}, {"@weekly", "0 0 * * 0"},
      {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@hourly", "0 * * * *"}};
  for (const auto& [word, meaning] : words)
    if (text == word) return meaning;
  return text;
}

std::vector<std::string> fields_of(std::string_view text) {
  std::vector<std::string> out;
  for (auto& word : split(text, ' '))
    if (!word.empty()) out.push_back(std::move(word));
  return out;
}

bool is_any(const std::string& field) { return field.starts_with('*') || field.starts_with('?'); }

}  // namespace

std::optional<CronSchedule> CronSchedule::parse(std::string_view text) {
  CronSchedule out;
  if (text.starts_with("@every ")) {
    const auto length = parse_duration(std::string(text.substr(7)));
    if (!length) return std::nullopt;
    out.every_ = std::max<std::int64_t>(1, length->count() / 1'000'000'000);
    return out;
  }
  const auto fields = fields_of(spelt_out(text));
  if (fields.size() != 5) return std::nullopt;
  out.any_day_ = is_any(fields[2]);
  out.any_weekday_ = is_any(fields[4]);
  const bool good = read(fields[0], {0, 59}, out.minutes_) && read(fields[1], {0, 23}, out.hours_) &&
                    read(fields[2], {1, 31}, out.days_) && read(fields[3], {1, 12, month_names, 1}, out.months_) &&
                    read(fields[4], {0, 6, day_names, 0}, out.weekdays_);
  return good ? std::optional(out) : std::nullopt;
}

// A day of the month and one of the week: either will do, as cron has always had it.
bool CronSchedule::on_day(std::int64_t day) const {
  const std::chrono::sys_days date{std::chrono::days{day}};
  const std::chrono::year_month_day parts{date};
  if (!months_.test(static_cast<unsigned>(parts.month()))) return false;
  const bool of_month = days_.test(static_cast<unsigned>(parts.day()));
  const bool of_week = weekdays_.test(std::chrono::weekday{date}.c_encoding());
  return any_day_ || any_weekday_ ? of_month && of_week : of_month || of_week;
}

std::optional<std::int64_t> CronSchedule::next(std::int64_t seconds) const {
  if (every_ > 0) return seconds + every_;
  const auto from = (seconds / a_minute + 1) * a_minute;
  for (auto day = from / a_day; day < from / a_day + 5 * 366; ++day) {
    if (!on_day(day)) continue;
    for (std::int64_t hour = 0; hour < 24; ++hour) {
      if (!hours_.test(static_cast<std::size_t>(hour)) || day * a_day + (hour + 1) * an_hour <= from) continue;
      for (std::int64_t minute = 0; minute < 60; ++minute) {
        const auto at = day * a_day + hour * an_hour + minute * a_minute;
        if (at >= from && minutes_.test(static_cast<std::size_t>(minute))) return at;
      }
    }
  }
  return std::nullopt;
}

}  // namespace straycat::cluster
