// `straycat completion`: a shell's completion, from the parsers themselves.
#include <CLI/CLI.hpp>

#include "cli/choice.hpp"
#include "cli/commands.hpp"
#include "cli/manual.hpp"
#include "cli/subcommand.hpp"
#include <straycat/core/seam.hpp>

namespace straycat::cli {
namespace {

void add_options(CLI::App& command, std::string& shell) {
  command.add_option("shell", shell, "bash, zsh or fish")->required()->check(one_of({"bash", "zsh", "fish"}));
}

int act(const std::string& shell) {
  const Result<> told = print_now(completion(manual(), shell));
  return told ? 0 : complain(told.error());
}

}  // namespace

Subcommand completion_subcommand() {
  return subcommand("completion", "Print the completion for a shell", add_options, act)
      .taught({{{"source <(straycat completion bash)", "for this shell alone"},
                {"straycat completion fish > ~/.config/fish/completions/straycat.fish", "for good"}},
               {{"0", "told"}, {"3", "bad input: another shell"}}});
}

}  // namespace straycat::cli
