#include "cli/line.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.hpp"
#include "cli/subcommand.hpp"
#include <straycat/core/seam.hpp>
#include <straycat/yaml/document.hpp>

namespace straycat::cli {
namespace {

constexpr const char* exit_codes =
    "Exit codes: 0 found as expected (or clean), 1 not as expected, 2 inconclusive,\n"
    "            3 bad input, 4 straycat's own trouble (cluster down, a port taken).";

// A subcommand that a person may write, with the parser of its options.
struct Offered {
  const Subcommand* what;
  CLI::App* parser;
  Act act;
};

std::vector<Offered> offer(CLI::App& app, const std::vector<Subcommand>& all, const Words& command) {
  std::vector<Offered> offered;
  for (const Subcommand& one : all) {
    if (!one.options) continue;
    CLI::App* parser = app.add_subcommand(one.name, one.help);
    offered.push_back({&one, parser, one.options(*parser, command)});
  }
  return offered;
}

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

// CLI11 says what is wrong, but not what was meant. "" when it says enough.
std::string unknown_word(const std::vector<Offered>& offered, const Words& words) {
  const auto named = std::find_if(words.begin(), words.end(), [](const auto& word) { return word.front() != '-'; });
  if (named == words.end()) return "";
  const auto known =
      std::find_if(offered.begin(), offered.end(), [&](const Offered& one) { return one.what->name == *named; });
  if (known == offered.end()) {
    std::vector<std::string> names;
    for (const Offered& one : offered) names.push_back(one.what->name);
    const std::string near = yaml::suggestion(*named, names);
    return fmt::format("unknown command \"{}\"{}", *named,
                       near.empty() ? fmt::format(": there are {}", fmt::join(names, ", ")) : near);
  }
  const std::vector<std::string> flags = flags_of(*known->parser);
  for (const std::string& word : words) {
    const std::string flag = word.substr(0, word.find('='));
    if (!flag.starts_with("--") || std::find(flags.begin(), flags.end(), flag) != flags.end()) continue;
    if (const std::string near = yaml::suggestion(flag, flags); !near.empty())
      return fmt::format("unknown flag \"{}\"{}", flag, near);
  }
  return "";
}

Words without_empty(int argc, char** argv) {
  Words words;
  for (char** word = argv + std::min(argc, 1); word != argv + argc; ++word)
    if (**word != '\0') words.emplace_back(*word);
  return words;
}

// The exit code when the line asks for nothing to be done: --help, or what cannot be read.
std::optional<int> parse(CLI::App& app, const std::vector<Offered>& offered, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::Success& success) {  // --help, --version
    std::ostringstream text;               // where it goes to may be full
    const int code = app.exit(success, text, text);
    fmt::print("{}", text.str());
    return code;
  } catch (const CLI::ParseError& error) {
    const std::string better = unknown_word(offered, without_empty(argc, argv));
    say("straycat: {}\nRun with --help for more information.\n", better.empty() ? error.what() : better);
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
  CLI::App app{"straycat finds out why a Kubernetes Service refuses connections, and proves it.",
               is_plugin(argc, argv) ? "kubectl straycat" : "straycat"};
  app.set_version_flag("--version", "straycat " STRAYCAT_VERSION);
  app.footer(exit_codes);
  app.require_subcommand(1);
  // What follows `--` is a command of its own: nothing of it is an option of ours.
  char** const end = std::find_if(argv, argv + argc, [](const char* word) { return std::strcmp(word, "--") == 0; });
  const Words command(std::min(end + 1, argv + argc), argv + argc);
  const std::vector<Offered> offered = offer(app, all, command);
  return carry_out(app, offered, command, static_cast<int>(end - argv), argv);
}

}  // namespace straycat::cli
