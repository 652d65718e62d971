#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <straycat/core/json_access.hpp>
#include <straycat/core/time.hpp>
#include <straycat/suite/past.hpp>

namespace straycat::suite {
namespace {

using nlohmann::json;

std::optional<Outcome> outcome_named(std::string_view word) {
  for (const Outcome one : every_outcome)
    if (to_string(one) == word) return one;
  return std::nullopt;
}

// As straycat writes it, and no other way: it is printed, and compared as text.
bool is_time(const std::string& text) {
  const Result<std::int64_t> time = parse_wall(text);
  return time && format_wall(*time) == text;
}

// False: it is no line of such a file.
bool take_line(const json& line, PastSuite& past, bool& whole) {
  if (text_at(line, {"format"}) != suite_format) return false;
  whole = line.contains("suite");
  if (whole) {
    past.started = text_at(line, {"started"});
    return is_time(past.started);
  }
  const std::string name = text_at(line, {"case"});
  if (const auto outcome = outcome_named(text_at(line, {"outcome"})); outcome && !name.empty())
    past.cases[name] = *outcome;
  return !name.empty();
}

}  // namespace

Result<PastSuite> read_past(std::string_view lines) {
  PastSuite past;
  bool whole = false;
  for (std::size_t number = 1; !lines.empty(); ++number) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const json line = json::parse(lines.substr(0, end), nullptr, false);
    if (!take_line(line, past, whole)) return bad_input(fmt::format("line {}: is none of a suite's answer", number));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  if (!whole) return bad_input("has no last line for the whole: that suite did not end");
  return past;
}

bool begins_as_past(std::string_view lines) {
  PastSuite past;
  bool whole = false;
  return take_line(json::parse(lines.substr(0, lines.find('\n')), nullptr, false), past, whole);
}

std::size_t Record::count(Outcome outcome) const {
  const auto found = counts.find(outcome);
  return found == counts.end() ? 0 : found->second;
}

std::size_t Record::told() const {
  return count(Outcome::passed) + count(Outcome::flaky) + count(Outcome::failed) + count(Outcome::inconclusive);
}

std::vector<Record> tally(const std::vector<PastSuite>& all) {
  std::map<std::string, Record> records;
  for (const PastSuite& past : all) {
    for (const auto& [name, outcome] : past.cases) {
      Record& record = records[name];
      record.name = name;
      ++record.counts[outcome];
      if (outcome == Outcome::left_out) continue;
      std::string& last = outcome == Outcome::passed ? record.last_passed : record.last_not_passed;
      last = std::max(last, past.started);  // ISO 8601 in UTC: the order of the words is that of the times
    }
  }
  std::vector<Record> out;
  for (auto& [name, record] : records) out.push_back(std::move(record));
  return out;
}

}  // namespace straycat::suite
