#include <fmt/format.h>

#include "cli/commands.hpp"
#include <straycat/core/seam.hpp>

namespace straycat::cli {

int complain(const Error& error) {
  say("straycat: {}\n", error.message);
  return error.fault == Fault::bad_input ? exit_bad_input : exit_own_trouble;
}

}  // namespace straycat::cli
