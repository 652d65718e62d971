// The pages' own style and scripts. The scripts' SHA-256 stand in each page's Content-Security-Policy: nothing else may
// run.
#pragma once

#include <string_view>

namespace straycat::report {

extern const std::string_view page_style;
extern const std::string_view lanes_script;  // of pages with a timeline
extern const std::string_view page_script;   // of every page
// base64 of their SHA-256; a test holds them together.
extern const std::string_view lanes_script_sha256;
extern const std::string_view page_script_sha256;

}  // namespace straycat::report
