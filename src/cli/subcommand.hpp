// A subcommand is one file, src/cli/commands/NAME.cpp, that defines NAME_subcommand(): the build finds it there.
// Nothing else knows its name.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace straycat::cli {

using Words = std::vector<std::string>;
// Does what the parsed options say, and returns the exit code.
using Act = std::function<int()>;

// What its help and its man page say beside its flags.
struct Lesson {
  struct Example {
    std::string line, what;
  };
  struct Exit {
    std::string code, when;
  };
  std::vector<Example> examples;  // two or three
  std::vector<Exit> exits;        // those that it can end with
  std::string note = "";          // what else must be known
};

struct Subcommand {
  std::string name, help;
  // Gives the parser its options; they are read when the Act is called. `command`: what stands behind `--`.
  std::function<Act(CLI::App& parser, const Words& command)> options;
  bool takes_command = false;  // whether anything may stand behind `--`
  // In the place of options: what straycat itself starts, by name only. It gets the words as they are, without the
  // parser, because pods must start in milliseconds.
  std::function<int(const Words& words)> program;
  Lesson lesson = {};

  [[nodiscard]] Subcommand taught(Lesson words) && {
    lesson = std::move(words);
    return std::move(*this);
  }
};

// All of them, by name.
[[nodiscard]] std::vector<Subcommand> subcommands();

// One whose options fill `Arguments`; `command`, where given, is the member that what stands behind `--` goes to.
template <class Arguments>
Subcommand subcommand(std::string name, std::string help, void (*options)(CLI::App&, Arguments&),
                      int (*act)(const Arguments&), Words Arguments::* command = nullptr) {
  Subcommand made{std::move(name), std::move(help), {}, command != nullptr, {}, {}};
  made.options = [=](CLI::App& parser, const Words& words) -> Act {
    const auto arguments = std::make_shared<Arguments>();
    if (command != nullptr) (*arguments).*command = words;
    options(parser, *arguments);
    return [=] { return act(*arguments); };
  };
  return made;
}

// A program that only straycat itself starts.
[[nodiscard]] inline Subcommand program(std::string name, int (*run)(const Words&)) {
  return {std::move(name), "", {}, false, run, {}};
}

}  // namespace straycat::cli
