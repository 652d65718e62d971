// `straycat run PATH...`: many scenarios as one answer. What is decided stands in the room suite; here are the files,
// the child processes (this program itself, a run each) and where the answer goes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include <straycat/suite/suite.hpp>

namespace CLI {
class App;
}

namespace straycat::cli {

struct SuiteArguments {
  std::vector<std::string> only, selectors;
  std::string shard, timeout;  // "" = not given
  int jobs = 0;                // 0 = as many as go well beside each other
  int repeat = 0, retry = 0;   // 0 = not given
  bool fail_fast = false;
};
void add_suite_options(CLI::App& command, SuiteArguments& arguments);

// Whether that asks for a suite: several paths, a folder that holds no scenario.yaml itself, or a flag that only a
// suite has.
[[nodiscard]] bool is_suite(const std::vector<std::string>& paths, const SuiteArguments& suite);
int run_suite(const std::vector<std::string>& paths, const SuiteArguments& suite, const RunArguments& arguments);

// Every scenario below the paths, each file once; of a matrix each combination with the values `wanted`. Hidden folders
// are passed over. A file that is named itself is one, one in a folder where it says so, or is called scenario.yaml.
// Errors (bad_input): a path that is not there, a folder without any.
[[nodiscard]] Result<std::vector<suite::Case>> find_cases(const std::vector<std::string>& paths,
                                                          scenario::Ground ground,
                                                          const std::vector<std::string>& wanted);

// Carries the schedule out, side by side, below `folder`. SIGINT and the like end the runs as they end one: each cleans
// up. `ended` is told of each case that is over.
struct Carrying {
  std::filesystem::path folder;
  std::vector<std::string> words;                                         // of every run, behind its own
  std::function<std::vector<std::string>(const suite::Case&)> own_words;  // of this one's alone
  Nanos timeout{};                                                        // of each run; 0 = none
  std::function<void(const suite::CaseResult&)> ended;
};
[[nodiscard]] Result<> carry_out_suite(suite::Schedule& schedule, const Carrying& how);

// What the answer is written to, beside the terminal.
[[nodiscard]] Result<> write_suite(const suite::Answer& answer, const std::filesystem::path& folder,
                                   const Outputs& outputs);

}  // namespace straycat::cli
