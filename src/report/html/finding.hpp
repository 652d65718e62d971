// One finding on a page, whatever it was read off. `index` tells the findings of a page apart.
#pragma once

#include <cstddef>
#include <string>

#include <straycat/diagnose/verdict.hpp>

namespace straycat::report {

// "Evidence: CAUSE, WORKLOAD", with an address of its own; `rest` is markup.
[[nodiscard]] std::string evidence_heading(const finding::Finding& finding, std::size_t index,
                                           const std::string& rest = "");
[[nodiscard]] std::string fix_box(const finding::Finding& finding, std::size_t index);
// What it says, and how it showed, as paragraphs.
[[nodiscard]] std::string sentences(const finding::Finding& finding);
[[nodiscard]] std::string evidence_list(const finding::Finding& finding, std::size_t index);
[[nodiscard]] std::string rivals_table(const finding::Finding& finding);

}  // namespace straycat::report
