// Two runs of one scenario: is the second worse, better or the same, or can that not be told from so many requests?
// Pure. Whatever is a sample gets an interval that knows its size; what is not proven is not said.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/core/change.hpp>
#include <straycat/diagnose/verdict.hpp>
#include <straycat/history/history.hpp>

namespace straycat::compare {

inline constexpr std::string_view compare_format = "straycat.compare/1";

using straycat::Change;

enum class Unit { share, length };  // 0 to 1; nanoseconds

// What is taken for the same. A share is worse when it is proven to have grown at all; a length when it is proven to
// have grown by more than this.
inline constexpr double same_share = 0.005;         // of the requests, or ...
inline constexpr double same_share_relative = 0.1;  // ... of the larger share, whichever is more
inline constexpr double same_latency_ns = 2e6;      // or ...
inline constexpr double same_latency_relative =
    0.25;  // ... of the smaller one: machines differ by that from run to run

struct Figure {
  std::string name;  // "failed in phase job", "latency, 99 of 100"
  Unit unit = Unit::share;
  double before = 0, after = 0;
  std::string of_before, of_after;  // what a share was taken of: "20 of 2000"; "" for lengths
  double low = 0, high = 0;         // bounds of after - before, for each figure 99.7 %
  double margin = 0;                // within which it is the same
  Change change = Change::cannot_tell;
  bool decides = false;  // where this one cannot be told the whole cannot
};

struct Comparison {
  std::vector<Figure> figures;
  std::string outcome_before, outcome_after;  // "exit 0: found a stray endpoint of Job/sayhi"
  Change outcome = Change::same;
  std::vector<std::string> notes;  // what makes the two hard to compare
  Change whole = Change::cannot_tell;
  std::string
      sentence;  // "worse: failed in phase job: 0.0 % (0 of 2000), then 1.0 % (20 of 2000), +0.3 to +1.8 points"
};

struct Side {
  const history::History& history;
  const diagnose::Verdict& verdict;
};
// Compared the other way round worse is better, and everything else the same. A run beside itself is never worse.
[[nodiscard]] Comparison compare(const Side& before, const Side& after);

[[nodiscard]] int exit_code(Change whole);  // 1 worse, 2 cannot tell, else 0
[[nodiscard]] nlohmann::json to_json(const Comparison& comparison);

// "1.0 % (20 of 2000)", "12.5 ms".
[[nodiscard]] std::string before_words(const Figure& figure);
[[nodiscard]] std::string after_words(const Figure& figure);
// "+0.3 to +1.8 points", "-1 ms to +3 ms".
[[nodiscard]] std::string range_words(const Figure& figure);
// "same within 0.5 points", "worse".
[[nodiscard]] std::string change_words(const Figure& figure);

}  // namespace straycat::compare
