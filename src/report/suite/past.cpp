// A suite's cases over many suites.
#include <algorithm>

#include <fmt/format.h>

#include "report/suite/words.hpp"
#include "report/text/page.hpp"
#include <straycat/compare/share.hpp>
#include <straycat/report/suite.hpp>

namespace straycat::report {
namespace {

using suite::Outcome;
using suite::Record;

constexpr std::size_t longest_past_name = 36;

double share_of(const Record& record, Outcome what) {
  const std::size_t told = record.told();
  return told == 0 ? 0 : static_cast<double>(record.count(what)) / static_cast<double>(told);
}

compare::Range range_of(const Record& record, Outcome what) {
  return compare::share_range(share_of(record, what), static_cast<double>(record.told()));
}

std::string percent_text(double share) { return fmt::format("{:.3g} %", 100 * share); }

std::vector<Record> flakiest_first(std::vector<Record> records) {
  std::stable_sort(records.begin(), records.end(), [](const Record& a, const Record& b) {
    return share_of(a, Outcome::flaky) > share_of(b, Outcome::flaky);
  });
  return records;
}

std::string past_row(const Record& record, std::size_t width, const TextStyle& style) {
  const compare::Range range = range_of(record, Outcome::flaky);
  const std::string rate = record.told() == 0
                               ? "-"
                               : fmt::format("{} ({} to {})", percent_text(share_of(record, Outcome::flaky)),
                                             percent_text(range.low), percent_text(range.high));
  const std::string row = fmt::format(
      "{}  {:>6} {:>6} {:>6} {:>6} {:>6} {:>6}  {}", fit(harmless(record.name, style.unicode), width, style.unicode),
      record.count(Outcome::passed), record.count(Outcome::flaky), record.count(Outcome::failed),
      record.count(Outcome::inconclusive), record.count(Outcome::broken), record.count(Outcome::left_out), rate);
  const Ink colour = record.count(Outcome::flaky) > 0 ? Ink::yellow : Ink::plain;
  return ink(row, colour, style);
}

std::string past_sentence(const Past& past) {
  std::size_t flaky = 0;
  for (const Record& record : past.records) flaky += record.count(Outcome::flaky) > 0 ? 1 : 0;
  return fmt::format("{} of {} scenarios {} flaky at least once in {} suites", flaky, past.records.size(),
                     flaky == 1 ? "was" : "were", past.suites);
}

}  // namespace

std::string rate_words(const Record& record, Outcome what) {
  const compare::Range range = range_of(record, what);
  return fmt::format("{} in {} of {} ({} to {})", to_string(what), record.count(what), record.told(),
                     percent_text(range.low), percent_text(range.high));
}

std::string render_past_text(const Past& past, const TextStyle& style) {
  Page page(style);
  std::size_t width = 8;
  for (const Record& record : past.records) width = std::max(width, columns(harmless(record.name, style.unicode)));
  width = std::min(width, longest_past_name);
  page.line(fmt::format("{}  {:>6} {:>6} {:>6} {:>6} {:>6} {:>6}  {}", fit("scenario", width, style.unicode), "passed",
                        "flaky", "failed", "unsure", "broken", "left", "flake rate (99.7 %)"));
  for (const Record& record : flakiest_first(past.records)) page.line(past_row(record, width, style));
  page.line();
  page.say("", fmt::format("{}{}", past_sentence(past),
                           past.suites == 0 ? "" : fmt::format(", {} to {}", past.first, past.last)));
  return page.take();
}

nlohmann::json render_past_json(const Past& past) {
  nlohmann::json out = {
      {"format", "straycat.flakes/1"}, {"suites", past.suites}, {"first", past.first}, {"last", past.last}};
  out["cases"] = nlohmann::json::array();
  for (const Record& record : flakiest_first(past.records)) {
    const compare::Range range = range_of(record, Outcome::flaky);
    nlohmann::json counts = nlohmann::json::object();
    for (const auto& [outcome, count] : record.counts) counts[std::string(to_string(outcome))] = count;
    out["cases"].push_back({{"case", record.name},
                            {"counts", counts},
                            {"told", record.told()},
                            {"flakeRate", share_of(record, Outcome::flaky)},
                            {"flakeRateLow", range.low},
                            {"flakeRateHigh", range.high},
                            {"lastPassed", record.last_passed},
                            {"lastNotPassed", record.last_not_passed}});
  }
  return out;
}

}  // namespace straycat::report
