// What `straycat explain CAUSE` says of each cause. The documents' lists are this table, too (a test holds them to it).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <straycat/finding/causes.hpp>

namespace straycat::finding {

struct Explanation {
  Cause cause;
  std::string_view happens;  // what goes wrong, and when; sentences
  std::string_view seen;     // what decides that it is this one
  std::string_view cure;     // in words; a finding prints the change itself where it can
  // Lines with which a person sees it without straycat; NAME, POD, LABEL=VALUE and the like are theirs to fill in.
  std::vector<std::string_view> kubectl;
  std::string_view scenario = "";  // the folder, or file, under scenarios/ that shows it; "" = none
};

[[nodiscard]] const std::vector<Explanation>& explanations();  // by Cause
[[nodiscard]] const Explanation& explanation(Cause cause);

// The whole of it as a person reads it: names, what happens, how to see it, the cure. `rules`: the rules of lint that
// find it, by code. `scenarios`: the folder of the scenarios.
[[nodiscard]] std::string explain(Cause cause, const std::vector<std::string>& rules,
                                  const std::string& scenarios = "scenarios");
// "run, diagnose, lint (E1)"; "" where this version has no rule for it.
[[nodiscard]] std::string found_by(Cause cause, const std::vector<std::string>& rules);

}  // namespace straycat::finding
