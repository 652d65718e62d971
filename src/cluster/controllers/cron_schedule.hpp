// Cron's schedules as Kubernetes reads them (robfig/cron v3 ParseStandard): five fields, names of months and days, and
// @hourly and its like, @every. In UTC.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>

namespace straycat::cluster {

class CronSchedule {
 public:
  // None: nobody can read it.
  [[nodiscard]] static std::optional<CronSchedule> parse(std::string_view text);

  // The first instant after `seconds` (since 1970) that is on it; none within five years.
  [[nodiscard]] std::optional<std::int64_t> next(std::int64_t seconds) const;

 private:
  [[nodiscard]] bool on_day(std::int64_t day) const;  // since 1970

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool any_day_ = false, any_weekday_ = false;  // "*": then the other of the two decides alone
  std::int64_t every_ = 0;                      // @every: seconds
};

}  // namespace straycat::cluster
