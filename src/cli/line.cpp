#include "cli/line.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.hpp"
#include "cli/manual.hpp"
#include "cli/subcommand.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::cli {
namespace {

// Installed as kubectl-straycat, it is kubectl's plugin: `kubectl straycat diagnose svc/NAME`.
bool is_plugin(int argc, char** argv) {
  const std::string called = argc > 0 ? argv[0] : "";
  return called.substr(called.rfind('/') + 1) == "kubectl-straycat";
}

std::vector<std::string> flags_of(const CLI::App& command) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  return flags;
}

bool holds(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::string unknown_command(const std::vector<Offered>& offered, const std::string& word) {
  std::vector<std::string> names;
  for (const Offered& one : offered) names.push_back(one.what->name);
  const std::string near = yaml::suggestion(word, names);
  return fmt::format("unknown command \"{}\"{}", word,
                     near.empty() ? fmt::format(": there are {}", fmt::join(names, ", ")) : near);
}

// The flag that was perhaps meant, or the commands that have it.
std::string unknown_flag(const std::vector<Offered>& offered, const Offered& command, const std::string& flag) {
  const std::string near = yaml::suggestion(flag, flags_of(*command.parser));
  std::vector<std::string> others;
  for (const Offered& one : offered)
    if (holds(flags_of(*one.parser), flag)) others.push_back(one.what->name);
  return fmt::format("unknown flag \"{}\"{}", flag,
                     !near.empty()     ? near
                     : !others.empty() ? fmt::format(" (it is one of {})", fmt::join(others, ", "))
                                       : "");
}

const Offered* named_in(const std::vector<Offered>& offered, const Words& words) {
  for (const std::string& word : words) {
    if (word.front() == '-') continue;
    for (const Offered& one : offered)
      if (one.what->name == word) return &one;
    return nullptr;
  }
  return nullptr;
}

// CLI11 says what is wrong, but not what was meant. "" when it says enough.
std::string unknown_word(const std::vector<Offered>& offered, const Words& words) {
  const auto named = std::find_if(words.begin(), words.end(), [](const auto& word) { return word.front() != '-'; });
  if (named == words.end()) return "";
  const Offered* known = named_in(offered, words);
  if (known == nullptr) return unknown_command(offered, *named);
  const std::vector<std::string> flags = flags_of(*known->parser);
  for (const std::string& word : words) {
    const std::string flag = word.substr(0, word.find('='));
    if (flag.starts_with("--") && !holds(flags, flag)) return unknown_flag(offered, *known, flag);
  }
  return "";
}

Words without_empty(int argc, char** argv) {
  Words words;
  for (char** word = argv + std::min(argc, 1); word != argv + argc; ++word)
    if (**word != '\0') words.emplace_back(*word);
  return words;
}

std::string help_for(const CLI::App& app, const std::vector<Offered>& offered) {
  const Manual all = manual(app.get_name());
  for (const Offered& one : offered)
    if (const CommandPage* page = one.parser->parsed() ? all.find(one.what->name) : nullptr)
      return help_page(all, *page);
  return help_overview(all);
}

std::string where_help_is(const CLI::App& app, const Offered* command) {
  return fmt::format("`{} help{}{}` tells more", app.get_name(), command == nullptr ? "" : " ",
                     command == nullptr ? "" : command->what->name);
}

// The exit code when the line asks for nothing to be done: --help, or what cannot be read.
std::optional<int> parse(CLI::App& app, const std::vector<Offered>& offered, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    const Result<> told = print_now(help_for(app, offered));
    return told ? 0 : complain(told.error());
  } catch (const CLI::Success& success) {  // --version
    std::ostringstream text;               // where it goes to may be full
    const int code = app.exit(success, text, text);
    fmt::print("{}", text.str());
    return code;
  } catch (const CLI::ParseError& error) {
    const Words words = without_empty(argc, argv);
    const std::string better = unknown_word(offered, words);
    say("straycat: {}\nstraycat: {}\n", better.empty() ? error.what() : better,
        where_help_is(app, named_in(offered, words)));
    return exit_bad_input;
  }
}

int carry_out(CLI::App& app, const std::vector<Offered>& offered, const Words& command, int argc, char** argv) {
  if (const auto done = parse(app, offered, argc, argv)) return *done;
  const auto named =
      std::find_if(offered.begin(), offered.end(), [](const Offered& one) { return one.parser->parsed(); });
  if (named == offered.end()) return exit_bad_input;
  if (command.empty() || named->what->takes_command) return named->act();
  std::string takers;
  for (const Offered& one : offered)
    if (one.what->takes_command) takers += (takers.empty() ? "" : " and ") + one.what->name;
  return complain(bad_input(fmt::format("only {} take a command (--)", takers)));
}

}  // namespace

int carry_out(int argc, char** argv) {
  const std::vector<Subcommand> all = subcommands();
  for (const Subcommand& one : all)
    if (one.program && argc > 1 && one.name == argv[1]) return one.program({argv + 2, argv + argc});
  const auto app = make_app(is_plugin(argc, argv) ? "kubectl straycat" : "straycat");
  // What follows `--` is a command of its own: nothing of it is an option of ours.
  char** const end = std::find_if(argv, argv + argc, [](const char* word) { return std::strcmp(word, "--") == 0; });
  const Words command(std::min(end + 1, argv + argc), argv + argc);
  const std::vector<Offered> offered = offer(*app, all, command);
  return carry_out(*app, offered, command, static_cast<int>(end - argv), argv);
}

}  // namespace straycat::cli
