// What help, the man pages and the shells' completions are made of: the parsers' own flags, and what the subcommands
// teach beside them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/subcommand.hpp"

namespace straycat::cli {

struct FlagPage {
  std::vector<std::string> names;  // "-q", "--quiet"; a word's: its name in capitals
  std::string value;               // what it takes: "DURATION", "auto|kernel|loopback"; "" = nothing
  std::vector<std::string> choices;
  bool may_lack_value = false, many = false, required = false;
  std::string group, help;

  [[nodiscard]] std::string shown() const;  // "-q, --quiet", "--rate RATE", "SCENARIO..."
};

struct CommandPage {
  std::string name, help;
  std::vector<FlagPage> words, flags;  // the words by their places; the flags by group
  Lesson lesson;
  bool takes_command = false;

  [[nodiscard]] std::string usage() const;  // "run SCENARIO... [flags]"
};

struct Manual {
  std::string called;  // "straycat", "kubectl straycat"
  std::vector<CommandPage> commands;
  std::vector<FlagPage> flags;  // of the program itself

  [[nodiscard]] const CommandPage* find(std::string_view command) const;
};

// Of all subcommands that a person may write.
[[nodiscard]] Manual manual(const std::string& called = "straycat");

inline constexpr std::string_view purpose =
    "straycat finds out why a Kubernetes Service refuses connections, and proves it.";

// For a terminal, 80 columns wide.
[[nodiscard]] std::string help_overview(const Manual& all);
[[nodiscard]] std::string help_page(const Manual& all, const CommandPage& command);
// roff, of section 1. `command` null: of the program.
[[nodiscard]] std::string man_page(const Manual& all, const CommandPage* command);
// `shell`: bash, zsh or fish.
[[nodiscard]] std::string completion(const Manual& all, std::string_view shell);

// The subcommands that a person may write, each with its parser, hung below `app`.
struct Offered {
  const Subcommand* what;
  CLI::App* parser;
  Act act;
};
[[nodiscard]] std::vector<Offered> offer(CLI::App& app, const std::vector<Subcommand>& all, const Words& command);
[[nodiscard]] std::unique_ptr<CLI::App> make_app(const std::string& called);

}  // namespace straycat::cli
