// The agent beside the runner (its orders are in STRAYCAT_ORDERS).
#include "cli/commands.hpp"
#include "cli/subcommand.hpp"
#include <straycat/agent/orders.hpp>

namespace straycat::cli {

Subcommand agent_subcommand() {
  return program("agent", [](const Words& words) {
    return words.empty() ? agent::run_agent() : complain(bad_input("agent takes no arguments"));
  });
}

}  // namespace straycat::cli
