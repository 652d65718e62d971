// The options of every subcommand that tells something: how it looks, and where else it goes.
#pragma once

#include "cli/commands.hpp"

namespace CLI {
class App;
}

namespace straycat::cli {

void add_look(CLI::App& command, Look& look);
void add_outputs(CLI::App& command, Outputs& outputs);

}  // namespace straycat::cli
