#include "cli/around_command.hpp"

#include "cli/commands.hpp"
#include <straycat/core/seam.hpp>

namespace straycat::cli {

int around_command(std::optional<int> status, int verdict, std::string_view conclusion) {
  if (!status) {
    say("straycat: the command was not run to its end\n");
    return verdict == 0 ? exit_inconclusive : verdict;
  }
  if (*status == 0) return verdict;
  say("straycat: exit {} is the command's own; straycat's verdict alone would be exit {} ({})\n", *status, verdict,
      conclusion);
  return *status;
}

}  // namespace straycat::cli
