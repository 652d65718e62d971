// What Markdown reports are made of. Private to `report`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <straycat/diagnose/verdict.hpp>

namespace straycat::report {

// Untrusted text in Markdown: HTML made harmless, and every character that could begin markup escaped.
[[nodiscard]] std::string markdown_text(std::string_view text);
// The first fix among the findings, as indented code.
void add_fix(const std::vector<finding::Finding>& findings, std::vector<std::string>& lines);
// At most 60 lines, the last one kept.
[[nodiscard]] std::string markdown_page(std::vector<std::string> lines, const std::string& last);

}  // namespace straycat::report
