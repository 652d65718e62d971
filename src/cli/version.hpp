// Which straycat this is.
#pragma once

#include <string>

namespace straycat::cli {

// Of the commit that it was built from, as git abbreviates it; "unknown" where there was none. In a file of its own,
// made by the build.
extern const char* const built_from;

// "straycat 0.1.0 (commit 25c2ab293b1a; data planes kernel-nftables, loopback-fallback)".
[[nodiscard]] std::string version_line();

}  // namespace straycat::cli
