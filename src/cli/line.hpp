// The command line: which subcommand, with which options.
#pragma once

namespace straycat::cli {

// Carries out what the line asks for; returns the exit code.
int carry_out(int argc, char** argv);

}  // namespace straycat::cli
