// How values of flags are read: a duration, a rate and a budget are written alike wherever one is taken. Errors
// (bad_input) name the flag, and say how it is written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::cli {

// "300ms", "1s", "2m30s", "1h"; "0".
[[nodiscard]] Result<Nanos> duration_value(std::string_view flag, const std::string& text);
// "100/s", "30/m", "12/h": a second.
[[nodiscard]] Result<double> rate_value(std::string_view flag, const std::string& text);
// "1%" of the requests, or a count of them: "12".
[[nodiscard]] Result<plan::Budget> budget_value(std::string_view flag, const std::string& text);

// What a kind of value looks like, for help and man pages.
struct ValueWords {
  std::string_view type, words;
};
[[nodiscard]] const std::vector<ValueWords>& value_types();

}  // namespace straycat::cli
