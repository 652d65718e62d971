#include <fmt/format.h>

#include "cli/commands.hpp"

namespace straycat::cli {

int complain(const Error& error) {
  fmt::print(stderr, "straycat: {}\n", error.message);
  return error.fault == Fault::bad_input ? exit_bad_input : exit_own_trouble;
}

}  // namespace straycat::cli
