// The page's own style and script. The script's SHA-256 stands in the page's Content-Security-Policy: nothing else may
// run.
#pragma once

#include <string_view>

namespace straycat::report {

extern const std::string_view page_style;
extern const std::string_view page_script;
// base64 of the SHA-256 of page_script; a test holds them together.
extern const std::string_view page_script_sha256;

}  // namespace straycat::report
