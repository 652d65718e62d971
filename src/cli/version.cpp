#include "cli/version.hpp"

#include <fmt/format.h>

#include <straycat/model/law.hpp>

namespace straycat::cli {

std::string version_line() {
  return fmt::format("straycat {} (commit {}; data planes {}, {})", STRAYCAT_VERSION, built_from,
                     to_string(model::Plane::kernel), to_string(model::Plane::fallback));
}

}  // namespace straycat::cli
