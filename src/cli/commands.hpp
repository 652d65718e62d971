// One function a subcommand: it gets what the option parser read and returns the exit code.
#pragma once

#include <string>
#include <vector>

#include <straycat/core/result.hpp>
#include <straycat/plan/plan.hpp>

namespace straycat::cli {

// Reads and validates a scenario file; the manifests that it names are read relative to its folder.
[[nodiscard]] Result<plan::Plan> load_scenario(const std::string& path);

// `straycat check [--shape-only] FILE...`: a line "OK FILE: ..." on standard output for each good scenario, what is
// wrong with the others on standard error, after a line "BAD FILE" on standard output. With `shape_only` only what the
// JSON Schema says is checked, as an editor would. 0 when all are good, 3 when one is not.
int check_command(const std::vector<std::string>& files, bool shape_only = false);

}  // namespace straycat::cli
