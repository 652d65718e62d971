#include <fmt/format.h>

#include "cli/commands.hpp"
#include <straycat/scenario/scenario.hpp>

namespace straycat::cli {

int schema_command(const std::string& which) {
  fmt::print("{}\n", (which == "report" ? report::json_schema() : scenario::schema()).dump(2));
  return 0;
}

}  // namespace straycat::cli
