// What every page is made of: its head, the legend, its end.
#pragma once

#include <string>

#include <straycat/diagnose/verdict.hpp>

namespace straycat::report {

[[nodiscard]] std::string page_head(const std::string& title);  // up to and with <main>
[[nodiscard]] std::string page_end();                           // with the script of every page
[[nodiscard]] std::string lanes_page_end();                     // of pages with a timeline
[[nodiscard]] std::string page_buttons();                       // shown by the script only
[[nodiscard]] std::string page_legend();  // under the lanes: what the cursor tells, and what the textures mean
// Passed or failed beside found or clean, as boxes before a heading's words.
[[nodiscard]] std::string outcome_boxes(const diagnose::Verdict& verdict);

}  // namespace straycat::report
