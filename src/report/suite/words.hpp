// What several forms of a suite's answer share. Private to `report`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <straycat/suite/suite.hpp>

namespace straycat::report {

// "PASSED", "LEFT OUT".
[[nodiscard]] std::string suite_word(suite::Outcome outcome);
[[nodiscard]] inline bool is_green(suite::Outcome outcome) {
  return outcome == suite::Outcome::passed || outcome == suite::Outcome::left_out;
}
// "12.3 s"
[[nodiscard]] std::string suite_seconds(Nanos length);
// "scenarios/bare-pod/scenario.yaml:40"
[[nodiscard]] std::string place_of(const suite::Case& one);
// "change Job/sayhi in scenarios/bare-pod/job.yaml:3"; "" where none is proposed.
[[nodiscard]] std::string fix_words(const suite::CaseResult& result);
// What was expected and is not met, a line each: "not met: expect none: found stray-endpoint".
[[nodiscard]] std::vector<std::string> unmet_words(const suite::CaseResult& result);

}  // namespace straycat::report
