// What became of each case in the suites before: how often one is flaky. Pure: a shell reads and keeps the files.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/suite/suite.hpp>

namespace straycat::suite {

// One suite's answer, as its suite.jsonl ("straycat.suite/1") has it.
struct PastSuite {
  std::string started;  // "2026-11-30T12:00:00.000Z"
  std::map<std::string, Outcome, std::less<>> cases;
};
// Errors (bad_input): a line that is none of such a file, a time that is none, or no last line for the whole: a suite
// that did not end is none. Outcomes that this version does not know are left out.
[[nodiscard]] Result<PastSuite> read_past(std::string_view lines);
// Whether a text begins as such a file does, whatever comes later: who removes old ones asks.
[[nodiscard]] bool begins_as_past(std::string_view lines);

// A case over many suites.
struct Record {
  std::string name;
  std::map<Outcome, std::size_t> counts;
  std::string last_passed, last_not_passed;  // when those suites started; "" = never
  [[nodiscard]] std::size_t count(Outcome outcome) const;
  // In how many it was run and could tell something: what broke, or was left out, says nothing of it.
  [[nodiscard]] std::size_t told() const;
};
// By name.
[[nodiscard]] std::vector<Record> tally(const std::vector<PastSuite>& all);

}  // namespace straycat::suite
