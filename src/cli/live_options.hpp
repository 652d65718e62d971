// The options of the subcommands for clusters that run already; each writes into its arguments when the line is parsed.
#pragma once

#include "cli/live_commands.hpp"

namespace CLI {
class App;
}

namespace straycat::cli {

CLI::App* add_diagnose(CLI::App& app, DiagnoseArguments& arguments);
CLI::App* add_cleanup(CLI::App& app, CleanupArguments& arguments);
CLI::App* add_rbac(CLI::App& app, RbacArguments& arguments);

}  // namespace straycat::cli
