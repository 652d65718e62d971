// A judged run, written in every form that was asked for.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "cli/commands.hpp"
#include <straycat/diagnose/verdict.hpp>
#include <straycat/history/history.hpp>
#include <straycat/report/formats.hpp>

namespace straycat::cli {

struct Judged {
  history::History history;
  diagnose::Verdict verdict;
  // Of the plan's command, when it has one that just ended: its exit code, or 128 + the signal that killed it.
  std::optional<int> command_status{};
};

// Reads a run's log, folds and judges it.
[[nodiscard]] Result<Judged> judge_run(const std::filesystem::path& run);

// Before a run: that each output can be written, so that no run is carried out for nothing.
[[nodiscard]] Result<> check_outputs(const Outputs& outputs);
[[nodiscard]] Result<> check_output(const std::string& flag, const std::string& file, bool force);
// How each format is made; called only for those that were asked for.
using Render = std::function<std::string(const report::Format&, const report::Wishes&)>;
// All of them or, when one cannot be written, none.
[[nodiscard]] Result<> write_outputs(const Outputs& outputs, const Render& render);
[[nodiscard]] Result<> write_outputs(const Judged& judged, const Outputs& outputs);
// Whether some output takes standard output, so that the text must not.
[[nodiscard]] bool takes_standard_output(const Outputs& outputs);

}  // namespace straycat::cli
