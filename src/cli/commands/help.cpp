// `straycat help`: of the program or of one command, for a terminal or as manual pages.
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/manual.hpp"
#include "cli/subcommand.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::cli {
namespace {

struct HelpArguments {
  std::string command, pages;
  bool man = false;
};

void add_options(CLI::App& command, HelpArguments& arguments) {
  command.add_option("command", arguments.command, "The command; without one, all are told");
  command.add_flag("--man", arguments.man, "As a manual page (roff): straycat help run --man | man -l -");
  command.add_option("--man-pages", arguments.pages, "Write all manual pages into this folder, for an installation")
      ->type_name("FOLDER");
}

Result<> write_pages(const Manual& all, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return own_trouble(fmt::format("{}: {}", folder, error.message()));
  std::vector<WholeFile> files{{folder + "/straycat.1", man_page(all, nullptr)}};
  for (const CommandPage& one : all.commands)
    files.push_back({fmt::format("{}/straycat-{}.1", folder, one.name), man_page(all, &one)});
  return write_files(files);
}

int tell(const Result<>& done) { return done ? 0 : complain(done.error()); }

int act(const HelpArguments& arguments) {
  const Manual all = manual();
  if (!arguments.pages.empty()) return tell(write_pages(all, arguments.pages));
  const CommandPage* page = all.find(arguments.command);
  if (page == nullptr && !arguments.command.empty()) {
    std::vector<std::string> names;
    for (const CommandPage& one : all.commands) names.push_back(one.name);
    return complain(bad_input(fmt::format("unknown command \"{}\"{}; `straycat help` lists them", arguments.command,
                                          yaml::suggestion(arguments.command, names))));
  }
  if (arguments.man) return tell(print_now(man_page(all, page)));
  return tell(print_now(page == nullptr ? help_overview(all) : help_page(all, *page)));
}

}  // namespace

Subcommand help_subcommand() {
  return subcommand("help", "Tell the commands, or one command's flags, examples and exit codes", add_options, act)
      .taught({{{"straycat help", "all commands, a line each"}, {"straycat help run", "one of them in full"}},
               {{"0", "told"}, {"3", "there is no such command"}, {"4", "the pages cannot be written"}}});
}

}  // namespace straycat::cli
