// Small helpers for text in a terminal: widths, padding, wrapping, colour.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <straycat/report/report.hpp>

namespace straycat::report {

// Columns that `text` takes in a terminal (Unicode 15, grapheme clusters); text must be harmless().
[[nodiscard]] std::size_t columns(std::string_view text);
// Padded with spaces, or cut (with an ellipsis) to exactly `width` columns.
[[nodiscard]] std::string fit(std::string_view text, std::size_t width, bool unicode);
// Broken at spaces into lines of at most `width` columns; words longer than that are kept whole.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t width);

enum class Ink { plain, bold, dim, red, green, yellow, cyan };
[[nodiscard]] std::string ink(std::string_view text, Ink colour, const TextStyle& style);

}  // namespace straycat::report
