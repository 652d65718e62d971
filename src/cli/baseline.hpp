// An earlier run, or an earlier suite, that a run is held against (--baseline).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "cli/commands.hpp"
#include "cli/outputs.hpp"

namespace straycat::cli {

class Baseline {
 public:
  // A run's folder or log, or a suite's folder. Errors (bad_input): it is neither.
  [[nodiscard]] static Result<Baseline> read(const std::string& place);
  // The run that the case's outcome was taken from; a single run is everybody's. None: there is none of that name.
  [[nodiscard]] std::optional<std::filesystem::path> run_of(const std::string& name) const;

 private:
  std::optional<std::filesystem::path> single_;
  std::map<std::string, std::filesystem::path> runs_;  // by the case's name
};

// The run beside its baseline: printed, and written into its folder as comparison.txt, .json and .html. The exit code:
// 1 when it is worse and what the run itself gave is no trouble, else the run's.
[[nodiscard]] int hold_against(const std::filesystem::path& baseline, const Judged& judged,
                               const std::filesystem::path& folder, const RunArguments& arguments, int code);

}  // namespace straycat::cli
