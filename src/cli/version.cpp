#include "cli/version.hpp"

#include <fmt/format.h>

namespace straycat::cli {

std::string version_line() {
  return fmt::format("straycat {} (commit {}; data planes kernel-nftables, loopback-fallback)", STRAYCAT_VERSION,
                     built_from);
}

}  // namespace straycat::cli
