// The command that makes a run again, for whoever reads its report. Nothing in it is a secret: what a person's own
// command was given stays out, and so does a URL with a password.
#pragma once

#include <string>

#include "cli/commands.hpp"
#include "cli/diagnose_probe.hpp"

namespace straycat::cli {

[[nodiscard]] std::string run_again(const RunArguments& arguments, std::uint64_t seed);
[[nodiscard]] std::string diagnose_again(const DiagnoseArguments& arguments, const std::string& context);

}  // namespace straycat::cli
